import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { spawn } from '@lydell/node-pty';
import { describe, expect, it } from 'vitest';
import { allergies, patient, zipOf, type Content } from '../formats/container/zips.ts';
import { bin, newHome, type Home } from './bluebutton.ts';
import { hashOf, itemsIn } from './folder.ts';

const pdf = '%PDF-1.4 << /CreationDate (D:20240305101500) >>';

/** A home with these files in the folder `downloads`. */
async function homeWith(files: Readonly<Record<string, Content>>): Promise<Home> {
  const home = await newHome();
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(home.path('downloads', path)), { recursive: true });
    await writeFile(home.path('downloads', path), content);
  }
  return home;
}

/** What `import --json` says of each file that was kept. */
async function imported(home: Home, ...words: string[]): Promise<Record<string, unknown>[]> {
  const { stdout } = await home.run(['import', ...words, '--json']);
  const { files }: { files: Record<string, unknown>[] } = JSON.parse(stdout);
  return files;
}

async function record(home: Home, ...words: string[]): Promise<Record<string, never[]>> {
  const { stdout } = await home.run(['show', ...words, '--json']);
  const { sections }: { sections: Record<string, never[]> } = JSON.parse(stdout);
  return sections;
}

/** A question at the end of what a terminal shows, before what moves its cursor. */
const isAsking = new RegExp(String.raw`(\[y/N\]|Password of [^\n]*:) (\x1b\[[0-9;]*[A-Z])*$`);

/** Runs a command on a terminal and answers what it asks, one answer after the other. */
async function onTerminal(home: Home, words: readonly string[], answers: readonly string[]): Promise<string> {
  const terminal = spawn(process.execPath, [bin, ...words], {
    cwd: home.folder,
    env: home.environment({ TERM: 'xterm', NO_COLOR: '1' }),
    cols: 200,
  });
  const left = [...answers];
  let screen = '';
  return new Promise((resolve) => {
    terminal.onData((text) => {
      screen += text;
      if (isAsking.test(screen) && left.length > 0) terminal.write(`${left.shift()}\r`);
    });
    terminal.onExit(({ exitCode }) => resolve(`${screen}\nstatus ${exitCode}`));
  });
}

const jane = allergies('Nuts');
const john = jane
  .replace('<given>Jane</given>', '<given>John</given>')
  .replace('19800102', '19791231')
  .replace('extension="doc-1"', 'extension="doc-2"');

function versioned(number: number): string {
  return jane.replace('<recordTarget>', `<versionNumber value="${number}"/><recordTarget>`);
}

