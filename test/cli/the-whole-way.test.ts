import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { parse } from 'csv-parse/sync';
import { beforeAll, expect, test } from 'vitest';
import type { LogEntry } from '../../src/sandbox/options.ts';
import { newHome, repository, type Ended, type Home } from './bluebutton.ts';
import { hashOf, itemsIn } from './folder.ts';
import { ownClient, type OwnClient } from './own-client.ts';
import { openPortal, signUp, type PracticePortal } from './practice-portal.ts';

let home: Home;
let portal: PracticePortal;
let client: OwnClient;
/** Every command that ran, in order, with how it ended. */
const ran = new Map<string, Ended>();
/** What the portal was asked during login, and during the first pull. */
let duringLogin: LogEntry[] = [];
let duringPull: LogEntry[] = [];

async function run(...words: string[]): Promise<Ended> {
  const ended = await home.run(words);
  ran.set(words.join(' '), ended);
  return ended;
}

function outputOf(words: string): string {
  const ended = ran.get(words);
  if (ended === undefined) throw new Error(`${words} was not run`);
  return ended.stdout;
}

beforeAll(async () => {
  home = await newHome();
  portal = await openPortal(home);
  client = ownClient(portal.baseUrl);
  const [added, loggedIn] = await signUp(home, portal);
  if (added) ran.set('portals add', added);
  if (loggedIn) ran.set('login', loggedIn);
  duringLogin = await portal.log();
  await run('pull', 'practice');
  duringPull = (await portal.log()).slice(duringLogin.length);
  await run('verify');
  await run('show', '--json');
  await run('summary');
  await run('status');
  for (const format of ['json', 'ndjson', 'markdown', 'fhir']) await run('convert', '--to', format);
  await run('convert', '--to', 'csv', '--section', 'results');
  await run('convert', '--to', 'csv', '-o', 'csv');
});

/** The NDJSON lines of the one bag, by resource type. */
async function bag(): Promise<{ path: string; lines: string[] }> {
  const source = home.path('health-records', 'jane-doe', 'practice');
  const [name = ''] = (await readdir(source)).filter((entry) => entry !== 'source.json');
  const path = join(source, name);
  const files = await readdir(join(path, 'data', 'fhir'));
  const texts = await Promise.all(files.map((file) => readFile(join(path, 'data', 'fhir', file), 'utf8')));
  return { path, lines: texts.flatMap((text) => text.split('\n').filter((line) => line !== '')) };
}

test('every command of the whole way ends with status 0', () => {
  const statuses = [...ran].map(([words, { status }]) => `${words}: ${status}`);
  expect(statuses).toEqual([...ran.keys()].map((words) => `${words}: 0`));
  expect(ran.size).toBe(13);
});

test('login tells whose record it is', () => {
  expect(outputOf('login')).toContain('Jane Doe, born 1975-05-01');
});

test('the token request carries the verifier whose SHA-256 is the challenge of the authorize request', () => {
  const authorize = duringLogin.filter(({ path }) => path === '/oauth/authorize');
  const token = duringLogin.filter(({ path }) => path === '/oauth/token');
  expect(authorize).toHaveLength(1);
  expect(token).toHaveLength(1);
  expect(authorize[0]?.query).toMatchObject({ response_type: 'code', code_challenge_method: 'S256' });
  const verifier = token[0]?.form?.['code_verifier'];
  if (typeof verifier !== 'string') throw new Error('the token request has no code_verifier');
  const challenge = createHash('sha256').update(verifier).digest('base64url');
  expect(authorize[0]?.query['code_challenge']).toBe(challenge);
});

test('the pull follows every next link to the last page', async () => {
  const accessToken = await client.signIn();
  const firstPages = duringPull.filter(
    ({ path, query, status }) => ('patient' in query || path.endsWith('$everything')) && status === 200,
  );
  const expected: number[] = [];
  for (const { path, query } of firstPages) {
    const pages = await pagesOf(`${new URL(portal.baseUrl).origin}${path}?${encoded(query)}`, accessToken);
    if (pages > 1) expected.push(pages);
  }
  const chains = new Map<string, number[]>();
  for (const { query } of duringPull) {
    const chain = query['_getpages'];
    if (typeof chain === 'string') chains.set(chain, [...(chains.get(chain) ?? []), Number(query['_page'])]);
  }
  expect(chains.size).toBeGreaterThanOrEqual(2);
  const asked = [...chains.values()];
  for (const pages of asked) expect(pages).toEqual(pages.map((_, index) => index + 2));
  // The order is that of the first pages: a search is followed to its end before the next begins.
  expect(asked.map((pages) => pages.length + 1)).toEqual(expected);
});

