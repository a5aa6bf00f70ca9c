import { readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { coverageOf } from '../../src/cli/coverage.ts';
import { isObject, writeJson, type JsonObject, type JsonValue } from '../../src/json/index.ts';
import { corpusCases, filesUnder, noteAbsence } from '../cli/corpus.ts';
import { rendered } from '../facts/reading.ts';
import { said, type Said } from '../formats/ccda/clinical-document.ts';
import { fhirPackageFaults, medplumFaults } from '../formats/validators.ts';

const kinds = ['ccda', 'c32'];
const endings = ['.xml', '.XML', '.ccda'];
const { present, absent } = corpusCases(7);

/** The clinical documents among the records of others: files whose first element is a ClinicalDocument. */
function documentsUnder(corpus: string): { name: string; bytes: Buffer }[] {
  return kinds
    .flatMap((kind) => filesUnder(join(corpus, kind), endings))
    .filter((file) => statSync(file).isFile())
    .map((file) => ({ name: relative(corpus, file), bytes: readFileSync(file) }))
    .filter(
      ({ name, bytes }) =>
        /<(\w+:)?ClinicalDocument\b/.test(bytes.toString('latin1')) && !name.includes('NT_BadXml'),
    );
}

/** Systems of what FHIR and this project say about a statement, where the source has a word or a structure for it. */
const ofTheMapping = [
  /^http:\/\/terminology\.hl7\.org\/CodeSystem\/(condition-|allergyintolerance-|observation-category|data-absent-reason|list-empty-reason|coverage-class|v3-RoleClass|v3-ActCode|v3-ParticipationType)/,
  /^http:\/\/hl7\.org\/fhir\/us\/core\/CodeSystem\//,
  /^http:\/\/hl7\.org\/fhir\/(administrative-gender|uv\/ips\/CodeSystem\/absent-unknown)/,
  /^urn:x-bluebutton:/,
];

/** Codes that the official map puts in place of the source's way to say the same. */
const ofTheOfficialMap = [
  '85353-1',
  '85354-9',
  '72166-2',
  '11367-0',
  '82810-3',
  '30980-7',
  '160245001',
  '716186003',
  '409137002',
  '429625007',
  '428607008',
];

function* objectsIn(value: JsonValue | undefined): Generator<JsonObject> {
  if (Array.isArray(value)) for (const item of value) yield* objectsIn(item);
  if (!isObject(value)) return;
  yield value;
  for (const member of Object.values(value)) yield* objectsIn(member);
}

/** The codes in a resource that are neither in the source nor of the mapping. */
function inventedCodes(resource: JsonObject, source: ReadonlySet<string>): string[] {
  return [...objectsIn(resource)].flatMap(({ system, code }) => {
    if (typeof system !== 'string' || typeof code !== 'string') return [];
    if (ofTheMapping.some((pattern) => pattern.test(system)) || ofTheOfficialMap.includes(code)) return [];
    return source.has(code) ? [] : [`${system}|${code}`];
  });
}

/** The dates in a resource whose digits the source does not have. */
function inventedDates(resource: JsonObject, source: string): string[] {
  return [...objectsIn(resource)].flatMap((object) =>
    Object.values(object).flatMap((value) => {
      const date = typeof value === 'string' ? /^(\d{4})(-\d\d)?(-\d\d)?(T\S*)?$/.exec(value) : null;
      if (date === null) return [];
      const day = date[0].slice(0, 10);
      return source.includes(day.replaceAll('-', '')) || source.includes(day) ? [] : [date[0]];
    }),
  );
}

/** The attributes of an XML text by name, found by a look at the text alone. */
function attributesIn(xml: string): { element: string; attributes: Map<string, string> }[] {
  return [
    ...xml
      .replaceAll(/<!--[\s\S]*?-->/g, '')
      .matchAll(/<([\w:]+)((?:\s+[\w:]+\s*=\s*(?:"[^"]*"|'[^']*'))+)\s*\/?>/g),
  ].map(([, element = '', list = '']) => ({
    element: element.replace(/^.*:/, ''),
    attributes: new Map(
      [...list.matchAll(/([\w:]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g)].map(([, name = '', double, single]) => [
        name,
        unescaped(double ?? single ?? ''),
      ]),
    ),
  }));
}

function unescaped(text: string): string {
  return text
    .trim()
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&amp;', '&');
}

/** Clinical code systems, by OID: LOINC, SNOMED CT, RxNorm, ICD, CVX, CPT, NDC, UNII. */
const clinical = ['6.1', '6.96', '6.88', '6.90', '6.103', '6.3', '6.4', '12.292', '6.12', '6.69', '4.9'].map(
  (number) => `2.16.840.1.113883.${number}`,
);

const times = [
  'effectiveTime',
  'time',
  'low',
  'high',
  'center',
  'birthTime',
  'deceasedTime',
  'expirationTime',
];

/** What a document says, as tokens of each kind. */
function tokensIn(xml: string): Record<'codes' | 'clinical codes' | 'quantities' | 'dates', Set<string>> {
  const all = {
    codes: new Set<string>(),
    'clinical codes': new Set<string>(),
    quantities: new Set<string>(),
    dates: new Set<string>(),
  };
  for (const { element, attributes } of attributesIn(xml)) {
    const [code, value] = [attributes.get('code'), attributes.get('value')];
    if (code !== undefined && code !== '') {
      all.codes.add(code);
      if (clinical.includes(attributes.get('codeSystem') ?? '')) all['clinical codes'].add(code);
    }
    if (value !== undefined && attributes.has('unit')) all.quantities.add(value);
    else if (/^\d{4,}([+-]\d+)?$/.test(value ?? '') && times.includes(element)) all.dates.add(value ?? '');
  }
  return all;
}

/** True when an output has a token: a date as FHIR writes it, with its time; a number also without zeros before it. */
function isIn(output: string, kind: string, token: string): boolean {
  if (output.includes(token)) return true;
  if (kind === 'quantities') return output.includes(String(Number(token)));
  const date = /^(\d{4})(\d\d)?(\d\d)?(?:(\d\d)(\d\d))?/.exec(token);
  if (kind !== 'dates' || date === null) return false;
  const [, year, month, day, hour, minute] = date;
  const written = [year, month, day].filter((part) => part !== undefined).join('-');
  return output.includes(hour === undefined ? written : `${written}T${hour}:${minute}`);
}

describe.each(present)('the clinical documents of others', (corpus) => {
  let documents: { name: string; bytes: Buffer; xml: string; read: Said }[] = [];

  beforeAll(async () => {
    for (const { name, bytes } of documentsUnder(corpus))
      documents.push({ name, bytes, xml: bytes.toString('utf8'), read: await said(bytes) });
  }, 120_000);

  afterAll(() => {
    documents = [];
  });

  it('are many, and each is read without an error that was thrown', () => {
    expect(documents.length).toBeGreaterThan(130);
    for (const { name, read } of documents) expect(read.entries.length, name).toBeGreaterThan(0);
  });

  it('lose no entry and no statement: each is the origin of a resource', async () => {
    for (const { name, bytes } of documents) {
      const coverage = await coverageOf(bytes, name);
      expect(coverage?.neither, name).toEqual([]);
      expect(coverage?.unread, name).toBe(0);
    }
  });

  it('become valid R4 by two validators that share nothing with this tool', () => {
    for (const { name, read } of documents) {
      for (const { resource, container, origin } of read.entries) {
        if (container) continue;
        const place = `${name} ${origin.pointer}`;
        expect(medplumFaults(resource), place).toEqual([]);
        expect(fhirPackageFaults(resource), place).toEqual([]);
      }
    }
  });

  it('get no code that they do not have', () => {
    for (const { name, xml, read } of documents) {
      const source = new Set(
        attributesIn(xml).flatMap(({ attributes }) =>
          [...attributes.values()].map((value) => value.replaceAll(/\s+/g, ' ')),
        ),
      );
      for (const { resource } of read.entries) expect(inventedCodes(resource, source), name).toEqual([]);
    }
  });

  it('get no date that they do not have', () => {
    for (const { name, xml, read } of documents)
      for (const { resource } of read.entries) expect(inventedDates(resource, xml), name).toEqual([]);
  });

  it.each(['json', 'fhir'])(
    'keep every word of their narrative, and 99 in 100 of every kind of token, in %s',
    (format) => {
      const counts = new Map<string, { all: number; found: number }>();
      for (const { name, xml, read } of documents) {
        const output = rendered(format, read.built);
        const lost = narrativeWords(xml).filter(
          (word) => !output.includes(word) && !output.includes(writeJson(word).slice(1, -1)),
        );
        expect(lost, name).toEqual([]);
        for (const [kind, tokens] of Object.entries(tokensIn(xml))) {
          const count = counts.get(kind) ?? { all: 0, found: 0 };
          count.all += tokens.size;
          count.found += [...tokens].filter((token) => isIn(output, kind, token)).length;
          counts.set(kind, count);
        }
      }
      for (const [kind, { all, found }] of counts) expect(found / all, kind).toBeGreaterThan(0.99);
    },
  );
});

/** Words of sections' narrative, found by a look at the text alone. */
function narrativeWords(xml: string): string[] {
  const texts = [
    ...xml.matchAll(
      /<title[^>]*>[^<]*<\/title>\s*(?:<!--[\s\S]*?-->\s*)*<text[^>]*>([\s\S]*?)<\/text>\s*(?=<|$)/g,
    ),
  ];
  const plain = texts.map(([, text = '']) =>
    text.replaceAll(/<!--[\s\S]*?-->/g, ' ').replaceAll(/<[^>]*>/g, ' '),
  );
  return [...new Set(plain.flatMap((text) => text.match(/[\p{L}\p{N}]{4,}/gu) ?? []))];
}

it.each(absent)('says that %i tests need the corpus', (tests) => {
  expect(noteAbsence(tests)).toBe(true);
});