describe('import of a folder', () => {
  it('tells of every file in a line what it is, whose, from when, and what became of it', async () => {
    const home = await homeWith({
      'visit.xml': jane,
      'deep/er/p.json': patient('p', 'Doe'),
      'photo.jpg': '\u00FF',
    });
    const { status, stdout, stderr } = await home.run(['import', 'downloads'], { env: { COLUMNS: '160' } });
    expect(stdout.split('\n').map((line) => line.trim().replaceAll(/ {2,}/g, ' | '))).toEqual([
      'File | What it is | Whose | Date | Result',
      'deep/er/p.json | FHIR R4 JSON | Jane Doe | kept (1 read)',
      'photo.jpg | not kept: not a health record this tool can read',
      expect.stringMatching(/^visit\.xml \| C-CDA R2\.1.* \| Jane Doe \| 2024-03-05 \| kept \(\d+ read\)$/),
      '',
    ]);
    expect({ status, stderr }).toEqual({ status: 3, stderr: expect.stringMatching(/^Not kept: 1 file/m) });
  });

  it('done twice writes nothing the second time, and every file is named as held', async () => {
    const home = await homeWith({ 'visit.xml': jane, 'scan.pdf': pdf });
    await home.done(['import', 'downloads', '--person', 'Jane Doe']);
    const before = await hashOf(home.path('health-records'));
    const files = await imported(home, 'downloads');
    expect(files).toMatchObject([
      { name: 'scan.pdf', outcome: 'unchanged' },
      { name: 'visit.xml', outcome: 'unchanged' },
    ]);
    expect(await hashOf(home.path('health-records'))).toBe(before);
    expect((await home.run(['import', 'downloads', '-q'])).status).toBe(0);
  });

  it('keeps the bytes as they are, and shows what the files show', async () => {
    const zip = await zipOf({ 'visit.xml': jane, 'letters/scan.pdf': pdf });
    const home = await homeWith({ 'all.zip': zip });
    await home.done(['import', 'downloads']);
    const kept = (await itemsIn(home.path('health-records'))).filter(({ path }) =>
      path.includes('/documents/'),
    );
    expect(kept.map(({ content }) => content)).toEqual([zip]);
    const names = async (...words: string[]): Promise<unknown> =>
      Object.entries(await record(home, ...words)).map(([section, rows]) => [section, rows.length]);
    expect(await names()).toEqual(await names('downloads/all.zip'));
    await home.done(['verify', '-q']);
  });

  it('passes over hidden files, what programs leave, and archives of this tool', async () => {
    const home = await homeWith({
      'visit.xml': jane,
      '.hidden.xml': jane,
      'Thumbs.db': 'x',
      'old/archive.json': '{"format":"bluebutton-archive/1"}',
      'old/a.xml': jane,
    });
    expect(await imported(home, 'downloads')).toMatchObject([{ name: 'visit.xml' }]);
  });

  it('writes nothing outside the archive, whatever names an archive\u2019s files have', async () => {
    const home = await homeWith({
      'evil.zip': await zipOf({
        '../../../evil.xml': jane,
        '/tmp/evil.xml': john.replace('John', 'Jane').replace('19791231', '19800102'),
      }),
    });
    const outside = async (): Promise<string[]> =>
      (await itemsIn(home.folder))
        .map(({ path }) => path)
        .filter((path) => !path.startsWith('health-records'));
    const before = await outside();
    await home.done(['import', 'downloads']);
    expect(await outside()).toEqual(before);
  });
});

describe('whose a file is', () => {
  it('of several people nothing is kept unless somebody says so: it is refused, naming --person', async () => {
    const home = await homeWith({ 'jane.xml': jane, 'john.xml': john });
    const { status, stdout, stderr } = await home.run(['import', 'downloads', '--no-input']);
    expect(status).toBe(2);
    expect(stdout).toMatch(/Jane Doe.*not kept[^]*John Doe.*not kept/);
    expect(stderr).toMatch(/different people[^]*--person/);
    await expect(itemsIn(home.path('health-records'))).rejects.toThrow('ENOENT');
  });

  it('at a terminal it asks, and files each under a folder of their own', async () => {
    const home = await homeWith({ 'jane.xml': jane, 'john.xml': john });
    expect(await onTerminal(home, ['import', 'downloads'], ['n'])).toMatch(/different people[^]*status 2/);
    const screen = await onTerminal(home, ['import', 'downloads'], ['y']);
    expect(screen).toMatch(/about 2 people: Jane Doe, born 1980-01-02 \(1 file\); John Doe, born 1979-12-31/);
    const { stdout } = await home.done(['status', '--json']);
    expect(JSON.parse(stdout)).toMatchObject({ people: [{ folder: 'jane-doe' }, { folder: 'john-doe' }] });
  });

  it('of people the archive knows each gets their own without a question', async () => {
    const home = await homeWith({ 'jane.xml': jane, 'john.xml': john });
    await home.done(['import', 'downloads/jane.xml']);
    await home.done(['import', 'downloads/john.xml', '--person', 'John Doe']);
    await writeFile(home.path('downloads/jane2.xml'), jane.replace('Nuts', 'Milk').replace('doc-1', 'doc-3'));
    await writeFile(home.path('downloads/john2.xml'), john.replace('Nuts', 'Eggs').replace('doc-2', 'doc-4'));
    const files = await imported(home, 'downloads', '--no-input');
    expect(files.map(({ name, filedUnder }) => `${String(name)} ${String(filedUnder)}`).toSorted()).toEqual([
      'jane.xml jane-doe',
      'jane2.xml jane-doe',
      'john.xml john-doe',
      'john2.xml john-doe',
    ]);
  });

  it('with --person what is clearly about somebody else is left out all the same', async () => {
    const home = await homeWith({ 'jane.xml': jane, 'john.xml': john });
    await home.done(['import', 'downloads/jane.xml']);
    const { status, stdout } = await home.run(['import', 'downloads', '--person', 'jane-doe']);
    expect(status).toBe(3);
    expect(stdout).toMatch(/john\.xml .*not kept/);
    expect((await record(home))['allergies'] ?? []).toHaveLength(0);
  });

  it('a file that names nobody goes to nobody, unless somebody says so', async () => {
    const home = await homeWith({ 'jane.xml': jane, 'scan.pdf': pdf });
    const { status, stdout } = await home.run(['import', 'downloads', '--no-input']);
    expect({ status, stdout }).toEqual({ status: 3, stdout: expect.stringMatching(/scan\.pdf .*not kept/) });
    const screen = await onTerminal(home, ['import', 'downloads/scan.pdf'], ['y']);
    expect(screen).toMatch(
      /scan\.pdf does not say whose record it is\. File under jane-doe \(Jane Doe, born 1980-01-02\)\? \[y\/N\][^]*status 0/,
    );
  });
});

