import { writeJson, type JsonObject, type JsonValue } from '../../json/index.ts';
import { ourExtensions } from '../../model/index.ts';
import type { XmlElement } from '../xml/element.ts';
import { filledOrNone, listOf, numberOf, present, valued } from '../json-parts.ts';
import type { NarrativeIndex } from './narrative-index.ts';
import { encapsulatedText, originalText } from './concept.ts';
import { flavorExtension } from './null-flavor.ts';

const ucum = 'http://unitsofmeasure.org';

/**
 * A PQ, INT or REAL as a FHIR Quantity (C-CDA on FHIR, "CDA PQ → FHIR Quantity"), digits as sent. A PQ without a value of
 * its own says the first translation's, whose unit is not UCUM; further translations stay beside it. Undefined when no
 * number is there.
 */
export function quantityOf(
  element: XmlElement | undefined,
  narrative: NarrativeIndex,
): JsonObject | undefined {
  if (element === undefined) return undefined;
  const [first, ...more] = present(
    [element, ...element.all('translation')].map((part) => quantityValue(part, narrative)),
  );
  if (first === undefined) return undefined;
  const beside = more.map((value) => valued(ourExtensions.translation, 'valueQuantity', value));
  const own = Array.isArray(first['extension']) ? first['extension'] : [];
  return beside.length === 0 ? first : { ...first, extension: listOf([...own, ...beside]) };
}

/** True for an interval of quantities that has an end. */
export function isInterval(element: XmlElement): boolean {
  return element.at('low') !== undefined || element.at('high') !== undefined;
}

/**
 * An IVL_PQ as a Quantity with a comparator when it has one bound, or none but infinity and zero on the other side, else
 * as a Range; under `nameQuantity` or `nameRange`.
 */
export function quantityOrRange(name: string, element: XmlElement, narrative: NarrativeIndex): JsonObject {
  if (!isInterval(element)) {
    const value = quantityOf(element, narrative);
    return value === undefined ? {} : { [`${name}Quantity`]: value };
  }
  const low = boundOf(element.at('low'), narrative);
  const high = boundOf(element.at('high'), narrative);
  if (
    low !== undefined &&
    high !== undefined &&
    !(isOpen(element.at('high')) && Number(element.at('low')?.attribute('value')) === 0)
  ) {
    return { [`${name}Range`]: { low, high } };
  }
  if (high !== undefined)
    return { [`${name}Quantity`]: { ...high, comparator: isOpen(element.at('high')) ? '<' : '<=' } };
  if (low !== undefined)
    return { [`${name}Quantity`]: { ...low, comparator: isOpen(element.at('low')) ? '>' : '>=' } };
  return {};
}

/** A Range (R4) of the bounds an interval states. */
export function rangeOf(element: XmlElement | undefined, narrative: NarrativeIndex): JsonObject | undefined {
  if (element === undefined) return undefined;
  return filledOrNone({
    low: boundOf(element.at('low'), narrative),
    high: boundOf(element.at('high'), narrative),
  });
}

/** A RTO as a FHIR Ratio. */
export function ratioOf(element: XmlElement, narrative: NarrativeIndex): JsonObject | undefined {
  // R4 has no ratio of intervals: half of one would be a false value.
  if (['numerator', 'denominator'].some((name) => isInterval(element.at(name) ?? element))) return undefined;
  return filledOrNone({
    numerator: quantityOf(element.at('numerator'), narrative),
    denominator: quantityOf(element.at('denominator'), narrative),
  });
}

/** True for a bound of an interval that does not belong to it. */
export function isOpen(bound: XmlElement | undefined): boolean {
  return bound?.attribute('inclusive') === 'false';
}

function boundOf(bound: XmlElement | undefined, narrative: NarrativeIndex): JsonObject | undefined {
  return quantityOf(bound, narrative);
}

/** The number of one PQ with its unit. UCUM's `1` is no unit; a unit UCUM does not know has no `code`. */
function quantityValue(element: XmlElement, narrative: NarrativeIndex): JsonObject | undefined {
  const value = numberOf(element.attribute('value'));
  if (value === undefined) return undefined;
  const unit = element.attribute('unit');
  const words =
    element.attribute('displayName') ??
    (element.at('originalText') && encapsulatedText(element.at('originalText') ?? element, narrative));
  const counted = words ?? unitOfTranslation(element, unit, value, narrative);
  const isUcum = unit !== undefined && !/\s/.test(unit);
  const other = element.attribute('code');
  return filledOrNone({
    extension: listOf([flavorExtension(element)]),
    value,
    unit: counted ?? (other === undefined ? unit : (element.attribute('displayName') ?? other)),
    ...(isUcum && { system: ucum, code: unit }),
  });
}

/** A dose of `30 1` whose translation says `30` "units": the words are the unit (Cerner). */
function unitOfTranslation(
  element: XmlElement,
  unit: string | undefined,
  value: JsonValue,
  narrative: NarrativeIndex,
): string | undefined {
  if (unit !== undefined && unit !== '1') return undefined;
  const same = element
    .all('translation')
    .filter((one) => writeJson(numberOf(one.attribute('value')) ?? null) === writeJson(value));
  const [translation] = same;
  if (translation === undefined || same.length > 1) return undefined;
  return translation.attribute('unit') ?? originalText(translation, narrative);
}
