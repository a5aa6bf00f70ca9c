import type { Element } from './element.ts';

/** A Quantity in two parts: the value with comparator and the digits sent (`<5.0`), and the unit as recorded. */
export interface QuantityText {
  value?: string;
  unit?: string;
}

/** Reads a Quantity (also Age, Duration, Count, SimpleQuantity). The unit is the human one, else the code. */
export function quantityOf(quantity: Element | undefined): QuantityText {
  const digits = quantity?.decimal('value');
  const unit = quantity?.string('unit') ?? quantity?.string('code');
  const value = digits === undefined ? undefined : `${quantity?.string('comparator') ?? ''}${digits}`;
  return { ...(value !== undefined && { value }), ...(unit !== undefined && { unit }) };
}

/** A Quantity as one text, `5.0 mg`; undefined when it states nothing. */
export function quantityText(quantity: Element | undefined): string | undefined {
  return joined(quantityOf(quantity));
}

/** A Range as one text: `3.5–5.1 mmol/L`, `≥ 40 mg/dL`, `≤ 5`. */
export function rangeText(range: Element | undefined): string | undefined {
  if (range === undefined) return undefined;
  const low = quantityOf(range.child('low'));
  const high = quantityOf(range.child('high'));
  if (low.value !== undefined && high.value !== undefined) {
    const sameUnit = low.unit === undefined || high.unit === undefined || low.unit === high.unit;
    if (!sameUnit) return `${joined(low)}–${joined(high)}`;
    return joined({ ...low, ...high, value: `${low.value}–${high.value}` });
  }
  if (low.value !== undefined) return `≥ ${joined(low)}`;
  if (high.value !== undefined) return `≤ ${joined(high)}`;
  return undefined;
}

/** A Ratio as one text: `1:64` for two bare numbers, else `1 mg/5 mL`. */
export function ratioText(ratio: Element | undefined): string | undefined {
  const numerator = quantityOf(ratio?.child('numerator'));
  const denominator = quantityOf(ratio?.child('denominator'));
  const above = joined(numerator);
  const below = joined(denominator);
  if (above === undefined || below === undefined) return above ?? below;
  return numerator.unit === undefined && denominator.unit === undefined
    ? `${above}:${below}`
    : `${above}/${below}`;
}

/** UCUM's unit `1` says that there is none; after a number it would read as another digit. */
function joined({ value, unit }: QuantityText): string | undefined {
  const text = [value, unit === '1' ? undefined : unit].filter((part) => part !== undefined).join(' ');
  return text === '' ? undefined : text;
}