describe('--person', () => {
  it('of a new person takes only what is named so, whatever the order of the files', async () => {
    const home = await homeWith({ 'a-john.xml': john, 'jane.xml': jane });
    const files = await imported(home, 'downloads', '--person', 'Jane Doe');
    expect(files).toMatchObject([{ name: 'jane.xml', filedUnder: 'jane-doe' }]);
    const alone = await home.run(['import', 'downloads/a-john.xml', '--person', 'Jane Doe', '--no-input']);
    expect(alone).toMatchObject({ status: 2, stderr: expect.stringMatching(/somebody else than Jane Doe/) });
  });

  it('does not file a twin under the other one, unless a person says so at the terminal', async () => {
    const home = await homeWith({
      'jane.xml': jane,
      'jill.xml': jane.replace('<given>Jane', '<given>Jill').replace('doc-1', 'doc-9'),
    });
    await home.done(['import', 'downloads/jane.xml']);
    const words = ['import', 'downloads/jill.xml', '--person', 'jane-doe'];
    expect((await home.run([...words, '--no-input'])).status).toBe(2);
    expect(await onTerminal(home, words, ['n'])).toMatch(
      /about Jill Doe, born 1980-01-02, not jane-doe[^]*status 2/,
    );
    expect(await onTerminal(home, words, ['y'])).toMatch(/Filed under jane-doe[^]*status 0/);
  });

  it('mistyped makes no second folder for somebody the archive knows', async () => {
    const home = await homeWith({ 'a.xml': jane, 'b.xml': jane.replace('Nuts', 'Milk') });
    await home.done(['import', 'downloads/a.xml']);
    const { status, stderr } = await home.run([
      'import',
      'downloads/b.xml',
      '--person',
      'Jnae Doe',
      '--no-input',
    ]);
    expect({ status, stderr }).toEqual({
      status: 2,
      stderr: expect.stringMatching(/holds as jane-doe[^]*--person jane-doe$/m),
    });
  });

  it('with a birth date makes a folder of its own for somebody of the same name', async () => {
    const mother = jane.replace('19800102', '19520304').replace('doc-1', 'doc-8');
    const home = await homeWith({ 'jane.xml': jane, 'mother.xml': mother });
    await home.done(['import', 'downloads/jane.xml']);
    const refused = await home.run(['import', 'downloads/mother.xml', '--no-input']);
    const [, words = ''] = /^Try: bluebutton (.*)$/m.exec(refused.stderr) ?? [];
    expect(words).toBe("import downloads/mother.xml --person 'Jane Doe 1952-03-04'");
    await home.done(['import', 'downloads/mother.xml', '--person', 'Jane Doe 1952-03-04']);
    expect((await record(home, '--person', 'jane-doe'))['notes']).toHaveLength(1);
    const screen = await onTerminal(home, ['import', 'downloads/jane.xml', 'downloads/mother.xml'], []);
    expect(screen).toMatch(/jane\.xml.*there already[^]*mother\.xml.*there already[^]*status 0/);
  });
});