function encoded(query: LogEntry['query']): string {
  const pairs = Object.entries(query).flatMap(([name, values]) =>
    [values].flat().map((value): [string, string] => [name, value]),
  );
  return new URLSearchParams(pairs).toString();
}

async function pagesOf(address: string, accessToken: string): Promise<number> {
  const { status, text } = await client.get(address, accessToken);
  expect(status).toBe(200);
  const bundle: { link: { relation: string; url: string }[] } = JSON.parse(text);
  const next = bundle.link.find(({ relation }) => relation === 'next');
  return next === undefined ? 1 : 1 + (await pagesOf(next.url, accessToken));
}

test('the pull asks nothing twice, except the Patient, who is read first of all to know whose record it is', () => {
  const asked = duringPull.map(({ method, path, query }) => `${method} ${path}?${encoded(query)}`);
  const again = asked.filter((request, index) => asked.indexOf(request) !== index);
  expect(again).toEqual(['GET /fhir/Patient/jane-doe?']);
  // The practice portal insists on a category of observations: asked for by patient alone, it says so.
  const refused = duringPull.filter(({ status }) => status !== 200);
  expect(refused).toMatchObject([{ status: 400, path: '/fhir/Observation', query: { patient: 'jane-doe' } }]);
});

/** The summary that the portal makes at each asking has an id of its own. */
const madeAnew = /\/[0-9a-f-]{36}-xml$/;

test('attachments are fetched and kept as the bytes that they are', async () => {
  const fetched = duringPull.filter(({ path }) => path.includes('/Binary/')).map(({ path }) => path);
  expect(fetched.filter((path) => madeAnew.test(path))).toHaveLength(1);
  const binaries = fetched.filter((path) => !madeAnew.test(path));
  expect(binaries.toSorted()).toEqual([
    '/fhir/Binary/after-visit-summary-text',
    '/fhir/Binary/discharge-summary-pdf',
    '/fhir/Binary/discharge-summary-xml',
    '/fhir/Binary/summary-of-care-xml',
  ]);
  const { path } = await bag();
  const kept = await itemsIn(join(path, 'data', 'documents'));
  const names = [
    'after-visit-summary.txt',
    'discharge-summary.pdf',
    'discharge-summary.xml',
    'summary-of-care.xml',
  ];
  for (const name of names) {
    const original = await readFile(join(repository, 'samples', 'documents', name));
    expect(kept.filter(({ content }) => content?.equals(original))).toHaveLength(1);
  }
});

test('the portal answers a wrong verifier, a code used twice and a replaced refresh token with 400', async () => {
  const { code, verifier } = await client.code();
  const exchange = { grant_type: 'authorization_code', code };
  const wrong = await client.token({ ...exchange, code_verifier: `${verifier}x` });
  expect(wrong).toMatchObject({ status: 400, answer: { error: 'invalid_grant' } });
  const right = await client.token({ ...exchange, code_verifier: verifier });
  expect(right.status).toBe(200);
  const oldToken = { grant_type: 'refresh_token', refresh_token: right.answer.refresh_token ?? '' };
  expect((await client.token(oldToken)).status).toBe(200);
  expect(await client.token(oldToken)).toMatchObject({ status: 400, answer: { error: 'invalid_grant' } });
  const again = await client.token({ ...exchange, code_verifier: verifier });
  expect(again).toMatchObject({ status: 400, answer: { error: 'invalid_grant' } });
});

function identity(text: string): string {
  const { resourceType, id }: { resourceType: string; id: string } = JSON.parse(text);
  return `${resourceType}/${id}`;
}

test('every resource of the archive is in the FHIR output, and every one but the Patient is a row', async () => {
  const { lines } = await bag();
  const kept = lines.map(identity).toSorted();
  const bundle: { entry: { resource: unknown }[] } = JSON.parse(outputOf('convert --to fhir'));
  const written = bundle.entry.map(({ resource }) => identity(JSON.stringify(resource)));
  expect(written.toSorted()).toEqual(kept);
  const record: { sections: Record<string, { id: string; sources: { pointer: string }[] }[]> } = JSON.parse(
    outputOf('show --json'),
  );
  const rows = Object.values(record.sections).flat();
  // A contained resource has a row of its own, whose pointer leads into its container's line.
  const whole = rows.filter(({ sources }) => sources.every(({ pointer }) => pointer === ''));
  expect(whole.map(({ id }) => id).toSorted()).toEqual(kept.filter((each) => each !== 'Patient/jane-doe'));
});

