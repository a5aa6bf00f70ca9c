import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { beforeAll, describe, expect, test } from 'vitest';
import type { HealthRecord } from '../../src/model/index.ts';
import { newHome, type Home } from './bluebutton.ts';
import { corpusCases, noteAbsence } from './corpus.ts';
import { refusalOf } from './refusal.ts';

const ndc = 'http://hl7.org/fhir/sid/ndc';
const hcpcs = 'https://bluebutton.cms.gov/resources/codesystem/hcpcs';
const icd = 'http://hl7.org/fhir/sid/icd-10-cm';

/** A record of codes: some without a name, some that the source names. */
const record = {
  resourceType: 'Bundle',
  type: 'collection',
  entry: [
    { resource: { resourceType: 'Patient', id: 'p', name: [{ text: 'Jane Doe' }], birthDate: '1970-01-01' } },
    medicine('bare', { coding: [{ system: ndc, code: '00093104801' }] }),
    medicine('hyphens', { coding: [{ system: 'urn:oid:2.16.840.1.113883.6.69', code: '0093-1048-01' }] }),
    medicine('ten-digits', { coding: [{ system: ndc, code: '0093104801' }] }),
    medicine('with-text', { coding: [{ system: ndc, code: '00093104801' }], text: 'her water pill' }),
    medicine('with-display', {
      coding: [
        { system: ndc, code: '00093104801' },
        { system: 'http://www.nlm.nih.gov/research/umls/rxnorm', code: '1', display: 'Source words' },
      ],
    }),
    medicine('no-system', { coding: [{ code: '00093104801' }] }),
    {
      resource: {
        resourceType: 'MedicationRequest',
        id: 'referred',
        status: 'active',
        intent: 'order',
        subject: { reference: 'Patient/p' },
        contained: [
          { resourceType: 'Medication', id: 'm', code: { coding: [{ system: ndc, code: '00093104801' }] } },
        ],
        medicationReference: { reference: '#m', display: 'the words of the order' },
      },
    },
    {
      resource: {
        resourceType: 'Condition',
        id: 'none',
        subject: { reference: 'Patient/p' },
        verificationStatus: { coding: [{ code: 'refuted' }] },
        code: { coding: [{ system: icd, code: 'E119' }] },
      },
    },
    {
      resource: {
        resourceType: 'ExplanationOfBenefit',
        id: 'claim',
        status: 'active',
        use: 'claim',
        patient: { reference: 'Patient/p' },
        type: { text: 'Carrier' },
        item: [
          {
            sequence: 1,
            productOrService: { coding: [{ system: hcpcs, code: '99213' }] },
            modifier: [{ coding: [{ system: hcpcs, code: 'rt' }] }],
          },
        ],
      },
    },
  ],
};

function medicine(id: string, medicationCodeableConcept: object): object {
  const subject = { reference: 'Patient/p' };
  return {
    resource: {
      resourceType: 'MedicationStatement',
      id,
      status: 'active',
      subject,
      medicationCodeableConcept,
    },
  };
}

const table = `Description,CODE,System
Hydrochlorothiazide 25 MG Oral Tablet,0093-1048-01,NDC
"Office visit, established",99213,CPT
Right side,RT,http://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets
No known problem,e11.9,ICD-10-CM
`;

let home: Home;

beforeAll(async () => {
  home = await newHome();
  await writeFile(home.path('record.json'), JSON.stringify(record));
  await writeFile(home.path('table.csv'), table);
});

async function shown(words: readonly string[] = ['--code-table', 'table.csv']): Promise<HealthRecord> {
  return JSON.parse((await home.done(['show', 'record.json', '--json', ...words])).stdout);
}

function named({ sections }: HealthRecord, section: string): Record<string, string | null> {
  return Object.fromEntries((sections[section] ?? []).map(({ id, name }) => [id.split('/')[1], name]));
}

/** What is asserted of each row, whatever it is called. */
function facts({ sections }: HealthRecord): unknown[] {
  return Object.values(sections).flatMap((rows) =>
    rows.map(({ id, assertion, status, sources }) => ({ id, assertion, status, sources })),
  );
}

