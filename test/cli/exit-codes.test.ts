import { existsSync } from 'node:fs';
import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { exitStatuses } from '../../src/cli/exit-codes.ts';
import { zipOf } from '../formats/container/zips.ts';
import { jane, newHome, repository, type Ended, type Home } from './bluebutton.ts';
import { corpusCases, filesUnder, noteAbsence } from './corpus.ts';
import { hashOf } from './folder.ts';
import { logIn, openPortal, type PracticePortal } from './practice-portal.ts';
import { refusalOf } from './refusal.ts';

/** A C-CDA document of these parts. */
function documentOf(parts: readonly string[]): string {
  return `<ClinicalDocument xmlns="urn:hl7-org:v3"><effectiveTime value="20240305"/>${parts.join('')}</ClinicalDocument>`;
}

/** A person's computer with an archive, and archives beside it in every bad state; portals in every state. */
let home: Home;
let portal: PracticePortal;
let down: PracticePortal;

/** Input files by name. */
const inputs: Readonly<Record<string, string>> = {
  'words.txt': 'hello, this is no record\n',
  'not-fhir.json': '{"steps": 12000}',
  'empty.json': '',
  'cut-fhir.xml': '<?xml version="1.0"?><Patient xmlns="http://hl7.org/fhir"><id value="a"/>',
  'ccda.xml': '<?xml version="1.0"?><ClinicalDocument xmlns="urn:hl7-org:v3"><title/></ClinicalDocument>',
  'cut.xml': '<ClinicalDocument xmlns="urn:hl7-org:v3">\n<recordTarget><patientRole><patient><name>Zyx',
  'piece.xml': '<entry><act classCode="ACT"/></entry>',
  'doctype.xml':
    '<!DOCTYPE x [<!ENTITY a "b">]><ClinicalDocument xmlns="urn:hl7-org:v3"><title>&a;</title></ClinicalDocument>',
  'two.xml': documentOf(
    ['Ann', 'Bea'].map(
      (name) =>
        `<recordTarget><patientRole><patient><name><given>${name}</given></name></patient></patientRole></recordTarget>`,
    ),
  ),
  'stray.xml': documentOf([
    '<recordTarget><patientRole><patient><name>Jane Doe</name><birthTime value="19800102"/></patient></patientRole></recordTarget>',
    '<component><structuredBody><observation/></structuredBody></component>',
  ]),
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
  await writeFile(home.path('empty.zip'), await zipOf({}));
  await writeFile(home.path('locked.zip'), await zipOf({ 'a.json': '{}' }, { password: 'right' }));
  await mkdir(home.path('nothing'));
  await cp(jane, home.path('jane.json'));
  await mkdir(home.path('folder'));
  await home.done(['import', 'jane.json']);
  await badArchives();
  await portals();
}, 120_000);

/** Archives that are busy, have a flipped byte, or lack a bag in the middle of their history. */
async function badArchives(): Promise<void> {
  const archive = ['--archive', 'flipped'];
  for (const number of [1, 2, 3]) {
    const condition = { resourceType: 'Condition', id: `c${number}`, code: { text: `Problem ${number}` } };
    await writeFile(home.path('one.json'), JSON.stringify(condition));
    await home.done(['import', 'one.json', '--person', 'Jane Doe', ...archive]);
  }
  await cp(home.path('flipped'), home.path('gap'), { recursive: true });
  await cp(home.path('flipped'), home.path('busy'), { recursive: true });
  for (const name of ['headless', 'bagless', 'exchanged'])
    await cp(home.path('flipped'), home.path(name), { recursive: true });
  await rm(home.path('headless', 'archive.json'));
  const bagless = home.path('bagless', 'jane-doe', 'files');
  for (const name of await readdir(bagless))
    if (name !== 'source.json') await rm(join(bagless, name), { recursive: true });
  const description = home.path('exchanged', 'jane-doe', 'files', 'source.json');
  const text = await readFile(description, 'utf8');
  await writeFile(description, text.replace('Jane Doe', 'John Roe'));
  const [, middle = ''] = (await readdir(home.path('gap', 'jane-doe', 'files'))).toSorted();
  await rm(home.path('gap', 'jane-doe', 'files', middle), { recursive: true });
  const lock = { pid: process.pid, host: hostname(), started: new Date().toISOString(), id: 'another' };
  await writeFile(home.path('busy', '.lock'), `${JSON.stringify(lock)}\n`, { mode: 0o600 });
  const documents = home.path('flipped', 'jane-doe', 'files', middle, 'data', 'documents');
  const [name = ''] = await readdir(documents);
  const bytes = await readFile(join(documents, name));
  bytes[5] = (bytes[5] ?? 0) ^ 1;
  await writeFile(join(documents, name), bytes);
}

