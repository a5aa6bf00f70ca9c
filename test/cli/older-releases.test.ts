import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { newHome, repository, type Home } from './bluebutton.ts';
import { corpusCases, noteAbsence } from './corpus.ts';
import { hashOf } from './folder.ts';
import { logIn, openPortal, signUp, type PracticePortal } from './practice-portal.ts';

type Release = 'dstu2' | 'stu3';

interface Row {
  id: string;
  name?: string;
  asOf?: string;
  sources: { path?: string; line?: number; pointer: string }[];
}

interface RecordJson {
  person: { sources: unknown; id: string };
  sources: { format: string; asOf?: string }[];
  sections: Record<string, Row[]>;
  findings: { code: string }[];
}

/** The made-up record of Ann Lake: the same facts in three releases of FHIR. */
const annIn = (release: Release | 'r4'): string =>
  join(repository, 'test/fixtures/releases', `${release}.json`);

async function show(home: Home, words: readonly string[] = []): Promise<RecordJson> {
  return JSON.parse((await home.done(['show', '--json', ...words])).stdout);
}

/**
 * What a pulled record and the file it was served from have to have in common: everything but the order, the ids the portal
 * gives to what has none, and the places and dates that tell of the pull in one and of the file in the other. A portal
 * gives a Binary as the attachment it is.
 */
function facts({ person, sections }: RecordJson): unknown {
  const { sources: _, id: __, ...identity } = person;
  const rows = Object.entries(sections).map(([name, list]) => {
    const texts = list
      .filter(({ id }) => !id.startsWith('Binary/'))
      .map(({ sources: ___, asOf: ____, id: _____, ...row }) => withoutNames(JSON.stringify(row)));
    return [name, texts.toSorted()];
  });
  return { identity, rows };
}

/** Without what names a resource by its id. */
function withoutNames(text: string): string {
  return text.replaceAll(/"(urn:uuid:|[A-Z][A-Za-z]+\/)[\w.-]+"/g, '""');
}

interface Pulled {
  home: Home;
  portal: PracticePortal;
  first: string;
  second: string;
}

/** Signs in to a portal of the release, and pulls twice. */
async function pulledTwice(release: Release, file: string): Promise<Pulled> {
  const home = await newHome();
  const portal = await openPortal(home, ['--fhir', release, '--data', file]);
  for (const { status, stderr } of await signUp(home, portal)) expect(stderr, `${status}`).not.toMatch(/Try/);
  const { stdout: first } = await home.done(['pull']);
  const { stdout: second } = await home.done(['pull']);
  return { home, portal, first, second };
}

/** The resources `convert --to fhir` writes, each as JSON, in no order. A portal gives a Binary as the attachment it is. */
async function exportedFrom(home: Home, words: readonly string[]): Promise<string[]> {
  const { stdout } = await home.done(['convert', '--to', 'fhir', ...words]);
  const { entry }: { entry: { resource: { resourceType: string } }[] } = JSON.parse(stdout);
  const kept = entry.filter(({ resource }) => resource.resourceType !== 'Binary');
  return kept.map(({ resource }) => JSON.stringify(resource)).toSorted();
}

/** The bags of the one source, oldest first, as paths. */
async function bagsOf(home: Home): Promise<string[]> {
  const folder = home.path('health-records');
  const all = await readdir(folder, { recursive: true });
  return all
    .filter((path) => /^[^/]+\/[^/]+\/\d{4}-[^/]+$/.test(path))
    .toSorted()
    .map((path) => join(folder, path));
}

const perRelease = {
  dstu2: {
    folder: 'fhir-dstu2',
    order: 'MedicationOrder',
    foreign: /MedicationRequest|CareTeam|ServiceRequest/,
  },
  stu3: {
    folder: 'fhir-stu3',
    order: 'MedicationRequest',
    foreign: /MedicationOrder|DiagnosticOrder|ServiceRequest/,
  },
};

