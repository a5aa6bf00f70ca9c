import { readFileSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { Fhir } from 'fhir/fhir.js';
import { beforeAll, describe, expect, it } from 'vitest';
import { readDocument, type InputFile } from '../../src/commands/inputs.ts';
import { BlueButtonError } from '../../src/errors/index.ts';
import {
  decodeJson,
  isNumber,
  isObject,
  parseJson,
  type JsonObject,
  type JsonValue,
} from '../../src/json/index.ts';
import { buildRecord, type Row } from '../../src/model/index.ts';
import { corpusCases, filesUnder, noteAbsence } from '../cli/corpus.ts';
import { fhirPackageFaults, medplumFaults } from '../formats/validators.ts';

const { present, absent } = corpusCases(8);

/** Every value with the way to it; lists without their positions, times as the moments they are. */
function valuesOf(value: JsonValue | undefined, path = ''): string[] {
  if (Array.isArray(value)) return value.flatMap((item) => valuesOf(item, path));
  if (isObject(value)) {
    return Object.entries(value).flatMap(([name, part]) =>
      valuesOf(part, path === '' ? name : `${path}.${name}`),
    );
  }
  if (value === undefined || value === null) return [];
  if (isNumber(value)) return [`${path} = ${Number(String(value))}`];
  const text = String(value);
  if (path.endsWith('.div')) return [`${path} = ${text.replaceAll(/\s+/g, '')}`];
  return [`${path} = ${momentOf(text) ?? addressInR4(text)}`];
}

/** A moment as its day and minute in UTC: Microsoft's converter writes all times in its own time zone. */
function momentOf(text: string): string | undefined {
  const [, day, hour, minute, zone] =
    /^(\d{4}-\d\d-\d\d)T(\d\d):(\d\d).*?(Z|[+-]\d\d:\d\d)$/.exec(text) ?? [];
  if (day === undefined) return undefined;
  const [, sign = '+', hours = '0', minutes = '0'] = /^([+-])(\d\d):(\d\d)$/.exec(zone ?? '') ?? [];
  const offset = (Number(hours) * 60 + Number(minutes)) * (sign === '-' ? -1 : 1);
  const time = Number(hour) * 60 + Number(minute) - offset;
  const days = Number(day.replaceAll('-', '')) + Math.floor(time / 1440);
  return `${days} ${(time + 1440) % 1440}`;
}

/** Addresses that the converter leaves as STU3 had them, as R4 has them; extensions under HL7's two addresses as one. */
function addressInR4(text: string): string {
  return text
    .replace(/^http:\/\/hl7\.org\/fhir\/(v2|v3)\/(.*)$/, 'http://terminology.hl7.org/CodeSystem/$1-$2')
    .replace(
      /^http:\/\/hl7\.org\/fhir\/(condition-category|medication-statement-category|object-role)$/,
      'http://terminology.hl7.org/CodeSystem/$1',
    )
    .replace(
      /^http:\/\/hl7\.org\/fhir\/r3\/StructureDefinition/,
      'http://hl7.org/fhir/3.0/StructureDefinition',
    );
}

/** What is in one list and not in the other, each as often as it is there. */
function without(values: readonly string[], others: readonly string[]): string[] {
  const left = [...others];
  return values.filter((value) => {
    const at = left.indexOf(value);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
}

const kept = 'http://hl7.org/fhir/3.0/StructureDefinition/extension-';

/**
 * Where Microsoft's converter and this one say something else of the same STU3 resource: `theirs` is said by the converter
 * only, `ours` by us only.
 */
const disagreements: Record<string, { because: string; theirs: string[]; ours: string[] }> = {
  'Appointment.json': {
    because: 'a ReferralRequest is a ServiceRequest in R4',
    theirs: ['basedOn.reference = ReferralRequest/example'],
    ours: ['basedOn.reference = ServiceRequest/example'],
  },
  'AuditEvent.json': {
    because: 'the converter loses the identifier of what was looked at',
    theirs: [],
    ours: ['entity.what.identifier.value = e3cdfc81a0d24bd^^^&2.16.840.1.113883.4.2&ISO'],
  },
  'ConceptMap.json': {
    because: 'no resource of a record: what it depends on is kept, not renamed',
    theirs: ['group.element.target.dependsOn.value = some-code'],
    ours: [
      `group.element.target.dependsOn.extension.url = ${kept}ConceptMap.group.element.target.dependsOn.code`,
      'group.element.target.dependsOn.extension.valueString = some-code',
      'group.element.target.dependsOn._value.extension.url = http://hl7.org/fhir/StructureDefinition/data-absent-reason',
      'group.element.target.dependsOn._value.extension.valueCode = unknown',
    ],
  },
  'DocumentReference.json': {
    because:
      'R4 has a place for when a document was made; the converter loses the identifier beside a reference',
    theirs: [`extension.url = ${kept}DocumentReference.created`, 'extension.valuedateTime = 20051223 1355'],
    ours: [
      'content.attachment.creation = 20051223 1355',
      'context.related.identifier.system = urn:ietf:rfc:3986',
      'context.related.identifier.value = urn:oid:1.3.6.1.4.1.21367.2005.3.7.2345',
    ],
  },
  'ImagingStudy.json': {
    because: 'a ProcedureRequest is a ServiceRequest in R4; the converter adds a role that nobody stated',
    theirs: [
      'basedOn.reference = ProcedureRequest/example',
      'series.performer.function.coding.system = http://terminology.hl7.org/CodeSystem/v3-ParticipationType',
      'series.performer.function.coding.code = PRF',
      'series.extension.valueCode = ONLINE',
    ],
    ours: ['basedOn.reference = ServiceRequest/example', 'series.extension.valueString = ONLINE'],
  },
  'Immunization.json': {
    because: 'the converter loses why it was given',
    theirs: [],
    ours: ['reasonCode.coding.system = http://snomed.info/sct', 'reasonCode.coding.code = 429060002'],
  },
  'MedicationRequest.json': {
    because: 'for whom somebody signed is kept where it was said, with the requester',
    theirs: [
      `extension.url = ${kept}MedicationRequest.requester.onBehalfOf`,
      'extension.valueReference.reference = Organization/f002',
    ],
    ours: [
      `requester.extension.url = ${kept}MedicationRequest.requester.onBehalfOf`,
      'requester.extension.valueReference.reference = Organization/f002',
    ],
  },
  'MedicationStatement.json': {
    because: 'not-taken says all that taken = n says; the tables do not tell a code from a string',
    theirs: [
      'extension.valueCode = active',
      `extension.url = ${kept}MedicationStatement.taken`,
      'extension.valueCode = n',
    ],
    ours: ['extension.valueString = active'],
  },
  'MessageHeader.json': {
    because: 'no resource of a record: its receiver and time are kept; the converter loses the time',
    theirs: ['destination.receiver.reference = http://acme.com/ehr/fhir/Practitioner/2323-33-4'],
    ours: [
      `extension.url = ${kept}MessageHeader.receiver`,
      'extension.valueReference.reference = http://acme.com/ehr/fhir/Practitioner/2323-33-4',
      `extension.url = ${kept}MessageHeader.timestamp`,
      'extension.valueDateTime = 20120104 550',
    ],
  },
  'Observation.json': {
    because: "relations that R4 has no member for are kept as sent, under HL7's address",
    theirs: [
      'extension.url = http://hl7.org/fhir/3.0/StructureDefinition/Observation.sequelTo',
      'extension.valueReference.reference = Sequence/example-TPMT-two',
      'extension.url = http://hl7.org/fhir/3.0/StructureDefinition/Observation.interferedBy',
      'extension.valueReference.reference = Sequence/example-TPMT-two',
      'derivedFrom.reference = Sequence/example-TPMT-two',
    ],
    ours: [
      'extension.extension.url = type',
      'extension.extension.valueString = sequel-to',
      'extension.extension.url = target',
      'extension.extension.valueReference.reference = MolecularSequence/example-TPMT-two',
      `extension.url = ${kept}Observation.related`,
      'extension.extension.url = type',
      'extension.extension.valueString = interfered-by',
      'extension.extension.url = target',
      'extension.extension.valueReference.reference = MolecularSequence/example-TPMT-two',
      `extension.url = ${kept}Observation.related`,
      'derivedFrom.reference = MolecularSequence/example-TPMT-two',
    ],
  },
  'Parameters.json': {
    because: 'a currency called "test" is none; it is kept',
    theirs: ['parameter.valueMoney.currency = test'],
    ours: [
      `parameter.valueMoney.extension.url = ${kept}Parameters.parameter.valueMoney.code`,
      'parameter.valueMoney.extension.valueString = test',
      `parameter.valueMoney.extension.url = ${kept}Parameters.parameter.valueMoney.unit`,
      'parameter.valueMoney.extension.valueString = testUnit',
    ],
  },
  'Patient.json': {
    because: 'the address of what STU3 says of an animal',
    theirs: ['extension.url = http://hl7.org/fhir/r4/StructureDefinition/patient-animal'],
    ours: [`extension.url = ${kept}Patient.animal`],
  },
  'Procedure.json': {
    because: 'the converter loses the protocol that a procedure followed',
    theirs: [],
    ours: [
      `extension.url = ${kept}Procedure.definition`,
      'extension.valueReference.display = Protocol for hypertension during pregnancy',
    ],
  },
};

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
  const readNow = (path: string): Promise<InputFile> => readDocument(readFileSync(path), basename(path));
  const topsOf = (path: string): JsonObject[] =>
    (read.get(path)?.entries ?? [])
      .filter(({ container }) => container === undefined)
      .map(({ resource }) => resource);
  const rowsOf = ({ source, entries, findings }: InputFile): Record<string, Row[]> =>
    buildRecord({ sources: [source], entries, findings }).record.sections;

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
            .map((value) => `${String(sent['resourceType'])}.${value}`)
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

  it("agree with Microsoft's converter in every value, but for the disagreements listed", async () => {
    const folder = join(corpus, 'fhir-stu3', 'microsoft-fhir-converter');
    const found: Record<string, unknown> = {};
    let compared = 0;
    for (const path of filesUnder(join(folder, 'expected-r4'), ['.json'])) {
      const name = basename(path);
      // Its input is not in the corpus.
      if (name === 'Bundle.json') continue;
      const theirs = valuesOf(parseJson(decodeJson(readFileSync(path))));
      const { entries } = await readNow(join(folder, 'input', name));
      const ours = valuesOf(
        entries.filter(({ container }) => container === undefined).map(({ resource }) => resource),
      );
      compared += theirs.length;
      const difference = { theirs: without(theirs, ours), ours: without(ours, theirs) };
      if (difference.theirs.length + difference.ours.length > 0) found[name] = difference;
    }
    const expected = Object.entries(disagreements).map(([name, { theirs, ours }]) => [
      name,
      { theirs, ours },
    ]);
    expect(found).toEqual(Object.fromEntries(expected));
    expect(compared).toBeGreaterThan(700);
  });

  it('of the same person in DSTU2 and STU3 make the same rows, but for what one of them does not state', () => {
    const said = (rows: Record<string, Row[]>): string[] =>
      Object.entries(rows).flatMap(([section, list]) =>
        list
          // The twins' dates are shifted against each other, and STU3 has medications of their own.
          .filter(({ resourceType }) => resourceType !== 'Medication')
          .map((row) =>
            [section, row.name, row.status, row.assertion, row['value'], row['unit']].join(' | '),
          ),
      );
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
    const amounts = (row: Row | undefined): string[] => [row?.['amounts'] ?? []].flat().map(String);
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
          differ.push(`${kind} ${fact}: ${String(one?.[fact])} / ${String(two?.[fact])}`);
      }
      const missing = without(amounts(two), amounts(one)).map(
        (amount) => `${kind} amount only in v2: ${amount}`,
      );
      differ.push(...missing);
    }
    // The total charge has a member of its own in v1, and is `submitted` then.
    const inV2 = (kind: string, amount: string): string => `${kind} amount only in v2: ${amount}`;
    expect(differ).toEqual([
      inV2('CarrierWithTaxNumbers', 'Claim Total Charge Amount: 0.0 USD'),
      inV2('Dme', 'Claim Total Charge Amount: 0.0 USD'),
      inV2('DmeWithTaxNumbers', 'Claim Total Charge Amount: 0.0 USD'),
      inV2('Hha', 'Claim Total Charge Amount: 199.99 USD'),
      inV2('Hospice', 'Claim Total Charge Amount: 199.99 USD'),
      inV2('Inpatient', 'Claim Total Charge Amount: 84999.37 USD'),
      'Pde billed: 550.0 USD (sum of lines) / 550.0 USD',
      inV2('Pde', 'Drug Cost: 550.0 USD'),
      inV2('Pde', 'Other: 0 USD'),
    ]);
  });

  it('of R4 in XML are what the same resources are in JSON', async () => {
    const converter = new Fhir();
    const written = (value: JsonValue): string[] => valuesOf(value).filter((line) => !/\.div = /.test(line));
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
        if (!(thrown instanceof BlueButtonError)) throw thrown;
        expect(thrown.code).toBe('not-a-health-record');
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
