import { readFileSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { Fhir } from 'fhir/fhir.js';
import { beforeAll, describe, expect, it } from 'vitest';
import { readDocument, type InputFile } from '../../src/commands/inputs.ts';
import { BlueButtonError } from '../../src/errors/index.ts';
import { decodeJson, isObject, parseJson, type JsonObject, type JsonValue } from '../../src/json/index.ts';
import { buildRecord, type Row } from '../../src/model/index.ts';
import { corpusCases, filesUnder, noteAbsence } from '../cli/corpus.ts';
import { valuesOf, without } from './values.ts';
import { fhirPackageFaults, medplumFaults } from '../formats/validators.ts';

const { present, absent } = corpusCases(8);

/** Faults that a resource has because of what it was sent with, whatever release it is in. */
const sentFaults: readonly RegExp[] = [
  /^[A-Za-z]+\.meta\.lastUpdated: Invalid instant format$/, // Medicare's samples write IGNORED_FIELD.
  /Constraint con-4 not met/, // Active and abated at once (Synthea).
  /^(Claim|Payment)\w+\.request: Invalid type for reference .*http:\/\/www\.BenefitsInc\.com/,
  /^DeviceMetric\.parent: Invalid type for reference/, // R4 has no DeviceComponent.
  // They fit R4 as they are, but for codes and members that only its invariants know.
  /^CompartmentDefinition\.resource\.code: Code "\w+" not found in value set$/,
  /^GraphDefinition\.link\.target(\.link\.target)?\.compartment\.use: Missing (required )?property$/,
  /^NutritionOrder\.intent: Missing (required )?property$/,
];

/** Words that R4 says otherwise: the name of a type, a status, the system of a currency or of a code that is no concept now. */
const saidOtherwise: readonly RegExp[] = [
  /\.resourceType = (MedicationOrder|ReferralRequest|BodySite)$/,
  /\.reference = (ReferralRequest|ProcedureRequest)\//,
  /\.system = urn:iso:std:iso:4217$/,
  /\.(outcome|type)\.coding\.system = .*\/(remittance-outcome|note-type|ex-claimtype)$/,
  /^Claim\.use = complete$/,
  /^Procedure\.status = aborted$/,
  /^ImagingStudy\.series.*\.uid = urn:oid:/,
];

describe.each(absent)('the corpus is absent, so %i tests are not run', (tests) => {
  it('is said', () => {
    expect(noteAbsence(tests)).toBe(true);
  });
});

describe.each(present)('resources of other releases in the corpus', (corpus) => {
  const folders = [
    'fhir-dstu2/smart-curated-xml',
    'fhir-dstu2/smart-generated-synthea',
    'fhir-stu3/smart-curated',
    'fhir-stu3/smart-generated-synthea',
    'fhir-stu3/microsoft-fhir-converter/input',
    'fhir-cms-eob/bfd-v1-stu3',
  ];
  const files = folders.flatMap((folder) => filesUnder(join(corpus, folder), ['.json', '.xml']));
  const read = new Map<string, InputFile>();
  const topsOf = (path: string): JsonObject[] =>
    (read.get(path)?.entries ?? [])
      .filter(({ container }) => container === undefined)
      .map(({ resource }) => resource);

  beforeAll(async () => {
    for (const path of files) read.set(path, await readNow(path));
  });

  it('are as many as a look at the file alone counts, and every file says which release it is', () => {
    for (const path of files) {
      const text = readFileSync(path, 'utf8');
      const sent = path.endsWith('.xml')
        ? [...text.matchAll(/<resource>\s*<[A-Z]/g)].length
        : sentIn(parseJson(text)).length;
      expect([relative(corpus, path), topsOf(path).length]).toEqual([relative(corpus, path), sent]);
      expect(read.get(path)?.source.format).toMatch(
        /^FHIR (R4|STU3|DSTU2|DSTU2 and STU3|STU3 and DSTU2) (JSON|XML)$/,
      );
    }
  });

  it('fill the drawers: as many rows as the file has resources of a kind, whatever its release calls them', async () => {
    const drawers: Record<string, RegExp> = {
      allergies: /^AllergyIntolerance$/,
      medications: /^Medication(Order|Request|Statement|Dispense|Administration)$/,
      problems: /^Condition$/,
      immunizations: /^Immunization$/,
      procedures: /^Procedure$/,
      encounters: /^Encounter$/,
      coverage: /^Coverage$/,
      claims: /^(ExplanationOfBenefit|Claim|ClaimResponse)$/,
    };
    const medicare = filesUnder(join(corpus, 'fhir-cms-eob'), ['.json']).filter(
      (path) => !files.includes(path),
    );
    for (const path of [...files, ...medicare]) {
      const types = typesIn(readFileSync(path, 'utf8'), path.endsWith('.xml'));
      const file = read.get(path) ?? (await readNow(path));
      const rows = rowsOf(file);
      const counted = Object.entries(drawers).map(([drawer, kinds]) => {
        const own = (rows[drawer] ?? []).filter(({ sources }) => !isContained(file, sources[0]?.pointer));
        return [drawer, own.length, types.filter((type) => kinds.test(type)).length] as const;
      });
      expect([relative(corpus, path), ...counted.filter(([, made, sent]) => made !== sent)]).toEqual([
        relative(corpus, path),
      ]);
    }
  });

  it('are valid R4, but for faults they were sent with', () => {
    const faults = files.flatMap((path) =>
      topsOf(path).flatMap((resource) =>
        [...medplumFaults(resource), ...fhirPackageFaults(resource)].map((fault) =>
          fault.replaceAll(/\[\d+\]/g, ''),
        ),
      ),
    );
    expect([...new Set(faults)].filter((fault) => !sentFaults.some((known) => known.test(fault)))).toEqual(
      [],
    );
  });

  it('lose no value: each is in the resource that was made of it, but for words that R4 says otherwise', () => {
    const lost = files
      .filter((path) => path.endsWith('.json'))
      .flatMap((path) => {
        const made = topsOf(path).map((resource) =>
          valuesOf(resource).map((value) => value.replace(/^\S+ = /, '')),
        );
        return sentIn(parseJson(decodeJson(readFileSync(path)))).flatMap((sent, at) =>
          valuesOf(sent)
            .map((value) => `${typeOf(sent)}.${value}`)
            .filter((value) => !/ = (true|false)?$/.test(value))
            .filter((value) => {
              const word = value.replace(/^\S+ = /, '');
              // A code system may have moved; its name stays.
              const name = /\.system = /.test(value) ? (word.split('/').at(-1) ?? word) : word;
              return !(made[at] ?? []).some((one) => one.includes(name));
            }),
        );
      });
    expect([...new Set(lost)].filter((value) => !saidOtherwise.some((known) => known.test(value)))).toEqual(
      [],
    );
  });

  it('of the same person in DSTU2 and STU3 make the same rows, but for what one of them does not state', () => {
    for (const path of files.filter((file) => file.includes('fhir-dstu2/smart-generated-synthea'))) {
      const [older, newer] = [read.get(path), read.get(path.replace('fhir-dstu2', 'fhir-stu3'))];
      if (older === undefined || newer === undefined) throw new Error(`no twin of ${path}`);
      const [one, other] = [said(rowsOf(older)), said(rowsOf(newer))];
      expect(one.length).toBeGreaterThan(30);
      // STU3 says of the allergies that they are unconfirmed; DSTU2 has one word, and that is active.
      const differ = [...without(one, other), ...without(other, one)];
      expect(differ.filter((line) => !line.startsWith('allergies | '))).toEqual([]);
    }
  });

  it("of Medicare's API v1 say of a claim what its v2 says", async () => {
    const folder = join(corpus, 'fhir-cms-eob');
    const facts = [
      'number',
      'start',
      'end',
      'billed',
      'allowed',
      'paid',
      'share',
      'services',
      'procedures',
    ] as const;
    const differ: string[] = [];
    for (const kind of [
      'CarrierWithTaxNumbers',
      'Dme',
      'DmeWithTaxNumbers',
      'Hha',
      'Hospice',
      'Inpatient',
      'Pde',
    ]) {
      const [one, two] = await Promise.all(
        ['bfd-v1-stu3', 'bfd-v2-r4'].map(
          async (api) => rowsOf(await readNow(join(folder, api, `eobRead${kind}.json`)))['claims']?.[0],
        ),
      );
      for (const fact of facts) {
        if (JSON.stringify(one?.[fact]) !== JSON.stringify(two?.[fact]))
          differ.push(`${kind} ${fact}: ${JSON.stringify(one?.[fact])} / ${JSON.stringify(two?.[fact])}`);
      }
      const missing = without(amounts(two), amounts(one)).map(
        (amount) => `${kind} amount only in v2: ${amount}`,
      );
      differ.push(...missing);
    }
    // The total charge has a member of its own in v1, and is `submitted` then.
    expect(differ).toEqual([
      inV2('CarrierWithTaxNumbers', 'Claim Total Charge Amount: 0.0 USD'),
      inV2('Dme', 'Claim Total Charge Amount: 0.0 USD'),
      inV2('DmeWithTaxNumbers', 'Claim Total Charge Amount: 0.0 USD'),
      inV2('Hha', 'Claim Total Charge Amount: 199.99 USD'),
      inV2('Hospice', 'Claim Total Charge Amount: 199.99 USD'),
      inV2('Inpatient', 'Claim Total Charge Amount: 84999.37 USD'),
      'Pde billed: "550.0 USD (sum of lines)" / "550.0 USD"',
      inV2('Pde', 'Drug Cost: 550.0 USD'),
      inV2('Pde', 'Other: 0 USD'),
    ]);
  });

  it('of R4 in XML are what the same resources are in JSON', async () => {
    const converter = new Fhir();
    let compared = 0;
    for (const path of filesUnder(join(corpus, 'fhir-r4'), ['.json'])) {
      if (path.includes('synthea')) continue;
      const json = readFileSync(path, 'utf8');
      const xml = converter.jsonToXml(json);
      const made = await readDocument(Buffer.from(xml), basename(path));
      const sent = await readDocument(Buffer.from(json), basename(path));
      expect(made.source.format).toBe('FHIR R4 XML');
      expect(made.entries.map(({ resource }) => written(resource).toSorted())).toEqual(
        sent.entries.map(({ resource }) => written(resource).toSorted()),
      );
      compared += 1;
    }
    expect(compared).toBeGreaterThan(250);
  });

  it('malformed ones are read with findings or refused with a reason, and never fall over', async () => {
    const refused: string[] = [];
    for (const path of filesUnder(join(corpus, 'fhir-malformed'), ['.json'])) {
      try {
        const { entries } = await readNow(path);
        expect(entries.length).toBeGreaterThan(0);
      } catch (thrown) {
        if (!(thrown instanceof BlueButtonError) || thrown.code !== 'not-a-health-record') throw thrown;
        refused.push(basename(path));
      }
    }
    expect(refused).toEqual([
      'json-comma-bad-1.json',
      'json-comments-2.json',
      'json-no-quotes-2.json',
      'json-prop-key.json',
      'list-bad-syntax.json',
    ]);
  });
});

/** The resources of a text of JSON, by a look at its Bundle alone. */
function sentIn(value: JsonValue): JsonObject[] {
  if (!isObject(value)) return [];
  if (value['resourceType'] !== 'Bundle') return [value];
  return [value['entry'] ?? []]
    .flat()
    .flatMap((entry) => (isObject(entry) ? sentIn(entry['resource'] ?? null) : []));
}

/** The kinds of the resources of a file, contained ones left out, by a look at its text alone. */
function typesIn(text: string, isXml: boolean): string[] {
  if (isXml) return [...text.matchAll(/<resource>\s*<([A-Za-z]+)/g)].map(([, type]) => type ?? '');
  return sentIn(parseJson(text)).map(typeOf);
}

function isContained({ entries }: InputFile, pointer: string | undefined): boolean {
  return entries.some((entry) => entry.container !== undefined && entry.origin.pointer === pointer);
}

function typeOf({ resourceType }: JsonObject): string {
  return typeof resourceType === 'string' ? resourceType : '';
}

function readNow(path: string): Promise<InputFile> {
  return readDocument(readFileSync(path), basename(path));
}

function rowsOf({ source, entries, findings }: InputFile): Record<string, Row[]> {
  return buildRecord({ sources: [source], entries, findings }).record.sections;
}

/** What rows say, without their dates: the twins' are shifted against each other, and STU3 has medications of its own. */
function said(rows: Record<string, Row[]>): string[] {
  return Object.entries(rows).flatMap(([section, list]) =>
    list
      .filter(({ resourceType }) => resourceType !== 'Medication')
      .map((row) => {
        const words = [row.name, row.status, row.assertion, row['value'], row['unit']];
        return `${section} | ${JSON.stringify(words)}`;
      }),
  );
}

function amounts(row: Row | undefined): string[] {
  return [row?.['amounts'] ?? []].flat().map(String);
}

function inV2(kind: string, amount: string): string {
  return `${kind} amount only in v2: ${amount}`;
}

/** The values of a resource but its narrative, which XML writes otherwise. */
function written(resource: JsonValue): string[] {
  return valuesOf(resource).filter((line) => !/\.div = /.test(line));
}