it('of an archive of two people that was imported for each, show tells both parts', async () => {
  const home = await homeWith({ 'two.zip': await zipOf({ 'a.xml': jane, 'b.xml': john }) });
  const { stderr } = await home.run(['import', 'downloads/two.zip']);
  const [a = '', b = ''] = [...stderr.matchAll(/^ {2}(Patient\/\S+)/gm)].map(([, key]) => key ?? '');
  await home.done(['import', 'downloads/two.zip', '--patient', a]);
  const screen = await onTerminal(
    home,
    ['import', 'downloads/two.zip', '--patient', b, '--person', 'jane-doe'],
    ['y'],
  );
  expect(screen).toContain('status 2');
  await home.done(['import', 'downloads/two.zip', '--patient', b, '--person', 'John Doe']);
  const shown = await home.done(['show', '--person', 'john-doe']);
  expect(shown.stdout).toMatch(/^John Doe/);
  expect(shown.stdout).not.toContain('a.xml');
});

describe('a question', () => {
  it('that is answered by the end of input is answered by no', async () => {
    const home = await homeWith({ 'jane.xml': jane, 'john.xml': john });
    expect(await onTerminal(home, ['import', 'downloads'], ['\u0004'])).toMatch(
      /different people[^]*status 2/,
    );
  });

  it('is not asked of what is clear: that is kept, and the rest told', async () => {
    const home = await homeWith({ 'jane.xml': jane });
    await home.done(['import', 'downloads']);
    await writeFile(home.path('downloads/john.xml'), john);
    await writeFile(home.path('downloads/jane2.xml'), jane.replace('Nuts', 'Eggs'));
    const { status, stdout } = await home.run(['import', 'downloads', '--no-input']);
    expect(status).toBe(3);
    expect(stdout).toMatch(/jane2\.xml [^]*kept, a second copy[^]*john\.xml [^]*not kept/);
  });
});

describe('a file kept as a document', () => {
  it('keeps its bytes, title and date, is shown as a document, and says where it lies', async () => {
    const home = await homeWith({ 'jane.xml': jane, 'x.jpg': 'not really a picture' });
    await home.done(['import', 'downloads/jane.xml']);
    const words = ['--as-document', '--title', 'Chest X-ray', '--date', '2023-11', '--person', 'jane-doe'];
    await home.done(['import', 'downloads/x.jpg', ...words]);
    const notes = (await record(home))['notes'] ?? [];
    expect(notes).toMatchObject([{}, { description: 'Chest X-ray', date: '2023-11' }]);
    const { stdout } = await home.done(['show', '--section', 'notes']);
    const [, id = ''] = /^ +([0-9a-f]{12}) +Chest X-ray$/m.exec(stdout) ?? [];
    const shown = await home.done(['show', '--document', id]);
    const [, path = ''] = /kept in the archive at (\S+)/.exec(shown.stdout) ?? [];
    expect(path).toMatch(/\/2023-11-chest-x-ray-[0-9a-f]{16}\.bin$/);
    expect(await readFile(home.path('health-records', path), 'utf8')).toBe('not really a picture');
  });
});

describe('a record', () => {
  it('is not kept as a document: what it says would be missing', async () => {
    const home = await homeWith({ 'jane.xml': jane });
    const { status, stderr } = await home.run([
      'import',
      'downloads/jane.xml',
      '--as-document',
      '--person',
      'Jane Doe',
    ]);
    expect({ status, stderr }).toEqual({
      status: 2,
      stderr: expect.stringMatching(/a record this tool reads: C-CDA/),
    });
    expect((await home.run(['import', 'downloads', '--as-document', '--person', 'Jane Doe'])).stderr).toMatch(
      /for a folder/,
    );
  });

  it('that lies damaged in the archive is not called held when it is brought again', async () => {
    const home = await homeWith({ 'jane.xml': jane });
    await home.done(['import', 'downloads/jane.xml']);
    const stored = (await itemsIn(home.path('health-records'))).find(({ path }) =>
      path.includes('/documents/'),
    );
    await writeFile(home.path('health-records', stored?.path ?? ''), `${jane} `);
    expect((await home.run(['import', 'downloads/jane.xml'])).status).toBe(12);
  });
});

describe('a name', () => {
  it('that a shell would read as a command is quoted in what is to be pasted', async () => {
    const home = await homeWith({ 'a $(touch b) c.pdf': pdf });
    const { stderr } = await home.run(['import', 'downloads/a $(touch b) c.pdf', '--no-input']);
    expect(stderr).toContain(`Try: bluebutton import 'downloads/a $(touch b) c.pdf' --person "FULL NAME"`);
  });

  it('of the same bytes as another gets a line that says so', async () => {
    const home = await homeWith({ 'a.xml': jane, 'b.xml': jane });
    expect((await home.done(['import', 'downloads'])).stdout).toMatch(/b\.xml +the same file as\s+a\.xml/);
  });
});