describe.each(['dstu2', 'stu3'] as const)('a portal that speaks %s', (release) => {
  const { folder, order, foreign } = perRelease[release];
  let pulled: Pulled;

  beforeAll(async () => {
    pulled = await pulledTwice(release, annIn(release));
  });

  test('is pulled whole, the second time without anything new, and what is kept is verified', async () => {
    expect(pulled.first).toContain('Ann Lake, born 1950-04-03: 11 new, 0 changed, 0 unchanged, 1 attachment');
    expect(pulled.second).toContain('0 new, 0 changed, 11 unchanged. Nothing new to keep.');
    const { stdout } = await pulled.home.done(['verify']);
    expect(stdout).toContain('All is as it was written: 1 bag');
  });

  test('is asked for the types of its release, and for no others', async () => {
    const { stdout } = await pulled.home.done(['pull', '--dry-run']);
    expect(stdout).toContain(`    ${order}?patient=ann`);
    expect(stdout).not.toMatch(foreign);
    const asked = (await pulled.portal.log()).map(({ path }) => path);
    expect(asked).toContain(`/fhir/${order}`);
    expect(asked.filter((path) => foreign.test(path))).toEqual([]);
  });

  test('has its resources kept as sent, in a folder that says in which release they are', async () => {
    const [bag = ''] = await bagsOf(pulled.home);
    expect(await readdir(join(bag, 'data'))).toEqual([
      'changes.ndjson',
      'documents',
      'documents.ndjson',
      folder,
      'ledger.json',
    ]);
    const { entry }: { entry: { resource: { resourceType: string } }[] } = JSON.parse(
      await readFile(annIn(release), 'utf8'),
    );
    const sent = entry.find(({ resource }) => resource.resourceType === order)?.resource;
    const text = await readFile(join(bag, 'data', folder, `${order}.ndjson`), 'utf8');
    expect(JSON.parse(text)).toEqual(sent);
    expect(await readFile(join(bag, 'data', folder, 'Observation.ndjson'), 'utf8')).toContain('"value":5.0,');
  });

  test('is shown as the file with the same record is: what is denied stays denied, digits stay', async () => {
    const archived = await show(pulled.home);
    expect(archived.sources.map(({ format }) => format)).toEqual([`FHIR ${release.toUpperCase()}`]);
    expect(facts(archived)).toEqual(facts(await show(pulled.home, [annIn(release)])));
    expect(archived.findings.map(({ code }) => code)).toContain('lifted');
    const { stdout } = await pulled.home.done(['show']);
    expect(stdout).toContain('[NOT DONE] Influenza vaccine');
    expect(stdout).toContain('5.0 mmol/L');
  });

  test('has rows that name the line they were read from, in the release they were sent in', async () => {
    const { sections } = await show(pulled.home);
    const [row] = sections['allergies'] ?? [];
    const [place] = row?.sources ?? [];
    expect(place).toMatchObject({ line: 1, pointer: '' });
    expect(place?.path).toMatch(new RegExp(`/data/${folder}/AllergyIntolerance\\.ndjson$`));
  });

  test('gives documents that can be shown', async () => {
    const { stdout } = await pulled.home.done(['show', '--document', 'note']);
    expect(stdout).toContain('Seen for her yearly visit.');
  });

  test('is exported as the file is: in R4', async () => {
    const exported = await exportedFrom(pulled.home, []);
    expect(exported).toEqual(await exportedFrom(pulled.home, [annIn(release)]));
    expect(exported.join('\n')).toContain('"resourceType":"MedicationRequest"');
  });

  test('that changes a fact has the new version kept beside the old one', async () => {
    const home = await newHome();
    const text = await readFile(annIn(release), 'utf8');
    await writeFile(home.path('data.json'), text);
    await signUp(home, await openPortal(home, ['--fhir', release, '--data', 'data.json']));
    await home.done(['pull']);
    await writeFile(home.path('data.json'), text.replace('5.0', '5.10'));
    expect((await home.done(['pull'])).stdout).toContain('0 new, 1 changed, 10 unchanged');
    await home.done(['verify']);
    const bags = await bagsOf(home);
    expect(await readdir(join(bags[1] ?? '', 'data', folder))).toEqual(['Observation.ndjson']);
    const { stdout } = await home.done(['show', '--section', 'results']);
    expect(stdout).toContain('5.10 mmol/L');
    expect(stdout).not.toContain('5.0 mmol/L');
  });
});

describe.each(['dstu2', 'stu3'] as const)(
  'a portal that moves from %s to R4 and keeps its ids',
  (release) => {
    let home: Home;
    let port: string;
    let before: string;
    let moved: string;

    beforeAll(async () => {
      const first = await pulledTwice(release, annIn(release));
      ({ home } = first);
      port = String(first.portal.port);
      const [bag = ''] = await bagsOf(home);
      before = await hashOf(bag);
      await first.portal.stop('SIGTERM');
      await openPortal(home, ['--port', port, '--data', annIn('r4'), '--fault', 'docref-empty']);
      await logIn(home, 'practice');
      moved = (await home.done(['pull'])).stdout;
    });

    test('has everything kept anew beside what was kept before, also what reads the same in both', async () => {
      const [first = '', second = ''] = await bagsOf(home);
      expect(await hashOf(first)).toBe(before);
      expect(await readdir(join(second, 'data'))).toContain('fhir');
      const texts = [join(first, 'data', perRelease[release].folder), join(second, 'data/fhir')].map(
        (folder) => readFile(join(folder, 'Organization.ndjson'), 'utf8'),
      );
      const [old, now] = await Promise.all(texts);
      expect(now).toBe(old);
      expect(moved).toContain(release === 'dstu2' ? '2 new, 9 changed' : '1 new, 10 changed');
      await home.done(['verify']);
      expect((await home.done(['pull'])).stdout).toContain(
        '0 new, 0 changed, 11 unchanged. Nothing new to keep.',
      );
    });

    test('is shown as it is now: nothing twice under one name, and beside it what its release no longer knows', async () => {
      const archived = await show(home);
      expect(archived.sources.map(({ format }) => format)).toEqual(['FHIR R4']);
      expect(archived.sections['medications']?.map(({ id }) => id).toSorted()).toEqual([
        'MedicationRequest/rx',
        'MedicationStatement/none',
      ]);
      // An order of an older release has its kind in its name, for several kinds are one in R4: it is not the new one.
      const older = `ServiceRequest/${release === 'dstu2' ? 'DiagnosticOrder' : 'ProcedureRequest'}-order`;
      expect(archived.sections['other']?.map(({ id }) => id)).toContain(older);
      const now = await show(home, [annIn('r4')]);
      const without = { ...archived, sections: { ...archived.sections } };
      for (const [name, rows] of Object.entries(archived.sections))
        without.sections[name] = rows.filter(({ id }) => id !== older);
      expect(facts(without)).toEqual(facts(now));
    });
  },
);

