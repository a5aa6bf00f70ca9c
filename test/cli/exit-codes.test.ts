import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { jane, newHome, repository, type Home } from './bluebutton.ts';
import { hashOf } from './folder.ts';
import { refusalOf } from './refusal.ts';

let home: Home;

/** Input files by name. */
const inputs: Readonly<Record<string, string>> = {
  'words.txt': 'hello, this is no record\n',
  'not-fhir.json': '{"steps": 12000}',
  'empty.json': '',
  'fhir.xml': '<?xml version="1.0"?><Patient xmlns="http://hl7.org/fhir"><id value="a"/></Patient>',
  'ccda.xml': '<?xml version="1.0"?><ClinicalDocument xmlns="urn:hl7-org:v3"><title/></ClinicalDocument>',
  'two.json': '[{"resourceType":"Patient","id":"a"},{"resourceType":"Patient","id":"b"}]',
  'john.json':
    '{"resourceType":"Patient","id":"j","name":[{"family":"Roe","given":["John"]}],"birthDate":"1950-01-01"}',
  'nobody.json': '{"resourceType":"Condition","id":"c","code":{"text":"Cough"}}',
  'lines.ndjson': [
    '{"resourceType":"Patient","id":"p","name":[{"text":"Pat Line"}],"birthDate":"1950-01-01"}',
    'this line is broken',
    '{"resourceType":"Condition","id":"c","subject":{"reference":"Patient/p"},"code":{"text":"Cough"},"clinicalStatus":{"coding":[{"code":"active"}]}}',
    '',
  ].join('\n'),
};

beforeAll(async () => {
  home = await newHome();
  for (const [name, text] of Object.entries(inputs)) await writeFile(home.path(name), text);
  const sample = await readFile(jane);
  await writeFile(home.path('cut-short.json'), sample.subarray(0, sample.length / 2));
  await cp(join(repository, 'samples/documents/discharge-summary.pdf'), home.path('scan.pdf'));
  await cp(jane, home.path('jane.json'));
  await mkdir(home.path('folder'));
  await home.done(['import', 'jane.json']);
});

interface Case {
  words: readonly string[];
  status: number;
  /** What happened: the first line of standard error. */
  says: RegExp;
  /** The next step. */
  next: RegExp;
}

