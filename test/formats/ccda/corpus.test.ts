import { readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { coverageOf } from '../../../src/cli/coverage.ts';
import { isObject, writeJson, type JsonObject, type JsonValue } from '../../../src/json/index.ts';
import { corpusCases, filesUnder, noteAbsence } from '../../cli/corpus.ts';
import { rendered } from '../../facts/reading.ts';
import { said } from './clinical-document.ts';
import { fhirPackageFaults, medplumFaults } from './validators.ts';

const kinds = ['ccda', 'c32'];
const endings = ['.xml', '.XML', '.ccda'];
const { present, absent } = corpusCases(6);

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
function inventedCodes(resource: JsonObject, source: string): string[] {
  return [...objectsIn(resource)].flatMap(({ system, code }) => {
    if (typeof system !== 'string' || typeof code !== 'string') return [];
    if (ofTheMapping.some((pattern) => pattern.test(system)) || ofTheOfficialMap.includes(code)) return [];
    return source.includes(`"${code}"`) || source.includes(code) ? [] : [`${system}|${code}`];
  });
}

/** The dates in a resource whose digits the source does not have. */
function inventedDates(resource: JsonObject, source: string): string[] {
  return [...objectsIn(resource)].flatMap((object) =>
    Object.values(object).flatMap((value) => {
      const date = typeof value === 'string' ? /^(\d{4})(-\d\d)?(-\d\d)?(T\S*)?$/.exec(value) : null;
      if (date === null) return [];
      const digits = date[0].slice(0, 10).replaceAll('-', '');
      return source.includes(digits) || source.includes(date[0].slice(0, 10)) ? [] : [date[0]];
    }),
  );
}

describe.each(present)('the clinical documents of others', (corpus) => {
  const documents = documentsUnder(corpus);

  it('are many, and each is read without an error that was thrown', async () => {
    expect(documents.length).toBeGreaterThan(130);
    for (const { name, bytes } of documents)
      expect((await said(bytes)).entries.length, name).toBeGreaterThan(0);
  });

  it('lose no entry and no statement: each is the origin of a resource', async () => {
    for (const { name, bytes } of documents) {
      const coverage = await coverageOf(bytes, name);
      expect(coverage?.neither, name).toEqual([]);
      expect(coverage?.unread, name).toBe(0);
    }
  });

  it('become valid R4 by two validators that share nothing with this tool', async () => {
    for (const { name, bytes } of documents) {
      const { entries } = await said(bytes);
      for (const { resource, container, origin } of entries) {
        if (container) continue;
        const place = `${name} ${origin.pointer}`;
        expect(medplumFaults(resource), place).toEqual([]);
        expect(fhirPackageFaults(resource), place).toEqual([]);
      }
    }
  });

  it('get no code that they do not have', async () => {
    for (const { name, bytes } of documents) {
      const source = bytes
        .toString('utf8')
        .replaceAll('&amp;', '&')
        .replaceAll('&lt;', '<')
        .replaceAll('&gt;', '>');
      for (const { resource } of (await said(bytes)).entries)
        expect(inventedCodes(resource, source), name).toEqual([]);
    }
  });

  it('get no date that they do not have', async () => {
    for (const { name, bytes } of documents) {
      for (const { resource } of (await said(bytes)).entries)
        expect(inventedDates(resource, bytes.toString('utf8')), name).toEqual([]);
    }
  });

  it('keep every word of their narrative in JSON and in FHIR', async () => {
    for (const { name, bytes } of documents) {
      const { built, resources } = await said(bytes);
      const json = rendered('json', built);
      const fhir = rendered('fhir', built);
      for (const word of narrativeWords(bytes.toString('utf8'))) {
        expect(json.includes(word) || json.includes(writeJson(word).slice(1, -1)), `${name}: ${word}`).toBe(
          true,
        );
        expect(fhir.includes(word), `${name}: ${word}`).toBe(true);
      }
      expect(resources.length).toBeGreaterThan(0);
    }
  });
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