/** `practice` refuses one type and has been pulled into an archive of its own; `strange` was never signed in to. */
async function portals(): Promise<void> {
  portal = await openPortal(home, ['--refuse', 'Coverage']);
  down = await openPortal(home);
  for (const [name, { baseUrl }] of [
    ['practice', portal],
    ['strange', portal],
    ['down', down],
  ] as const) {
    await home.done(['portals', 'add', name, baseUrl, '--client-id', 'practice']);
    if (name !== 'strange') await logIn(home, name);
  }
  await home.done(['portals', 'add', 'unregistered', portal.baseUrl]);
  await down.stop('SIGTERM');
  await home.run(['pull', 'practice', '--archive', 'pulled']);
}

interface Case {
  /** What is typed; or what is done, where words alone do not make the case. */
  words: readonly string[] | (() => Promise<Ended>);
  status: number;
  /** What comes all the same on standard output. */
  answers?: RegExp;
  /** What happened: the first line of standard error. */
  says: RegExp;
  /** Why, where more than that it is told. */
  why?: RegExp;
  /** The next step. */
  next: RegExp;
  /** The archive that must stay as it is, where it is not the usual one. */
  archive?: string;
}

const unforeseen = new URL('unforeseen.mjs', import.meta.url).href;

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
  'FHIR XML cut short': {
    words: ['show', 'cut-fhir.xml'],
    status: 6,
    says: /cut-fhir\.xml is not XML that can be trusted/,
    next: /download it again/,
  },
  'a C-CDA document of nothing': {
    words: ['show', 'ccda.xml'],
    status: 3,
    says: /names no person and has no body/,
    next: /--format json/,
  },
  'a C-CDA document cut short': {
    words: ['show', 'cut.xml'],
    status: 6,
    says: /cut\.xml is not XML that can be trusted/,
    next: /download it again/,
  },
  'a piece of a C-CDA document': {
    words: ['show', 'piece.xml'],
    status: 6,
    says: /only a piece of a C-CDA document \(<entry>\)/,
    next: notRead,
  },
  'a C-CDA document with a document type': {
    words: ['show', 'doctype.xml'],
    status: 6,
    says: /doctype\.xml is not XML that can be trusted/,
    next: /download it again/,
  },
  'a C-CDA document of two people': {
    words: ['import', 'two.xml'],
    status: 6,
    says: /about 2 patients at once/,
    next: /one person/,
  },
  'a statement where CDA has no place for one': {
    words: ['show', 'stray.xml'],
    status: 3,
    says: /a statement \(observation\) stands where none belongs/,
    next: /--format json/,
  },
  'a document that is not there': {
    words: ['show', 'jane.json', '--document', 'DocumentReference/none'],
    status: 2,
    says: /There is no document DocumentReference\/none/,
    next: /bluebutton show/,
  },
  'a PDF': {
    words: ['show', 'scan.pdf'],
    status: 6,
    says: /a PDF: kept as a document/,
    next: /^bluebutton import scan\.pdf --as-document/,
  },
  'import of a PDF without a word whose it is': {
    words: ['import', 'scan.pdf', '--no-input'],
    status: 2,
    says: /scan\.pdf does not say whose record it is/,
    next: /^bluebutton import scan\.pdf --person jane-doe$/,
  },
  'a title for what is read': {
    words: ['import', 'jane.json', '--title', 'Mine'],
    status: 2,
    says: /--title and --date go with --as-document/,
    next: /--as-document/,
  },
  'a date that is none': {
    words: ['import', 'scan.pdf', '--as-document', '--date', '2024-02-30'],
    status: 2,
    says: /--date 2024-02-30 is not a date/,
    next: /--date YYYY-MM-DD/,
  },
  'one title for several files': {
    words: ['import', 'scan.pdf', 'words.txt', '--as-document', '--title', 'Mine'],
    status: 2,
    says: /--title was given for several files/,
    next: /one of them/,
  },
  'a zip archive protected by a password': {
    words: ['show', 'locked.zip'],
    status: 2,
    says: /locked\.zip is protected by a password/,
    next: /--password-file FILE/,
  },
  'a zip archive with the wrong password': {
    words: ['show', 'locked.zip', '--password-file', 'words.txt'],
    status: 2,
    says: /The password given does not open locked\.zip/,
    next: /--password-file FILE/,
  },
  'a password file that is not there': {
    words: ['show', 'locked.zip', '--password-file', 'none'],
    status: 2,
    says: /The password file none could not be read/,
    next: /^ls -l none$/,
  },
  'a zip archive without a record': {
    words: ['show', 'empty.zip'],
    status: 6,
    says: /holds no health record/,
    next: /download it again/,
  },
  'an empty folder to import': {
    words: ['import', 'nothing'],
    status: 2,
    says: /There is no file to import/,
    next: /^ls/,
  },
  'import of a file cut short': {
    words: ['import', 'cut-short.json'],
    status: 6,
    says: /not valid JSON/,
    next: /download it again/,
  },
  'import of several files none of which is a health record': {
    words: ['import', 'words.txt', 'empty.zip'],
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
    words: () => home.run(['pull'], { env: { XDG_CONFIG_HOME: home.path('folder') } }),
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
  'a login without a client id': {
    words: ['login', 'unregistered', '--token-store', 'file'],
    status: 2,
    says: /unregistered has no client id yet/,
    next: /^bluebutton portals explain unregistered, then: .* --client-id ID$/,
  },
  'a portal without an address': {
    words: ['portals', 'add', 'medicare-sandbx'],
    status: 2,
    says: /The address of medicare-sandbx is not known/,
    next: /^bluebutton portals add medicare-sandbox$/,
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
  'practice keys that are none': {
    words: ['sandbox', '--client-jwks', 'not-fhir.json'],
    status: 2,
    says: /not-fhir\.json holds no public keys/,
    next: /bluebutton keys/,
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
    answers: /^Portal practice at .*: signed in/m,
    says: /no archive/,
    next: /pull/,
  },
  'a folder that is no archive': {
    words: ['show', '--archive', 'folder'],
    status: 10,
    says: /no archive|not an archive/,
    next: /./,
  },

  'an archive where a file is': {
    words: ['import', 'jane.json', '--archive', 'words.txt'],
    status: 1,
    says: /words\.txt could not be made/,
    why: /^A file stands in its place/,
    next: /the same command again/,
  },
  ...(existsSync('/proc/self') && {
    'an archive where the system lets nothing be made': {
      words: ['import', 'jane.json', '--archive', '/proc/bluebutton/archive'],
      status: 1,
      says: /could not be made/,
      next: /the same command again/,
    },
  }),
  'a section without a name': {
    words: ['show', 'jane.json', '--section='],
    status: 2,
    says: /--section was given without a name/,
    next: /without --section/,
  },
  'an output without a name': {
    words: ['convert', 'jane.json', '-o', ''],
    status: 2,
    says: /-o was given without a name/,
    next: /-o FILE/,
  },
  'a person of the archive, for a file': {
    words: ['show', 'jane.json', '--person', 'jane-doe'],
    status: 2,
    says: /--person goes with the archive/,
    next: /^bluebutton show --person "jane-doe"/,
  },
  'a person without a name': {
    words: ['import', 'jane.json', '--person', ''],
    status: 2,
    says: /--person was given without a name/,
    next: /--person "FULL NAME"/,
  },
  'a portal named as the folder of imports is': {
    words: ['portals', 'add', 'files', 'https://127.0.0.1:9/', '--client-id', 'x'],
    status: 2,
    says: /files cannot be a portal's name/,
    next: /portals add my-clinic/,
  },
  'an empty client id': {
    words: ['portals', 'add', 'clinic', 'https://127.0.0.1:9/', '--client-id', ''],
    status: 2,
    says: /client id, and none was given/,
    next: /--client-id ID/,
  },
  'an archive without its archive.json': {
    words: ['import', 'jane.json', '--archive', 'headless'],
    status: 12,
    says: /headless\/archive\.json is missing/,
    next: /printf .*bluebutton-archive\/1.*bluebutton verify/,
    archive: 'headless',
  },
  'a source all of whose bags are gone': {
    words: ['verify', '--archive', 'bagless'],
    status: 12,
    says: /is damaged/,
    why: /jane-doe\/files: All its bags are missing/,
    next: /^bluebutton verify --from COPY/,
    archive: 'bagless',
  },
  'a source all of whose bags are gone, when it is read': {
    words: ['show', '--archive', 'bagless'],
    status: 12,
    says: /damaged at jane-doe\/files/,
    next: /verify/,
    archive: 'bagless',
  },
  'a source.json that says it is somebody else': {
    words: ['verify', '--archive', 'exchanged'],
    status: 12,
    says: /is damaged/,
    why: /source\.json beside it is not the one it was made with/,
    next: /^bluebutton verify --from COPY/,
    archive: 'exchanged',
  },
  'a record for a source.json that says it is somebody else': {
    words: ['import', 'john.json', '--archive', 'exchanged'],
    status: 12,
    says: /damaged at jane-doe\/files/,
    next: /verify/,
    archive: 'exchanged',
  },
  'a file without a name': { words: ['show', ''], status: 2, says: /without a name/, next: /ls/ },
  'a command without a name': { words: [''], status: 2, says: /Unknown command ''/, next: /help/ },
  'too many words': {
    words: ['verify', 'everything'],
    status: 2,
    says: /Too many arguments for 'verify'/,
    next: /^bluebutton help verify$/,
  },
  'a port in use': {
    words: () => home.run(['sandbox', '--port', String(portal.port)]),
    status: 1,
    says: /cannot listen on port \d+/,
    next: /another port/,
  },
  'a failure nobody foresaw': {
    words: () =>
      home.run(['show', '-'], { stdin: 'Jane Doe', env: { NODE_OPTIONS: `--import ${unforeseen}` } }),
    status: 1,
    says: /did not foresee/,
    next: /please report it/,
  },
  'a portal that is down': {
    words: ['pull', 'down'],
    status: 5,
    says: /^127\.0\.0\.1:\d+ did not answer/,
    next: /try again later/,
  },
  'a login at a portal that is down': {
    words: ['login', 'down', '--token-store', 'file', '--no-browser'],
    status: 5,
    says: /^127\.0\.0\.1:\d+ did not answer/,
    next: /try again later/,
  },
  'a login that is denied': {
    words: () => logIn(home, 'strange', { decision: 'deny' }),
    status: 4,
    says: /^Access was denied at 127/,
    next: /^sign in again and choose Allow: bluebutton login strange/,
  },
  'a login nobody answers': {
    words: ['login', 'strange', '--token-store', 'file', '--no-browser', '--timeout', '1'],
    status: 4,
    says: /^Nobody answered the sign-in within 1 seconds?/,
    next: /login strange/,
  },
  'a pull without a login': {
    words: ['pull', 'strange'],
    status: 4,
    says: /not signed in to strange/,
    next: /^bluebutton login strange/,
  },
  'a setting that cannot be': {
    words: () => home.run(['pull', 'strange'], { env: { BLUEBUTTON_TOKEN_STORE: 'disk' } }),
    status: 2,
    says: /^BLUEBUTTON_TOKEN_STORE cannot be "disk"/,
    next: /BLUEBUTTON_TOKEN_STORE/,
  },

  'an archive another process writes to': {
    words: ['import', 'one.json', '--person', 'Jane Doe', '--archive', 'busy'],
    status: 11,
    says: /^Another bluebutton \(process \d+\) is writing/,
    next: /^Wait/,
    archive: 'busy',
  },
  'a flipped byte': {
    words: ['verify', '--archive', 'flipped'],
    status: 12,
    says: /is damaged: 1 problem/,
    why: /jane-doe\/files\/0002-[^/]+\/data\/documents\/\S+\.json: /,
    next: /^bluebutton verify --from COPY/,
    archive: 'flipped',
  },
  'a flipped byte, when it is read': {
    words: ['show', '--archive', 'flipped'],
    status: 12,
    says: /damaged at jane-doe\/files/,
    next: /^bluebutton verify$/,
    archive: 'flipped',
  },
  'a bag that is missing': {
    words: ['verify', '--archive', 'gap'],
    status: 12,
    says: /is damaged: 1 problem/,
    why: /0002-\S+/,
    next: /^bluebutton verify --from COPY/,
    archive: 'gap',
  },
  'a bag that is missing, when it is read': {
    words: ['show', '--archive', 'gap'],
    status: 12,
    says: /damaged at jane-doe\/files/,
    next: /verify/,
    archive: 'gap',
  },
  'a bag that is missing, when it is written to': {
    words: ['import', 'one.json', '--person', 'Jane Doe', '--archive', 'gap'],
    status: 12,
    says: /damaged at jane-doe\/files/,
    next: /verify/,
    archive: 'gap',
  },

  'NDJSON with a bad line': {
    words: ['show', 'lines.ndjson'],
    status: 3,
    says: /^Not read: .*line 2/,
    next: /--format json/,
  },
  'a type the portal refuses': {
    words: ['pull', 'practice', '--archive', 'pulled'],
    status: 3,
    says: /^practice: not everything came/,
    next: /--accept-gaps/,
    archive: 'pulled',
  },
};

test.each(Object.entries(refusals))(
  '%s has its own status, reason and next step, and leaves the archive as it was',
  async (_, { words, status, answers, says, why = /\w/, next, archive = 'health-records' }) => {
    const before = await hashOf(home.path(archive));
    const ended = await (typeof words === 'function' ? words() : home.run(words));
    expect(refusalOf(ended)).toEqual({
      status,
      // What came in part is an answer all the same.
      stdout: expect.stringMatching(answers ?? (status === 3 ? /./ : /^$/)),
      what: expect.stringMatching(says),
      why: expect.stringMatching(why),
      next: expect.stringMatching(next),
      internals: [],
    });
    expect(await hashOf(home.path(archive))).toBe(before);
  },
);

test('reading and checking an archive that another process writes to needs no lock', async () => {
  for (const command of ['show', 'verify'])
    expect(await home.run([command, '--archive', 'busy'])).toMatchObject({ status: 0 });
});

test('the table has every exit status but those of a command that ends well or is stopped', () => {
  const proven = new Set([0, 130, ...Object.values(refusals).map(({ status }) => status)]);
  expect(exitStatuses.filter(({ status }) => !proven.has(status))).toEqual([]);
});

test('a failure nobody foresaw names its kind and place, and nothing of the record', async () => {
  const env = { NODE_OPTIONS: `--import ${unforeseen}` };
  const { stderr } = await home.run(['show', '-'], { stdin: 'Jane Doe', env });
  expect(stderr).toMatch(/^TypeError at program\/[\w-]+\.js:\d+\.$/m);
  expect(stderr).not.toContain('Jane');
});

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
  const words = ['import', home.path('john.json'), home.path('empty.zip'), home.path('words.txt')];
  const { status, stdout, stderr } = await own.run(words);
  expect(status).toBe(3);
  expect(stdout).toMatch(/^john\.json: .*: kept\.\n$/);
  expect(stderr).toMatch(/^Not kept: empty\.zip holds no health record/m);
  expect(stderr).toMatch(/^Not kept: words\.txt: not a health record/m);
  const { stdout: json } = await own.run([...words, '--json']);
  expect(JSON.parse(json)).toMatchObject({
    files: [{ name: 'john.json', outcome: 'unchanged' }],
    refused: [{ name: 'empty.zip', why: expect.any(String) }, { name: 'words.txt' }],
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
      why: expect.stringMatching(/\w/),
      next: expect.stringMatching(/./),
      internals: [],
    });
  }
  expect(await readFile(own.path('taken'), 'utf8')).toBe('a file, not a folder');
});

