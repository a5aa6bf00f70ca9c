import type { Element } from './element.ts';

/** An amount of money: its digits as sent, and its currency. */
export interface Amount {
  digits: string;
  currency?: string;
}

/** A Money (R4 §2.24.0.20), digits as sent; undefined when it states no amount. */
export function amountIn(money: Element | undefined): Amount | undefined {
  const digits = money?.decimal('value');
  const currency = money?.string('currency');
  return digits === undefined ? undefined : { digits, ...(currency !== undefined && { currency }) };
}

/** `60.00 USD`. */
export function amountText({ digits, currency }: Amount): string {
  return currency === undefined ? digits : `${digits} ${currency}`;
}

/** The exact sum of amounts of one currency; undefined for none, or several currencies, or what is no plain number. */
export function sumOf(amounts: readonly Amount[]): Amount | undefined {
  const [first, ...more] = amounts;
  const isPlain = amounts.every(({ digits }) => /^-?\d+(\.\d+)?$/.test(digits));
  if (first === undefined || !isPlain || more.some(({ currency }) => currency !== first.currency))
    return undefined;
  const places = Math.max(...amounts.map(({ digits }) => digits.split('.')[1]?.length ?? 0));
  const total = amounts.reduce((sum, { digits }) => sum + scaled(digits, places), 0n);
  return { ...first, digits: unscaled(total, places) };
}

function scaled(digits: string, places: number): bigint {
  const [whole = '', fraction = ''] = digits.split('.');
  return BigInt(`${whole}${fraction.padEnd(places, '0')}`);
}

function unscaled(total: bigint, places: number): string {
  const sign = total < 0n ? '-' : '';
  const digits = String(total < 0n ? -total : total).padStart(places + 1, '0');
  const cut = digits.length - places;
  return places === 0 ? `${sign}${digits}` : `${sign}${digits.slice(0, cut)}.${digits.slice(cut)}`;
}
