import { lookUp } from '../../../model/index.ts';
import type { JsonObject } from '../../../json/index.ts';
import type { XmlElement } from '../../xml/element.ts';
import { attachmentOf } from '../attachment.ts';
import { filled, listOf, numberOf } from '../../json-parts.ts';
import type { Mapping } from '../mapping.ts';
import { absentReasonConcept, flavorExtension, nullFlavorOf } from '../null-flavor.ts';
import { isInterval, isOpen, quantityOrRange, rangeOf, ratioOf } from '../quantity.ts';
import { typeOf } from '../statement.ts';

/** R5's way to hold a file as an Observation's value, for R4. */
const attachmentUrl = 'http://hl7.org/fhir/5.0/StructureDefinition/extension-Observation.value';

/** A value, or why there is none, as members of an Observation or one of its components. */
export interface ObservedValue {
  members: JsonObject;
  extension?: JsonObject | undefined;
}

/** `value` of an observation by its `xsi:type` (C-CDA on FHIR, "Results"), or by its look where none is written. */
export function valueOf(mapping: Mapping, value: XmlElement | undefined): ObservedValue {
  if (value === undefined) return { members: {} };
  const { narrative } = mapping.document;
  const taken = (members: JsonObject): ObservedValue => {
    mapping.take(value);
    return { members };
  };
  switch (kindOf(value)) {
    case 'quantity': {
      const members = quantityOrRange('value', value, narrative);
      if (Object.keys(members).length === 0) break;
      if (value.at('width') === undefined) return taken(members);
      // An interval with a width has no place for it: what it says beside its bounds is kept as sent.
      mapping.take(value.at('low'), value.at('high'));
      return { members };
    }
    case 'integer': {
      const number = numberOf(value.attribute('value'));
      if (typeof number === 'number' && Number.isInteger(number) && Math.abs(number) < 2 ** 31)
        return taken({ valueInteger: number });
      if (number !== undefined) return taken({ valueQuantity: { value: number } });
      break;
    }
    case 'ratio': {
      const ratio = ratioOf(value, narrative);
      if (ratio) return taken({ valueRatio: ratio });
      break;
    }
    case 'concept': {
      const concept = mapping.concept(value);
      if (concept?.['coding'] !== undefined || concept?.['text'] !== undefined)
        return { members: { valueCodeableConcept: concept } };
      break;
    }
    case 'boolean': {
      const says = value.attribute('value')?.toLowerCase();
      if (says === 'true' || says === 'false') return taken({ valueBoolean: says === 'true' });
      break;
    }
    case 'time': {
      const period = isInterval(value) ? mapping.period(value) : undefined;
      if (period) return { members: { valuePeriod: period } };
      const members = mapping.dated('valueDateTime', value);
      if (Object.keys(members).length > 0) return { members };
      break;
    }
    case 'money': {
      const number = numberOf(value.attribute('value'));
      const unit = value.attribute('currency');
      if (number !== undefined) return taken({ valueQuantity: { value: number, ...(unit && { unit }) } });
      break;
    }
    default: {
      const attachment = attachmentOf(value);
      if (attachment) {
        mapping.take(value);
        return { members: {}, extension: { url: attachmentUrl, valueAttachment: attachment } };
      }
    }
  }
  const words = mapping.passage(value) ?? mapping.passage(value.at('originalText'));
  if (words !== undefined) return { members: { valueString: words } };
  const written = value.attribute('value');
  if (written !== undefined)
    return taken({ valueString: [written, value.attribute('unit')].filter(Boolean).join(' ') });
  if (nullFlavorOf(value) === undefined) return { members: {} };
  mapping.take(value);
  return { members: { dataAbsentReason: absentReasonConcept(value) }, extension: flavorExtension(value) };
}

type Kind = 'quantity' | 'integer' | 'ratio' | 'concept' | 'boolean' | 'time' | 'money' | 'text';

