import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isObject, parseJson, writeJson, type JsonObject, type JsonValue } from '../../../src/json/index.ts';
import { corpusCases, noteAbsence } from '../../cli/corpus.ts';
import { documentXml, ofType, said, withEntries } from './clinical-document.ts';

/**
 * The sample pairs of HL7's C-CDA on FHIR. `differs` lists every place where this tool does not say what the sample says, with
 * the reason; a test fails when a listed difference is gone.
 */
const pairs: {
  name: string;
  type: string;
  folder: string;
  loinc: string;
  differs: Record<string, string>;
}[] = [
  {
    name: 'allergy',
    type: 'AllergyIntolerance',
    folder: 'allergyintolerance',
    loinc: '48765-2',
    differs: {
      'code.text': 'the sample document gives no text: its reference leads nowhere',
      'reaction[0].manifestation[0].text': 'the same',
    },
  },
  {
    name: 'immunization',
    type: 'Immunization',
    folder: 'immunization',
    loinc: '11369-6',
    differs: {
      'vaccineCode.text': 'the sample document gives no text: its reference leads nowhere',
      'vaccineCode.coding[0].display':
        'the sample has the display of the code system, not that of its document',
    },
  },
  {
    name: 'medication',
    type: 'MedicationRequest',
    folder: 'medicationrequest',
    loinc: '10160-0',
    differs: {
      'dosageInstruction[0].sequence': 'one dosage needs no number, and the document gives none',
      'dosageInstruction[0].asNeededBoolean':
        'the document does not say whether it is as needed: false would be invented',
    },
  },
  {
    name: 'problem',
    type: 'Condition',
    folder: 'condition',
    loinc: '11450-4',
    differs: {
      'code.text': 'the sample document gives no text: its reference leads nowhere',
      'extension[0].valueDateTime':
        'assertedDate is the date of a Date of Diagnosis Act (77975-1), and the document has none',
      'extension[0].url': 'the same',
    },
  },
  {
    name: 'procedure',
    type: 'Procedure',
    folder: 'procedure',
    loinc: '47519-4',
    differs: {
      'code.text': 'the sample document gives no text: its reference leads nowhere',
      'code.coding[1].system':
        'the document says 2.16.840.1.113883.6.90, which is ICD-10-CM; the sample says ICD-10-PCS',
    },
  },
  { name: 'patient', type: 'Patient', folder: 'patient', loinc: '', differs: {} },
];

/** Members that name a resource and not a fact, and those whose value is only another sample's name. */
const beside = ['id', 'meta', 'reference', 'resourceType'];

/** Where `found` does not say what `expected` says. */
function missing(expected: JsonValue | undefined, found: JsonValue | undefined, path = ''): string[] {
  if (Array.isArray(expected)) {
    const list = Array.isArray(found) ? found : [];
    return expected.flatMap((item, index) => {
      const best = list
        .map((other) => missing(item, other, `${path}[${index}]`))
        .toSorted((a, b) => a.length - b.length)[0];
      return best ?? missing(item, undefined, `${path}[${index}]`);
    });
  }
  if (isObject(expected)) {
    const object: JsonObject = isObject(found) ? found : {};
    return Object.entries(expected)
      .filter(([name]) => !beside.includes(name))
      .flatMap(([name, value]) => missing(value, object[name], path === '' ? name : `${path}.${name}`));
  }
  return writeJson(expected) === writeJson(found ?? null) ? [] : [path];
}

const { present, absent } = corpusCases(pairs.length);

describe.each(present)("HL7's own sample pairs", (corpus) => {
  it.each(pairs)(
    '$name: every field of the expected resource, but for differences that are listed',
    async ({ name, type, folder, loinc, differs }) => {
      const root = join(corpus, 'ccda/hl7-ccda-on-fhir/pairs');
      const xml = readFileSync(join(root, `cda/CF-${name}.xml`), 'utf8');
      const document = type === 'Patient' ? documentXml([], xml) : withEntries(loinc, xml);
      const [resource] = ofType(await said(document), type);
      const expected = parseJson(readFileSync(join(root, `fhir/${folder}/CF-${name}.json`), 'utf8'));
      expect(missing(expected, resource).toSorted()).toEqual(Object.keys(differs).toSorted());
    },
  );
});

it.each(absent)('says that %i tests need the corpus', (tests) => {
  expect(noteAbsence(tests)).toBe(true);
});
