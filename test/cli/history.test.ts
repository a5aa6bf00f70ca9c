import { createHash } from 'node:crypto';
import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { readMoment } from '../../src/commands/moment.ts';
import { jane, newHome, type Home } from './bluebutton.ts';
import { openPortal, signUp } from './practice-portal.ts';

const subject = { reference: 'Patient/ann' };
const patient = {
  resourceType: 'Patient',
  id: 'ann',
  birthDate: '1970-01-01',
  name: [{ text: 'Ann Sample' }],
};
const coded = (code: string) => ({ coding: [{ code }] });
const allergy = (id: string, text: string, more = {}) => ({
  resourceType: 'AllergyIntolerance',
  id,
  patient: subject,
  clinicalStatus: coded('active'),
  verificationStatus: coded('confirmed'),
  code: { text },
  ...more,
});
const medication = (status: string, dose: string) => ({
  resourceType: 'MedicationRequest',
  id: 'lisinopril',
  subject,
  status,
  intent: 'order',
  medicationCodeableConcept: { text: 'Lisinopril 10 mg' },
  dosageInstruction: [{ text: dose }],
});
const result = (id: string, value: string, more = {}) => ({
  resourceType: 'Observation',
  id,
  subject,
  status: 'final',
  category: [coded('laboratory')],
  code: { text: 'Hemoglobin A1c' },
  effectiveDateTime: '2026-11-20',
  valueQuantity: { value: `#${value}#`, unit: '%' },
  ...more,
});
const note = (id: string, title: string) => ({
  resourceType: 'DocumentReference',
  id,
  subject,
  status: 'current',
  type: { text: title },
  date: '2026-11-21T10:00:00Z',
  content: [{ attachment: { contentType: 'text/plain', data: 'SGVsbG8=' } }],
});

const steps: readonly (readonly object[])[] = [
  [
    patient,
    allergy('nuts', 'nuts'),
    allergy('milk', 'milk'),
    allergy('eggs', 'eggs'),
    medication('active', '1 tablet'),
    result('old', '6.0'),
    result('fixed', '5.50'),
  ],
  [
    patient,
    allergy('nuts', 'nuts', { criticality: 'high' }),
    allergy('milk', 'milk', { verificationStatus: coded('entered-in-error'), clinicalStatus: undefined }),
    allergy('latex', 'latex', { verificationStatus: coded('refuted') }),
    medication('stopped', '1 tablet'),
    result('renamed', '6.0'),
    result('fixed', '5.5', { identifier: [{ value: 'X' }] }),
    result('a1c', '6.1'),
    note('visit', 'Visit note'),
  ],
  [
    patient,
    allergy('nuts', 'nuts', { criticality: 'high' }),
    allergy('milk', 'milk', { verificationStatus: coded('entered-in-error'), clinicalStatus: undefined }),
    allergy('eggs', 'eggs'),
    allergy('latex', 'latex', { verificationStatus: coded('refuted') }),
    medication('active', '2 tablets'),
    result('renamed', '6.0'),
    result('fixed', '5.5', { identifier: [{ value: 'Y' }] }),
    result('a1c', '6.1'),
    note('visit', 'Visit note'),
  ],
];

/** JSON in which `"#6.10#"` is the number 6.10, with these digits. */
function json(resources: readonly object[]): string {
  return JSON.stringify(resources).replaceAll(/"#([\d.]+)#"/g, '$1');
}

let home: Home;
let bags: string[];

beforeAll(async () => {
  home = await newHome();
  await writeFile(home.path('data.json'), json(steps[0] ?? []));
  const portal = await openPortal(home, ['--data', 'data.json']);
  await signUp(home, portal);
  for (const step of steps) {
    await writeFile(home.path('data.json'), json(step));
    await home.done(['pull']);
  }
  await writeFile(home.path('letter.txt'), 'Dear Ann');
  await home.done(['import', 'letter.txt', '--as-document', '--title', 'A letter', '--person', 'ann-sample']);
  bags = (await readdir(source())).filter((name) => /^\d{4}-/.test(name)).toSorted();
});

