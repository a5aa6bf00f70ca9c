import type { JsonObject, JsonValue } from '../../../json/index.ts';
import type { XmlElement } from '../../xml/element.ts';
import { noConcept } from '../concept.ts';
import { filled } from '../json-parts.ts';
import type { Mapping } from '../mapping.ts';
import { participantsOf } from '../statement.ts';
import { statementWords } from './shared.ts';

/** The medicine of a statement: a concept, or a contained Medication where form, maker, lot or vehicle are stated. */
export interface Medicine {
  members: JsonObject;
  contained?: JsonValue[];
}

/**
 * Reads the medicine of a substanceAdministration or supply (C-CDA on FHIR, "Medication Information"): the code, else the
 * name, else the words of the statement. `fallback` is the medicine of the statement around it.
 */
export function medicineOf(
  mapping: Mapping,
  product: XmlElement | undefined,
  { denied = false, fallback }: { denied?: boolean; fallback?: XmlElement | undefined } = {},
): Medicine {
  const own = materialOf(product);
  const material = own ?? materialOf(fallback);
  const concept = named(mapping, material);
  const code =
    concept ??
    (denied
      ? { text: statementWords(mapping) ?? 'No known medications' }
      : { ...noConcept('unknown'), ...wordsOf(mapping) });
  const parts = own && medicationParts(mapping, product, own);
  if (parts === undefined || Object.keys(parts).length === 0)
    return { members: { medicationCodeableConcept: code } };
  const medication = { resourceType: 'Medication', id: 'medication', code, ...parts };
  return {
    members: { medicationReference: { reference: '#medication', ...display(code) } },
    contained: [medication],
  };
}

function wordsOf(mapping: Mapping): JsonObject {
  const text = statementWords(mapping);
  return text === undefined ? {} : { text };
}

/** The material of a `consumable` or `product`, whichever of the two kinds it is. */
export function materialOf(product: XmlElement | undefined): XmlElement | undefined {
  return (
    product?.at('manufacturedProduct', 'manufacturedMaterial') ??
    product?.at('manufacturedProduct', 'manufacturedLabeledDrug')
  );
}

function named(mapping: Mapping, material: XmlElement | undefined): JsonObject | undefined {
  const code = material?.at('code');
  const concept = mapping.concept(code);
  const name = material?.at('name');
  const words = name?.text();
  if (words === undefined) return (concept?.['coding'] ?? concept?.['text']) ? concept : undefined;
  if (concept?.['text'] === undefined || concept['text'] === words) {
    mapping.take(name);
    return { ...concept, text: words };
  }
  return concept;
}

function medicationParts(
  mapping: Mapping,
  product: XmlElement | undefined,
  material: XmlElement,
): JsonObject {
  const manufactured = product?.at('manufacturedProduct');
  const lot = material.at('lotNumberText');
  const form = mapping.concept(mapping.element.at('administrationUnitCode'));
  const manufacturer = mapping.party(manufactured?.at('manufacturerOrganization'));
  const vehicle = participantsOf(mapping.element, 'CSM')
    .flatMap((participant) => participant.all('participantRole', 'playingEntity'))
    .flatMap((entity) => {
      const concept = mapping.concept(entity.at('code'));
      const words = entity.at('name')?.text();
      if (words !== undefined) mapping.take(entity.at('name'));
      const item = concept ?? (words === undefined ? undefined : { text: words });
      return item === undefined ? [] : { itemCodeableConcept: item, isActive: false };
    });
  mapping.take(lot);
  return filled({
    manufacturer,
    form,
    ingredient: vehicle,
    batch: lot?.text() === undefined ? undefined : { lotNumber: lot?.text() },
  });
}

function display(code: JsonObject): JsonObject {
  return typeof code['text'] === 'string' ? { display: code['text'] } : {};
}