describe('a second copy of one document', () => {
  it('with other bytes is kept, and said to be one by import and by show', async () => {
    const home = await homeWith({ 'a.xml': jane, 'b.xml': jane.replace('Nuts', 'Milk') });
    const { stdout } = await home.done(['import', 'downloads'], { env: { COLUMNS: '160' } });
    expect(stdout.replaceAll(/\s+/g, ' ')).toContain('kept, a second copy of a.xml with other bytes');
    const shown = await home.done(['show', '--json']);
    expect(JSON.parse(shown.stdout)).toMatchObject({
      findings: [{ code: 'same-document', message: expect.stringMatching(/^b\.xml .* a\.xml/) }],
    });
  });

  it('of another version is none', async () => {
    const home = await homeWith({ 'a.xml': versioned(1), 'b.xml': versioned(2) });
    expect(await imported(home, 'downloads')).toMatchObject([{ outcome: 'new' }, { outcome: 'new' }]);
    expect((await home.done(['show', '--json'])).stdout).not.toContain('same-document');
  });
});

describe('a protected archive', () => {
  it('is kept as it is: show asks for its password, and without one shows everything else', async () => {
    const locked = await zipOf({ 'visit.xml': jane }, { password: 'open sesame' });
    const home = await homeWith({
      'locked.zip': locked,
      'p.json': patient('p', 'Doe'),
      password: 'open sesame\n',
    });
    await home.done(['import', 'downloads/p.json']);
    const words = ['import', 'downloads/locked.zip'];
    expect((await home.run([...words, '--no-input'])).status).toBe(2);
    await home.done([...words, '--password-file', 'downloads/password']);
    const shown = await home.run(['show', '--no-input']);
    expect(shown).toMatchObject({
      status: 3,
      stderr: expect.stringMatching(/Not read: locked\.zip: it is protected[^]*--password-file FILE/),
    });
    expect((await home.run(['summary', '--no-input'])).stdout).toMatch(
      /ALLERGIES \(0\)\s+Not read \(locked\.zip\)/,
    );
    await home.done(['show', '--password-file', 'downloads/password']);
    expect((await home.run(['verify', '-q'])).status).toBe(0);
  });

  it('asks at the terminal, without showing what is typed', async () => {
    const locked = await zipOf({ 'visit.xml': jane }, { password: 'open sesame' });
    const home = await homeWith({ 'locked.zip': locked });
    const screen = await onTerminal(home, ['show', 'downloads/locked.zip'], ['wrong', 'open sesame']);
    expect(screen).toMatch(/Password of locked\.zip:[^]*That does not open it\.[^]*Jane Doe[^]*status 0/);
    expect(screen).not.toMatch(/wrong|sesame/);
  });
});

it('a large file is kept whole without being in memory', async () => {
  const records = Array.from(
    { length: 200_000 },
    (_, index) =>
      `<Record type="HKQuantityTypeIdentifierHeartRate" sourceName="Watch" unit="count/min" value="${60 + (index % 40)}" startDate="2024-05-0${1 + (index % 9)} 07:00:00 +0200" endDate="2024-05-01 07:00:00 +0200" creationDate="2024-05-01 07:00:00 +0200"/>\n`,
  );
  const export_ = `<HealthData><ExportDate value="2024-06-01 08:10:05 +0200"/>\n<Me HKCharacteristicTypeIdentifierDateOfBirth="1980-01-02"/>\n${records.join('').repeat(2)}</HealthData>`;
  const home = await homeWith({ 'export.xml': export_ });
  const env = { NODE_OPTIONS: '--max-old-space-size=64' };
  await home.done(['import', 'downloads/export.xml', '--person', 'Jane Doe'], { env });
  const { stdout } = await home.done(['show', '--json'], { env });
  const { sources }: { sources: { id: string }[] } = JSON.parse(stdout);
  expect(sources[0]?.id).toBe(createHash('sha256').update(export_).digest('hex'));
});