function source(): string {
  return home.path('health-records', 'ann-sample', 'practice');
}

/** The `Type/id` that the bags tell of, each once. */
async function namesIn(folders: readonly string[]): Promise<string[]> {
  const names = new Set<string>();
  for (const folder of folders) {
    const text = await readFile(join(source(), folder, 'data', 'changes.ndjson'), 'utf8');
    for (const line of text.split('\n').filter(Boolean)) {
      const { resourceType, id }: { resourceType: string; id: string } = JSON.parse(line);
      names.add(`${resourceType}/${id}`);
    }
  }
  return [...names].toSorted();
}

interface DiffJson {
  schema: string;
  sources: {
    bags: string[];
    changes: {
      change: string;
      names: string[];
      section: string;
      words: { what: string; which: string; lines: string[] };
      fields?: { field: string; before?: unknown; after?: unknown }[];
      untold?: string[];
    }[];
    files: { name: string }[];
  }[];
}

async function diff(...words: string[]): Promise<DiffJson> {
  return JSON.parse((await home.done(['diff', ...words, '--json'])).stdout);
}

describe('log', () => {
  it('lists pulls and imports, newest first, with what each brought and a name that diff and --as-of take', async () => {
    const { stdout } = await home.done(['log']);
    const lines = stdout.split('\n');
    expect(lines[0]).toBe('Ann Sample: 4 bags, the newest first');
    const named = lines.flatMap(
      (line) =>
        /^ {2}((?:practice|files)\/\d)\s+\d{4}-\d\d-\d\dT\d\d:\d\dZ {2}(.*)$/.exec(line)?.slice(1) ?? [],
    );
    expect(named).toEqual([
      'files/1',
      'A letter (letter.txt): document',
      'practice/3',
      '2 changed, 1 back again',
      'practice/2',
      '3 new, 4 changed, 1 no longer provided (kept),',
      'practice/1',
      // The portal makes a summary document of its own.
      '8 new, 1 attachment',
    ]);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
    for (const name of ['practice/1', 'practice/3', 'files/1']) {
      await home.done(['diff', name]);
      await home.done(['show', '--as-of', name]);
    }
  });

  it('gives the same as JSON, and only the source asked for', async () => {
    const { stdout } = await home.done(['log', 'practice', '--json']);
    const told: { schema: string; bags: { folder: string; continues: string[]; gaps: string[] }[] } =
      JSON.parse(stdout);
    expect(told.schema).toBe('bluebutton/log/1');
    expect(told.bags.map(({ folder }) => folder)).toEqual(bags.toReversed());
    expect(told.bags.map(({ continues }) => continues)).toEqual([[bags[1]], [bags[0]], []]);
    const refused = await home.run(['log', 'practise']);
    expect(refused.status).toBe(2);
    expect(refused.stderr).toContain('the same command with practice');
  });
});