const notRead = /ask the portal for a FHIR/;
const refusals: Readonly<Record<string, Case>> = {
  'not JSON': {
    words: ['show', 'words.txt'],
    status: 6,
    says: /words\.txt: not a health record/,
    next: notRead,
  },
  'JSON cut short': {
    words: ['show', 'cut-short.json'],
    status: 6,
    says: /cut-short\.json is not valid JSON, so nothing of it is shown/,
    next: /download it again/,
  },
  'JSON that is not FHIR': {
    words: ['show', 'not-fhir.json'],
    status: 6,
    says: /JSON, but not FHIR/,
    next: /show/,
  },
  'an empty file': {
    words: ['show', 'empty.json'],
    status: 6,
    says: /empty\.json is empty/,
    next: /download/,
  },
  'nothing on standard input': { words: ['show', '-'], status: 6, says: /is empty/, next: /./ },
  'FHIR XML': { words: ['show', 'fhir.xml'], status: 6, says: /FHIR XML: not read yet/, next: notRead },
  'a C-CDA document': { words: ['show', 'ccda.xml'], status: 6, says: /C-CDA: not read yet/, next: notRead },
  'a PDF': { words: ['show', 'scan.pdf'], status: 6, says: /a PDF is not a health record/, next: notRead },
  'import of a PDF': { words: ['import', 'scan.pdf'], status: 6, says: /a PDF is not/, next: notRead },
  'import of a file cut short': {
    words: ['import', 'cut-short.json'],
    status: 6,
    says: /not valid JSON/,
    next: /download it again/,
  },
  'import of several files none of which is a health record': {
    words: ['import', 'words.txt', 'scan.pdf'],
    status: 6,
    says: /words\.txt/,
    next: notRead,
  },
  'practice data that is not FHIR': {
    words: ['sandbox', '--data', 'not-fhir.json'],
    status: 6,
    says: /not FHIR/,
    next: /FHIR R4/,
  },

  'a missing file': { words: ['show', 'missing.json'], status: 2, says: /no file missing\.json/, next: /ls/ },
  'a folder': {
    words: ['show', 'folder'],
    status: 2,
    says: /folder is a folder/,
    next: /bluebutton show folder\//,
  },
  'an unknown command': {
    words: ['shwo'],
    status: 2,
    says: /Unknown command 'shwo'/,
    next: /^bluebutton show$/,
  },
  'an unknown flag': {
    words: ['show', '--jsno'],
    status: 2,
    says: /Unknown option '--jsno'/,
    next: /--json$/,
  },
  'an unknown choice': {
    words: ['convert', 'jane.json', '--to', 'xml'],
    status: 2,
    says: /'xml' is invalid.*json/,
    next: /help/,
  },
  'a missing argument': {
    words: ['login'],
    status: 2,
    says: /Missing required argument 'portal'/,
    next: /help/,
  },
  'an unknown section': {
    words: ['show', 'jane.json', '--section', 'alergies'],
    status: 2,
    says: /alergies is not a section/,
    next: /--section allergies/,
  },
  'no format to convert to': {
    words: ['convert', 'jane.json'],
    status: 2,
    says: /not clear what to/,
    next: /--to /,
  },
  'CSV without a section': {
    words: ['convert', 'jane.json', '--to', 'csv'],
    status: 2,
    says: /one section at a time/,
    next: /--section/,
  },
  'several patients to show': {
    words: ['show', 'two.json'],
    status: 2,
    says: /records of 2 patients/,
    next: /^bluebutton show two\.json --patient Patient\/a$/,
  },
  'several patients to import': {
    words: ['import', 'two.json'],
    status: 2,
    says: /records of 2 patients/,
    next: /^bluebutton import two\.json --patient Patient\/a$/,
  },
  'a patient who is not there': {
    words: ['show', 'two.json', '--patient', 'c'],
    status: 2,
    says: /No patient c/,
    next: /--patient/,
  },
  'import of a file about another person': {
    words: ['import', 'john.json', '--person', 'jane-doe'],
    status: 2,
    says: /somebody else than jane-doe/,
    next: /--person/,
  },
  'import of a file about nobody': {
    words: ['import', 'nobody.json'],
    status: 2,
    says: /does not say whose record/,
    next: /--person/,
  },
  'a person the archive does not hold': {
    words: ['show', '--person', 'john'],
    status: 2,
    says: /john/,
    next: /--person jane-doe/,
  },
  'pull with no portals': {
    words: ['pull'],
    status: 2,
    says: /No portal has been named/,
    next: /portals add/,
  },
  'pull from an unknown portal': {
    words: ['pull', 'clinic'],
    status: 2,
    says: /No portal is called clinic/,
    next: /portals add clinic/,
  },
  'a portal without a client id': {
    words: ['portals', 'add', 'clinic', 'https://127.0.0.1:9/'],
    status: 2,
    says: /client id/,
    next: /--client-id/,
  },
  'a portal over plain http': {
    words: ['portals', 'add', 'clinic', 'http://portal.invalid/fhir', '--client-id', 'x'],
    status: 2,
    says: /not a safe address/,
    next: /https/,
  },
  'a name no portal can have': {
    words: ['portals', 'add', 'Clinic-Two', 'https://127.0.0.1:9/', '--client-id', 'x', '--scope', 'a b'],
    status: 2,
    says: /Clinic-Two cannot be a portal's name/,
    next: /^bluebutton portals add clinic-two https:\/\/127\.0\.0\.1:9\/ --client-id x --scope "a b"$/,
  },
  'practice data that is missing': {
    words: ['sandbox', '--data', 'missing.json'],
    status: 2,
    says: /no file missing\.json/,
    next: /ls/,
  },
  'a refused type that is none': {
    words: ['sandbox', '--refuse', 'Coverag'],
    status: 2,
    says: /Coverag is no resource type/,
    next: /--refuse Coverage$/,
  },
  'a port that is none': {
    words: ['sandbox', '--port', '99999'],
    status: 2,
    says: /not a port/,
    next: /--port/,
  },

  'no archive to show': {
    words: ['show', '--archive', 'nowhere'],
    status: 10,
    says: /no archive/,
    next: /bluebutton/,
  },
  'no archive to verify': {
    words: ['verify', '--archive', 'nowhere'],
    status: 10,
    says: /no archive/,
    next: /pull/,
  },
  'no archive to tell of': {
    words: ['status', '--archive', 'nowhere'],
    status: 10,
    says: /no archive/,
    next: /pull/,
  },
  'a folder that is no archive': {
    words: ['show', '--archive', 'folder'],
    status: 10,
    says: /no archive|not an archive/,
    next: /./,
  },
};