/** Files of the corpus that are no record, or no JSON; the others are shown with what is wrong with them. */
const notRecords = [
  'json-comma-bad-1.json',
  'json-comments-2.json',
  'json-no-quotes-2.json',
  'json-prop-key.json',
  'list-bad-syntax.json',
];

const { present, absent } = corpusCases(35);

/** An archive with a record in it, for a test of this name alone. */
async function archiveFor(name: string): Promise<string> {
  const archive = name.replace(/\.json$/, '');
  await cp(home.path('health-records'), home.path(archive), { recursive: true });
  return archive;
}

describe.each(present)('damaged files of the corpus', (corpus) => {
  const archives = new Set<string>();
  const files = filesUnder(join(corpus, 'fhir-malformed'), ['.json']).map(
    (file) => [basename(file), file] as const,
  );

  test.each(files.filter(([name]) => notRecords.includes(name)))(
    '%s is refused without a word of its text, and the archive stays as it was',
    async (name, file) => {
      const archive = await archiveFor(name);
      const before = await hashOf(home.path(archive));
      for (const words of [
        ['show', file],
        ['import', file, '--archive', archive],
      ]) {
        const ended = await home.run(words);
        expect(refusalOf(ended)).toEqual({
          status: 6,
          stdout: '',
          what: expect.stringMatching(/\.json is (not valid JSON|JSON, but not FHIR)/),
          why: expect.stringMatching(/\w/),
          next: expect.stringMatching(/./),
          internals: [],
        });
        expect(await leakedFrom(file, ended.stderr)).toEqual([]);
        expect(await hashOf(home.path(archive))).toBe(before);
      }
    },
  );

  test.each(files.filter(([name]) => !notRecords.includes(name)))(
    '%s is shown, and kept beside what the archive held',
    async (name, file) => {
      const archive = await archiveFor(name);
      const first = await home.run(['show', file]);
      // A file of several patients is asked for one of them.
      const [, who] = /--patient (\S+)/.exec(first.stderr) ?? [];
      const asked = who === undefined ? [] : ['--patient', who];
      const shown = who === undefined ? first : await home.run(['show', file, ...asked]);
      const kept = ['--person', `The person of ${name}`, '--archive', archive];
      const imported = await home.run(['import', file, ...asked, ...kept]);
      for (const ended of [shown, imported])
        expect(ended).toMatchObject({ status: 0, stdout: expect.stringMatching(/./) });
      archives.add(archive);
    },
  );

  test('the archives that keep them are whole', async () => {
    expect(archives.size).toBeGreaterThan(0);
    for (const archive of archives) await home.done(['verify', '-q', '--archive', archive]);
  });

  test('are all of them taken through', () => {
    expect(files).toHaveLength(33);
    expect(files.filter(([name]) => notRecords.includes(name))).toHaveLength(notRecords.length);
  });
});

test.each(absent)('corpus absent: %i tests not run', (tests) => {
  expect(noteAbsence(tests)).toBe(true);
});

/** What a message holds of the string values of a file, those of four characters or more, however broken it is. */
async function leakedFrom(file: string, message: string): Promise<string[]> {
  const values = (await readFile(file, 'utf8')).matchAll(/:\s*"([^"\n]{4,})"/g);
  return [...values].flatMap(([, value = '']) => (message.includes(value) ? [value] : []));
}