describe('a code table', () => {
  test('names a code that comes without a name, behind the code, and says it was looked up', async () => {
    const answer = await shown();
    const name = 'Hydrochlorothiazide 25 MG Oral Tablet';
    expect(named(answer, 'medications')).toMatchObject({
      bare: `NDC 00093104801 ${name} (looked up)`,
      hyphens: `urn:oid:2.16.840.1.113883.6.69 0093-1048-01 ${name} (looked up)`,
    });
    expect(answer.sections['medications']?.[0]?.codes).toEqual([
      { system: ndc, code: '00093104801', lookedUp: name },
    ]);
  });

  test('never takes the place of the words of the source', async () => {
    const answer = await shown();
    expect(named(answer, 'medications')).toMatchObject({
      'with-text': 'her water pill',
      'with-display': 'Source words',
      referred: 'the words of the order',
    });
    const rows = answer.sections['medications'] ?? [];
    const worded = rows.filter(({ id }) => /with-/.test(id)).flatMap(({ codes }) => codes);
    expect(worded.filter((code) => 'lookedUp' in code)).toEqual([]);
  });

  test('leaves a code alone that says no system, and an NDC that could be several', async () => {
    expect(named(await shown(), 'medications')).toMatchObject({
      'no-system': 'code 00093104801',
      'ten-digits': 'NDC 0093104801',
    });
  });

  test('names services and modifiers in the lines of a claim; CPT is the first level of HCPCS', async () => {
    const [claim] = (await shown()).sections['claims'] ?? [];
    expect(claim?.['lines']).toEqual([
      'HCPCS 99213 Office visit, established (looked up), modifier HCPCS rt Right side (looked up)',
    ]);
  });

  test('changes nothing of a row but names: not what is asserted, not what is current', async () => {
    const answer = await shown();
    expect(facts(answer)).toEqual(facts(await shown([])));
    expect(answer.sectionStates).toEqual((await shown([])).sectionStates);
    // The looked-up words sound like an absence; the source refuted the code.
    const { stdout } = await home.done(['show', 'record.json', '--code-table', 'table.csv']);
    expect(stdout.replaceAll(/\s+/g, ' ')).toMatch(
      /Recorded as not so Name.* \[REFUTED\] ICD-10-CM E119 No known/,
    );
  });

  test.each([
    ['show', 'record.json'],
    ['summary', 'record.json'],
    ['convert', 'record.json', '--to', 'markdown'],
    ['convert', 'record.json', '--to', 'csv', '--section', 'medications'],
    ['convert', 'record.json', '--to', 'ndjson'],
  ])('is marked in %s %s %s %s', async (...words) => {
    const { stdout, stderr } = await home.done([...words, '--code-table', 'table.csv']);
    expect(stderr).toBe('');
    const names = stdout.match(/Hydrochlorothiazide/g) ?? [];
    const marks = stdout.match(/Hydrochlorothiazide[^"|]*?\(looked\s+up\)|"lookedUp":"Hydrochlorothiazide/g);
    expect(names.length).toBeGreaterThan(0);
    expect(marks).toHaveLength(names.length);
  });

  test('leaves FHIR as it is, byte for byte', async () => {
    const words = ['convert', 'record.json', '--to', 'fhir'];
    const { stdout } = await home.done([...words, '--code-table', 'table.csv']);
    expect(stdout).toBe((await home.done(words)).stdout);
  });

  test('names what the archive holds', async () => {
    await home.done(['import', 'record.json']);
    const words = ['convert', '--to', 'csv', '--section', 'medications', '--code-table', 'table.csv'];
    const [header, ...rows] = parse((await home.done(words)).stdout);
    const names = rows.map((row) => row[header?.indexOf('name') ?? -1]);
    expect(names).toContain('NDC 00093104801 Hydrochlorothiazide 25 MG Oral Tablet (looked up)');
  });

  test('may be given several times: the first that knows a code names it', async () => {
    await writeFile(home.path('own.csv'), 'code,system,name\n00093-1048-01,ndc,water pill\n');
    const answer = await shown(['--code-table', 'own.csv', '--code-table', 'table.csv']);
    expect(named(answer, 'medications')['bare']).toBe('NDC 00093104801 water pill (looked up)');
    expect(named(answer, 'problems')['none']).toMatch(/No known problem/);
  });
});

describe('a code table as spreadsheets write it', () => {
  test.each([
    ['with semicolons', Buffer.from('system;code;display\nNDC;00093104801;Résumé 5 MG\n')],
    ['with tabs', Buffer.from('system\tcode\tdisplay\r\nNDC\t00093104801\tRésumé 5 MG\r\n')],
    ['with a byte order mark', Buffer.from('\uFEFFsystem,code,display\r\nNDC,00093104801,Résumé 5 MG\r\n')],
    ['in UTF-16', Buffer.from('\uFEFFsystem\tcode\tdisplay\r\nNDC\t00093104801\tRésumé 5 MG\r\n', 'utf16le')],
    [
      'with empty cells at the ends',
      Buffer.from('system,code,display\nNDC,00093104801,Résumé 5 MG,,\n,,,,\n'),
    ],
    ['by OID', Buffer.from('system,code,display\n2.16.840.1.113883.6.69,0093-1048-01,Résumé 5 MG\n')],
  ])('is read %s', async (_, bytes) => {
    await writeFile(home.path('odd.csv'), bytes);
    const { stdout, stderr } = await home.done(['show', 'record.json', '--json', '--code-table', 'odd.csv']);
    expect(stdout).toContain('"NDC 00093104801 Résumé 5 MG (looked up)"');
    expect(stderr).toBe('');
  });

  test('in windows-1252 is read, and that is said', async () => {
    await writeFile(
      home.path('odd.csv'),
      Buffer.from('system,code,display\nNDC,00093104801,R\xe9sum\xe9\n', 'latin1'),
    );
    const { stdout, stderr } = await home.done(['show', 'record.json', '--json', '--code-table', 'odd.csv']);
    expect(stdout).toContain('"NDC 00093104801 Résumé (looked up)"');
    expect(stderr).toBe('odd.csv: It was read as windows-1252.\n');
  });
});

test('rows that cannot be relied on are left out, and counted with their lines', async () => {
  const rows = [
    'code,system,display',
    '99213,CPT,Office visit',
    '00093104801,NDC',
    '0093104801,NDC,Ten digits',
    'X1,Klingon,Something',
    'X2,,Something',
    'X3,CPT,',
    'X4,CPT,Metformin, 500 MG',
    'E119,ICD-10-CM,One name',
    'E11.9,icd10cm,Another name',
  ];
  await writeFile(home.path('odd.csv'), rows.join('\n'));
  const { stdout, stderr } = await home.done(['show', 'record.json', '--json', '--code-table', 'odd.csv']);
  expect(stderr.split('\n')).toEqual([
    'odd.csv: 1 row left out, cut short: line 3.',
    expect.stringMatching(/^odd\.csv: 1 row left out, no NDC that can be told for sure: .*: line 4\.$/),
    expect.stringMatching(/^odd\.csv: 1 row left out, of a code system nobody here knows .*: line 5\.$/),
    'odd.csv: 1 row left out, without a code system: line 6.',
    'odd.csv: 1 row left out, without a code or a name: line 7.',
    expect.stringMatching(/^odd\.csv: 1 row left out, more cells than the header .*: line 8\.$/),
    'odd.csv: 1 row left out, the code has another name further up, and neither is taken: line 10.',
    '',
  ]);
  const answer: HealthRecord = JSON.parse(stdout);
  expect(named(answer, 'problems')['none']).toBe('ICD-10-CM E119');
  expect(stdout).toContain('HCPCS 99213 Office visit (looked up)');
});

test.each([
  ['is not there', undefined, 'There is no file odd.csv.', 'ls'],
  ['is empty', '', 'odd.csv is empty.', 'code, system and display'],
  [
    'names no system',
    'code,name\n99213,Office visit\n',
    'odd.csv has no column "system".',
    'add a column system',
  ],
  ['has no header', '99213,CPT,Office visit\n', 'odd.csv has no column "code".', 'first line'],
  ['has no names', 'code,system\n99213,CPT\n', 'odd.csv has no column "display"', 'first line'],
  ['has only a header', 'code,system,name\n', 'odd.csv names no code that can be used.', 'rows'],
  ['knows no system', 'code,system,name\n1,Klingon,x\n', 'odd.csv names no code that can be used.', 'rows'],
  [
    'ends inside a quotation',
    'code,system,name\n1,CPT,"x\n2,CPT,y\n',
    'odd.csv is no CSV.',
    'quotation mark',
  ],
  ['is a spreadsheet', 'PK\u0003\u0004\0\0', 'odd.csv is no text.', 'save it as CSV'],
])('a code table that %s is refused with what to do', async (_, text, what, next) => {
  const own = await newHome();
  await writeFile(own.path('record.json'), JSON.stringify(record));
  if (text !== undefined) await writeFile(own.path('odd.csv'), text);
  const refusal = refusalOf(await own.run(['show', 'record.json', '--code-table', 'odd.csv']));
  expect(refusal).toMatchObject({ status: 2, stdout: '', internals: [] });
  expect(refusal.what).toContain(what);
  expect(refusal.why).not.toBe('');
  expect(refusal.next).toContain(next);
});

const { present, absent } = corpusCases(2);

test.each(absent)('the claims of the corpus are absent', (tests) => {
  expect(noteAbsence(tests)).toBe(true);
});

describe.each(present)('the claims of %s', (corpus) => {
  test.each([
    ['fhir-cms-eob/bfd-v2-r4/eobReadDme.json', 'HCPCS 345 Wheelchair, standard (looked up)'],
    ['text-cms/amida-blue-button/cms_sample.txt', 'ICD-9-CM 3534 Lumbosacral root lesions (looked up)'],
  ])('%s has codes that a table names', async (file, name) => {
    const real =
      'Code,System,Name\n345,hcpcs,"Wheelchair, standard"\n3534,ICD-9-CM,Lumbosacral root lesions\n';
    await writeFile(home.path('real.csv'), real);
    const words = [join(corpus, file), '--section', 'claims', '--code-table', 'real.csv'];
    const { stdout } = await home.done(['show', ...words, '--json']);
    expect(stdout).toContain(name);
    const wide = (await home.done(['show', ...words])).stdout;
    for (const line of wide.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  });
});