test.each(Object.entries(refusals))(
  '%s is refused with its own status, reason and next step',
  async (_, { words, status, says, next }) => {
    const before = await hashOf(home.path('health-records'));
    expect(refusalOf(await home.run(words))).toEqual({
      status,
      stdout: '',
      what: expect.stringMatching(says),
      next: expect.stringMatching(next),
      internals: [],
    });
    expect(await hashOf(home.path('health-records'))).toBe(before);
  },
);

test('with --json a refusal is one JSON line on standard error', async () => {
  const cases: [string[], object][] = [
    [
      ['show', '--json', 'two.json'],
      { code: 'several-patients', status: 2, try: expect.stringMatching(/--patient/) },
    ],
    [['status', '--json', '--archive', 'nowhere'], { code: 'no-archive', status: 10 }],
    [['show', '--json', 'scan.pdf'], { code: 'not-a-health-record', status: 6, why: expect.any(String) }],
    [['pull', '--json', '--jsno'], { code: 'usage', status: 2 }],
    [['show', '--format', 'json', 'missing.json'], { code: 'usage', status: 2 }],
  ];
  for (const [words, expected] of cases) {
    const { status, stdout, stderr } = await home.run(words);
    expect(stdout).toBe('');
    expect(stderr).toMatch(/^\{.*\}\n$/);
    expect(JSON.parse(stderr)).toMatchObject({
      schema: 'bluebutton/error/1',
      message: expect.any(String),
      ...expected,
    });
    expect(JSON.parse(stderr)).toMatchObject({ status });
  }
});

test('NDJSON with a bad line is shown, converted and kept without it, the line is named, and the status is 3', async () => {
  const own = await newHome();
  const file = home.path('lines.ndjson');
  for (const words of [
    ['show', file],
    ['summary', file],
    ['convert', file, '--to', 'csv', '--section', 'problems'],
  ]) {
    const { status, stdout, stderr } = await own.run(words);
    expect(status).toBe(3);
    expect(stdout).toContain('Cough');
    expect(stderr).toMatch(/line 2/);
    expect(stderr).not.toContain('this line is broken');
  }
  const imported = await own.run(['import', file]);
  expect(imported).toMatchObject({ status: 3, stderr: expect.stringMatching(/line 2/) });
  expect(await own.run(['verify', '-q'])).toEqual({ status: 0, stdout: '', stderr: '' });
  expect(await own.run(['show'])).toMatchObject({ status: 3, stdout: expect.stringContaining('Cough') });
});

test('import of several files keeps the good ones, names the others with the reason, and ends with status 3', async () => {
  const own = await newHome();
  const words = ['import', home.path('john.json'), home.path('scan.pdf'), home.path('words.txt')];
  const { status, stdout, stderr } = await own.run(words);
  expect(status).toBe(3);
  expect(stdout).toMatch(/^john\.json: .*: kept\.\n$/);
  expect(stderr).toMatch(/^Not kept: scan\.pdf: .*PDF/m);
  expect(stderr).toMatch(/^Not kept: words\.txt: not a health record/m);
  const { stdout: json } = await own.run([...words, '--json']);
  expect(JSON.parse(json)).toMatchObject({
    files: [{ name: 'john.json', outcome: 'unchanged' }],
    refused: [{ name: 'scan.pdf', why: expect.any(String) }, { name: 'words.txt' }],
  });
});

test('a file or folder that the system refuses is named in words, with the reason', async () => {
  const own = await newHome();
  await writeFile(own.path('taken'), 'a file, not a folder');
  const inTheWay = { XDG_CONFIG_HOME: own.path('taken'), XDG_STATE_HOME: own.path('taken') };
  const cases: [string[], RegExp][] = [
    [['convert', jane, '--to', 'csv', '-o', 'taken'], /taken could not be made as a folder/],
    [['convert', jane, '--to', 'csv', '-o', 'taken/csv'], /taken\/csv could not be made as a folder/],
    [['convert', jane, '-o', 'taken/out.json'], /out\.json could not be written/],
    [['portals', 'list'], /portals\.json could not be read/],
    [['sandbox', '--log', 'taken/log'], /log taken\/log could not be opened/],
  ];
  for (const [words, says] of cases) {
    const ended = refusalOf(await own.run(words, { env: inTheWay }));
    expect(ended).toEqual({
      status: 1,
      stdout: '',
      what: expect.stringMatching(says),
      next: expect.stringMatching(/./),
      internals: [],
    });
  }
  expect(await readFile(own.path('taken'), 'utf8')).toBe('a file, not a folder');
});