test('what a portal of R4 sends in an older shape is read by its shape, as in files: what is denied stays denied', async () => {
  const home = await newHome();
  const text = await readFile(annIn('r4'), 'utf8');
  const flu = '"status": "not-done",';
  expect(text).toContain(flu);
  await writeFile(home.path('mixed.json'), text.replace(flu, '"status": "completed", "notGiven": true,'));
  await signUp(home, await openPortal(home, ['--data', 'mixed.json', '--fault', 'docref-empty']));
  await home.done(['pull']);
  const archived = await show(home);
  expect(archived.sections['immunizations']).toMatchObject([{ assertion: 'not-done' }]);
  expect(facts(archived)).toEqual(facts(await show(home, ['mixed.json'])));
});

test('the practice portal has no record of its own in an older release, and says so', async () => {
  const home = await newHome();
  const { status, stderr } = await home.run(['sandbox', '--fhir', 'dstu2']);
  expect(status).toBe(2);
  expect(stderr).toContain('bluebutton sandbox --fhir dstu2 --data FILE');
});

const synthea = 'smart-generated-synthea';
/** Those paid by the one coverage that the corpus has. */
const claims = ['Hospice', 'Inpatient'];
const medicare = ['patientRead', 'coverageRead', ...claims.map((name) => `eobRead${name}`)];

/** Records of the corpus: each file is a Bundle, or several resources that are one record. */
const corpusRecords: [string, Release, string[]][] = [
  ['Donn Baumbach', 'dstu2', [`fhir-dstu2/${synthea}/Baumbach_Donn_38.json`]],
  ['Herb Botsford', 'dstu2', [`fhir-dstu2/${synthea}/Botsford_Herb_89.json`]],
  ['Herb Botsford', 'stu3', [`fhir-stu3/${synthea}/Botsford_Herb_89.json`]],
  ['Medicare’s API v1', 'stu3', medicare.map((name) => `fhir-cms-eob/bfd-v1-stu3/${name}.json`)],
];

/** The files as one Bundle, every text as it is. */
async function bundled(files: readonly string[]): Promise<string> {
  const texts = await Promise.all(files.map((file) => readFile(file, 'utf8')));
  const [only = ''] = texts;
  if (texts.length === 1) return only;
  const entries = texts.map((text) => `{"resource":${text}}`).join(',');
  return `{"resourceType":"Bundle","type":"collection","entry":[${entries}]}`;
}

const { present, absent } = corpusCases(corpusRecords.length);

describe.each(present)('of the corpus', (corpus) => {
  test.each(corpusRecords)(
    '%s, in %s, comes whole and is shown as the file is',
    async (_, release, paths) => {
      const text = await bundled(paths.map((path) => join(corpus, path)));
      const { entry }: { entry: unknown[] } = JSON.parse(text);
      const served = join((await newHome()).folder, 'served.json');
      await writeFile(served, text);
      const { home, first, second } = await pulledTwice(release, served);
      expect(first).toContain(`: ${entry.length} new, 0 changed`);
      expect(second).toContain(`0 new, 0 changed, ${entry.length} unchanged. Nothing new to keep.`);
      await home.done(['verify']);
      const archived = await show(home);
      // What is current depends on the day: the file speaks of the same.
      const asOf = archived.sources[0]?.asOf ?? '';
      await writeFile(home.path('same-day.json'), text.replace('{', `{"timestamp":"${asOf}",`));
      expect(facts(archived)).toEqual(facts(await show(home, ['same-day.json'])));
    },
  );
});

test.each(absent)('corpus absent: %i tests not run', (tests) => {
  expect(noteAbsence(tests)).toBe(true);
});