describe('diff', () => {
  it('says in words what a pull changed, with what is asserted, and a renumbering as a count', async () => {
    const { stdout } = await home.done(['diff', '1', '2', '--source', 'practice']);
    const text = stdout.replaceAll(/\s+/g, ' ');
    for (const words of [
      'allergy entered in error: [ENTERED IN ERROR] milk (was current, now not stated)',
      'allergy changed: nuts Criticality: now high',
      'allergy vanished (the portal no longer gives it): eggs',
      'new allergy: [REFUTED] latex',
      'medication stopped: Lisinopril 10 mg (was current, now past) Status: was active, now stopped',
      'new result: Hemoglobin A1c 6.1 %',
      'result changed: Hemoglobin A1c (2026-11-20) Result: was 5.50 %, now 5.5 %',
      'Details in the data: identifier.value',
      'note added: Visit note',
      'Renumbered: 1. The portal gave it a new id; what is said is the same.',
    ])
      expect(text).toContain(words);
    expect(stdout).not.toContain('6.0');
    expect(stdout.split('\n').every((line) => line.length <= 80)).toBe(true);
  });

  it('says what changed in no field a row shows as details, with the members that differ', async () => {
    const { stdout } = await home.done(['diff', 'practice/2', 'practice/3']);
    expect(stdout).toMatch(
      /details of result changed: Hemoglobin A1c \(2026-11-20\)\n {4}Details in the data: identifier.value$/m,
    );
    expect(stdout).toMatch(/medication is current again: Lisinopril 10 mg/);
    expect(stdout).toMatch(/Dosage: was 1 tablet, now 2 tablets/);
    expect(stdout).toMatch(/allergy is back: eggs/);
  });

  const pairs = [
    [0, 1],
    [1, 2],
    [2, 3],
    [1, 3],
    [0, 3],
  ] as const;

  it.each(pairs)(
    'from the state after %i pulls to that after %i leaves no resource of the bags out, and tells none twice',
    async (from, to) => {
      const words = from === 0 ? ['2000', `practice/${to}`] : [`practice/${from}`, `practice/${to}`];
      const { sources } = await diff(...words);
      const told = sources.flatMap(({ changes }) => changes.flatMap(({ names }) => names));
      expect(told.toSorted()).toEqual(await namesIn(bags.slice(from, to)));
    },
  );

  it('without a word is about the last bag that brought something; with one, about all since', async () => {
    const { schema, sources } = await diff();
    expect(schema).toBe('bluebutton/diff/1');
    expect(sources.flatMap(({ files }) => files)).toMatchObject([{ name: 'letter.txt', title: 'A letter' }]);
    const since = await diff('practice/1');
    expect(since.sources.map((each) => each.bags)).toEqual([['practice/2', 'practice/3']]);
    const medicine = since.sources[0]?.changes.find(({ section }) => section === 'medications');
    expect(medicine).toMatchObject({
      change: 'changed',
      names: ['MedicationRequest/lisinopril'],
      words: {
        what: 'medication changed',
        which: 'Lisinopril 10 mg',
        lines: ['Dosage: was 1 tablet, now 2 tablets'],
      },
      fields: [{ field: 'dosage', before: ['1 tablet'], after: ['2 tablets'] }],
      untold: [],
    });
    const [eggs] =
      since.sources[0]?.changes.filter(({ names }) => names.includes('AllergyIntolerance/eggs')) ?? [];
    expect(eggs?.change).toBe('passing');
  });

  it('tells the earlier of two moments first in whichever order they are given', async () => {
    const [one, other] = [await diff('practice/1', 'practice/2'), await diff('practice/2', 'practice/1')];
    expect(one).toEqual(other);
  });

  it('says plainly that nothing changed', async () => {
    const { stdout } = await home.done(['diff', 'practice/3']);
    expect(stdout).toMatch(/^practice: nothing changed from practice\/3 \(.*\) to now$/m);
  });

  it('counts a record that was not there before instead of listing it', async () => {
    const { stdout } = await home.done(['diff', '2000', 'practice/1']);
    expect(stdout).toContain('Person 1, Allergies 3, Medications 1, Results 2, Notes and documents 1,');
  });

  it('writes Markdown', async () => {
    const { stdout } = await home.done(['diff', 'practice/1', 'practice/2', '--format', 'markdown']);
    expect(stdout).toMatch(/^# practice: what changed from practice\/1/);
    expect(stdout).toMatch(/^- \*\*new allergy\*\*: \\\[REFUTED\\\] latex/m);
    expect(stdout).toMatch(/^ {2}- Status: was active, now stopped$/m);
  });

  it.each([['practice/1', 'files/1'], ['9'], ['1'], ['2026-13'], ['1990', '1991']])(
    'refuses %s %s with a way on',
    async (...words) => {
      const { status, stderr } = await home.run(['diff', ...words]);
      expect(status).toBe(2);
      expect(stderr).toMatch(/^Try: /m);
    },
  );
});

describe('show --as-of', () => {
  it('tells the record as it was after a bag, and that it does', async () => {
    const { stdout } = await home.done(['show', 'medications', '--as-of', 'practice/2']);
    expect(stdout.replaceAll(/\s+/g, ' ')).toMatch(
      /As the archive held it after practice\/2 \([-\d]+ [:\d]+ UTC\): what came later is left out/,
    );
    expect(stdout).toMatch(/Lisinopril 10 mg +1 tablet +stopped/);
    const first = await home.done(['show', 'allergies', '--as-of', bags[0] ?? '']);
    expect(first.stdout).toMatch(/^ {2}milk +active/m);
    expect(first.stdout).not.toMatch(/latex|letter/);
  });

  it('takes the time that log prints, and goes with summary and convert', async () => {
    const { stdout } = await home.done(['log', '--json']);
    const told: { bags: { name: string; ended: string }[] } = JSON.parse(stdout);
    const ended = told.bags.find(({ name }) => name === 'practice/1')?.ended ?? '';
    const shown = await home.done(['convert', '--to', 'fhir', '--section', 'medications', '--as-of', ended]);
    expect(shown.stdout).toContain('"status":"active"');
    expect(shown.stderr).toContain(`As the archive held it at ${ended}: what came later is left out.`);
    const record: { heldAt: string } = JSON.parse(
      (await home.done(['summary', '--json', '--as-of', '2999-12-31T00:00Z'])).stdout,
    );
    expect(record.heldAt).toBe('at 2999-12-31T00:00Z');
  });

  it('refuses a time before everything, and files', async () => {
    const early = await home.run(['show', '--as-of', '2001-02']);
    expect(early.status).toBe(2);
    expect(early.stderr).toContain('held nothing of ann-sample at the end of 2001-02 (UTC)');
    const file = await home.run(['show', jane, '--as-of', '2026']);
    expect(file.status).toBe(2);
    expect(file.stderr).toContain('--as-of goes with the archive');
  });
});

describe('show --versions', () => {
  it('tells each version with its bag, and marks what differs from the one before', async () => {
    const { stdout } = await home.done(['show', '--versions', 'MedicationRequest/lisinopril']);
    expect(stdout).toMatch(/^MedicationRequest\/lisinopril of practice: 3 versions$/m);
    expect(stdout.match(/^practice\/\d {2}\S+ {2}\w+$/gm)?.map((line) => line.split(/ +/).at(-1))).toEqual([
      'new',
      'changed',
      'changed',
    ]);
    expect(stdout).toMatch(/^ {2}Dosage: 1 tablet$/m);
    expect(stdout).toMatch(/^\* Status: stopped$/m);
    expect(stdout).toMatch(/^\* Dosage: 2 tablets$/m);
  });

  it('tells that it went and came back', async () => {
    const { stdout } = await home.done(['show', '--versions', 'practice/AllergyIntolerance/eggs']);
    expect(stdout).toMatch(/^practice\/2 .* no longer given by the portal, and kept$/m);
    expect(stdout).toMatch(/^practice\/3 .* given again$/m);
    const { stdout: old } = await home.done(['show', '--versions', 'Observation/old']);
    expect(old.replaceAll(/\s+/g, ' ')).toContain('renumbered: its id is Observation/renamed from now on');
  });

  it('gives the very text that is stored, as JSON and as FHIR', async () => {
    const words = ['show', '--versions', 'Observation/fixed'];
    const told: { versions: { stored: { sha256: string; text: string; path: string } }[] } = JSON.parse(
      (await home.done([...words, '--json'])).stdout,
    );
    expect(told.versions).toHaveLength(3);
    const { stdout } = await home.done([...words, '--format', 'fhir']);
    for (const { stored } of told.versions) {
      expect(createHash('sha256').update(stored.text).digest('hex')).toBe(stored.sha256);
      expect(await readFile(home.path('health-records', stored.path), 'utf8')).toContain(`${stored.text}\n`);
      expect(stdout).toContain(`"resource":${stored.text},`);
    }
    expect(told.versions[0]?.stored.text).toContain('"value":5.50');
  });

  it('refuses what no portal gave', async () => {
    const { status, stderr } = await home.run(['show', '--versions', 'Observation/none']);
    expect(status).toBe(2);
    expect(stderr).toContain('No portal gave Observation/none.');
  });
});

it('history is read while another process writes: neither its lock nor its half-made bag is in the way', async () => {
  const archive = home.path('health-records');
  await writeFile(
    join(archive, '.lock'),
    JSON.stringify({ pid: process.pid, host: 'elsewhere', started: '2026-11-22T17:40:00Z', id: 'x' }),
  );
  await mkdir(join(archive, '.staging', 'x', '0004-2026-12-01T000000Z'), { recursive: true });
  for (const words of [
    ['log'],
    ['diff'],
    ['show', '--as-of', 'practice/1'],
    ['show', '--versions', 'Observation/fixed'],
  ])
    expect((await home.run(words)).status).toBe(0);
});

it('of two computers that wrote to copies of one archive, each bag is named by its folder and compared with what it continues', async () => {
  const own = await newHome();
  const keep = async (name: string, archive: string): Promise<void> => {
    await writeFile(own.path(name), name);
    await own.done([
      'import',
      name,
      '--as-document',
      '--person',
      'Ann Sample',
      '--archive',
      own.path(archive),
    ]);
  };
  const bagsIn = async (archive: string): Promise<string[]> =>
    (await readdir(own.path(archive, 'ann-sample', 'files'))).filter((name) => name.startsWith('0002-'));
  await keep('one.txt', 'a');
  await cp(own.path('a'), own.path('b'), { recursive: true });
  await keep('two.txt', 'a');
  const [two = ''] = await bagsIn('a');
  let three = '';
  // A bag's name has seconds: another try is another name.
  for (let tries = 0; tries < 20 && (three === '' || three === two); tries += 1) {
    await rm(own.path('c'), { recursive: true, force: true });
    await cp(own.path('b'), own.path('c'), { recursive: true });
    await keep('three.txt', 'c');
    [three = ''] = await bagsIn('c');
  }
  await cp(own.path('c', 'ann-sample', 'files', three), own.path('a', 'ann-sample', 'files', three), {
    recursive: true,
  });
  const at = ['--archive', own.path('a')];
  const { stdout } = await own.done(['log', '--json', ...at]);
  const told: { bags: { name: string }[] } = JSON.parse(stdout);
  expect(told.bags.map(({ name }) => name)).toEqual([`files/${three}`, `files/${two}`, 'files/1']);
  expect((await own.done(['diff', ...at])).stdout).toMatch(/from files\/1 to files\/0002-[^]*three\.txt/);
  expect((await own.done(['diff', '1', ...at])).stdout).toMatch(/two\.txt[^]*three\.txt/);
  const number = await own.run(['diff', '2', ...at]);
  expect(number.stderr).toContain('2 names 2 bags.');
  const { status, stderr } = await own.run(['diff', two, three, ...at]);
  expect(status).toBe(2);
  expect(stderr).toContain('are on two branches');
});

function lastMillisecondOf(word: string): string {
  const moment = readMoment(word, []);
  return 'until' in moment ? new Date(moment.until).toISOString() : 'a bag';
}

describe('a moment', () => {
  it.each([
    ['2026', '2026-12-31T23:59:59.999Z'],
    ['2026-11', '2026-11-30T23:59:59.999Z'],
    ['2024-02', '2024-02-29T23:59:59.999Z'],
    ['2026-12', '2026-12-31T23:59:59.999Z'],
    ['2026-11-22', '2026-11-22T23:59:59.999Z'],
    ['2026-11-22T17:40Z', '2026-11-22T17:40:59.999Z'],
    ['2026-11-22 17:40 UTC', '2026-11-22T17:40:59.999Z'],
    ['2026-11-22T17:40:10Z', '2026-11-22T17:40:10.999Z'],
    ['2026-11-22T17:40:10.5-05:00', '2026-11-22T22:40:10.500Z'],
  ])('%s is up to %s', (word, until) => {
    expect(lastMillisecondOf(word)).toBe(until);
  });

  it.each(['2026-02-30', '2026-13', '2026-1', '2026-11-22T17:40', 'yesterday', '', '12'])(
    '%s is none',
    (word) => {
      expect(() => lastMillisecondOf(word)).toThrow(/is no moment/);
    },
  );
});