const kinds: Readonly<Record<string, Kind>> = {
  PQ: 'quantity',
  IVL_PQ: 'quantity',
  REAL: 'quantity',
  IVL_REAL: 'quantity',
  IVL_INT: 'quantity',
  PPD_PQ: 'quantity',
  INT: 'integer',
  RTO: 'ratio',
  RTO_PQ_PQ: 'ratio',
  RTO_QTY_QTY: 'ratio',
  CD: 'concept',
  CE: 'concept',
  CO: 'concept',
  CV: 'concept',
  CS: 'concept',
  BL: 'boolean',
  TS: 'time',
  IVL_TS: 'time',
  MO: 'money',
  ST: 'text',
  ED: 'text',
};

function kindOf(value: XmlElement): Kind {
  const kind = lookUp(kinds, typeOf(value));
  if (kind !== undefined) return kind;
  if (value.attribute('code') !== undefined || value.at('translation') !== undefined) return 'concept';
  if (value.at('numerator') !== undefined) return 'ratio';
  if (value.attribute('value') !== undefined || isInterval(value)) return 'quantity';
  return 'text';
}

/**
 * Reference ranges of an observation. One without an interpretation, or with "normal", is the normal range; any other is
 * said to be of its own kind, so that nobody takes it for the normal one.
 */
export function referenceRangesOf(mapping: Mapping, statement: XmlElement): JsonObject['referenceRange'] {
  return listOf(
    statement.all('referenceRange').map((range) => {
      const observed = range.at('observationRange');
      const value = observed?.at('value');
      if (observed === undefined) return undefined;
      const interval =
        value !== undefined && isInterval(value) ? rangeOf(value, mapping.document.narrative) : undefined;
      if (interval) mapping.take(value);
      const text =
        mapping.words(observed.at('text')) ??
        (interval === undefined ? rangeWords(mapping, value) : undefined);
      const kind = mapping.concept(observed.at('interpretationCode'));
      const isNormal = observed.at('interpretationCode')?.attribute('code') === 'N';
      if (interval === undefined && text === undefined) return undefined;
      const appliesTo = groupsOf(observed);
      return {
        ...interval,
        ...(kind && !isNormal && { type: kind }),
        ...filled({ appliesTo: mapping.concepts(appliesTo), text: text ?? openRangeWords(value) }),
      };
    }),
  );
}

/** A range with a bound that does not belong to it, which R4's Range cannot say: `< 99`. */
function openRangeWords(value: XmlElement | undefined): string | undefined {
  const [low, high] = [value?.at('low'), value?.at('high')];
  if (!isOpen(low) && !isOpen(high)) return undefined;
  const words = [boundWords(low, isOpen(low) ? '>' : '≥'), boundWords(high, isOpen(high) ? '<' : '≤')].filter(
    (part) => part !== undefined,
  );
  return words.length > 0 ? words.join(' ') : undefined;
}

function boundWords(bound: XmlElement | undefined, sign: string): string | undefined {
  const number = bound?.attribute('value');
  return number === undefined
    ? undefined
    : [sign, number, bound?.attribute('unit')].filter(Boolean).join(' ');
}

/** For whom a range is: its code, and its preconditions (sex, age). */
function groupsOf(observed: XmlElement): XmlElement[] {
  const criteria = observed
    .all('precondition', 'criterion')
    .flatMap((one) => [...one.all('code'), ...one.all('value')]);
  const said = [...observed.all('code'), ...criteria].filter(
    (one) =>
      one.attribute('code') !== 'ASSERTION' &&
      (one.attribute('code') ?? one.attribute('displayName')) !== undefined,
  );
  return said;
}

function rangeWords(mapping: Mapping, value: XmlElement | undefined): string | undefined {
  if (value === undefined) return undefined;
  const words =
    mapping.words(value) ??
    value.attribute('displayName') ??
    value.attribute('value') ??
    value.attribute('code');
  if (words !== undefined) mapping.take(value);
  return words === undefined ? undefined : [words, value.attribute('unit')].filter(Boolean).join(' ');
}