test('JSON, NDJSON and CSV hold the same rows', async () => {
  const record: { sections: Record<string, { id: string }[]> } = JSON.parse(outputOf('convert --to json'));
  expect(outputOf('convert --to json')).toBe(outputOf('show --json'));
  const ofJson = Object.entries(record.sections).flatMap(([section, rows]) =>
    rows.map(({ id }) => `${section} ${id}`),
  );
  const ofNdjson = outputOf('convert --to ndjson')
    .trimEnd()
    .split('\n')
    .map((line): { section: string; id: string } => JSON.parse(line))
    .filter(({ section }) => section !== 'person')
    .map(({ section, id }) => `${section} ${id}`);
  const ofCsv: string[] = [];
  for (const section of Object.keys(record.sections)) {
    const text = await readFile(home.path('csv', `${section}.csv`), 'utf8');
    const rows: { id: string }[] = parse(text, { columns: true });
    ofCsv.push(...rows.map(({ id }) => `${section} ${id}`));
  }
  expect(ofNdjson).toEqual(ofJson);
  expect(ofCsv.toSorted()).toEqual(ofJson.toSorted());
  expect(outputOf('convert --to csv --section results')).toBe(
    await readFile(home.path('csv', 'results.csv'), 'utf8'),
  );
});

test('summary and Markdown name the person and what is current', () => {
  for (const words of ['summary', 'convert --to markdown']) {
    expect(outputOf(words)).toContain('Jane Doe · born 1975-05-01');
    expect(outputOf(words)).toContain('Penicillin');
    expect(outputOf(words)).toContain('Metformin');
  }
});

test('files are readable by their owner alone', async () => {
  for (const folder of ['health-records', '.local/state/bluebutton', 'csv']) {
    const items = await itemsIn(home.path(folder));
    const open = items.filter(({ mode, content }) => mode !== (content ? '600' : '700'));
    expect(open.map(({ path, mode }) => `${folder}/${path} ${mode}`)).toEqual([]);
    expect(items.length).toBeGreaterThan(1);
  }
});

test('sha256sum confirms the bag', async () => {
  const { path } = await bag();
  for (const manifest of ['manifest-sha256.txt', 'tagmanifest-sha256.txt']) {
    const { stdout } = await promisify(execFile)('sha256sum', ['--check', '--strict', manifest], {
      cwd: path,
    });
    expect(stdout.split('\n').filter((line) => line !== '' && !line.endsWith(': OK'))).toEqual([]);
    expect(stdout).toContain(': OK');
  }
});

test('a second pull leaves the archive as it was, to the last bit', async () => {
  const before = await hashOf(home.path('health-records'));
  const { status, stdout } = await run('pull', 'practice', '--archive', home.path('health-records'));
  expect(status).toBe(0);
  expect(stdout).toContain('0 new, 0 changed');
  expect(await hashOf(home.path('health-records'))).toBe(before);
});

test('no token, code or verifier is in the archive or in anything a command said', async () => {
  const text = await readFile(home.path('.local/state/bluebutton/tokens/practice.json'), 'utf8');
  const { accessToken, refreshToken }: { accessToken: string; refreshToken: string } = JSON.parse(text);
  const form = duringLogin.find(({ path }) => path === '/oauth/token')?.form;
  const secrets = [accessToken, refreshToken, form?.['code'], form?.['code_verifier']];
  const places = (await itemsIn(home.path('health-records'))).flatMap(({ path, content }) =>
    content ? [[path, content.toString('latin1')] as const] : [],
  );
  for (const [words, { stdout, stderr }] of ran) places.push([words, stdout], [words, stderr]);
  for (const secret of secrets) {
    if (typeof secret !== 'string' || secret.length < 20) throw new Error('a secret is missing');
    expect(places.filter(([, content]) => content.includes(secret)).map(([place]) => place)).toEqual([]);
  }
  expect(places.length).toBeGreaterThan(50);
});
