import { readdir, readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { newHome } from './bluebutton.ts';
import { logIn, openPortal } from './practice-portal.ts';

const requestLine = /^(GET|POST) 127\.0\.0\.1:\d+\/\S* (\d{3}|no answer), \d+ bytes, \d+ ms, attempt [1-4]$/;
const requestLines = (stderr: string) => stderr.split('\n').filter((line) => /^(GET|POST) /.test(line));

test('--verbose tells of every request, and of nothing that is secret or personal', async () => {
  const home = await newHome();
  const portal = await openPortal(home);
  const add = ['portals', 'add', 'practice', portal.baseUrl, '--client-id', 'GEHEIM-CLIENT', '-v'];
  const added = await home.done(add);
  expect(requestLines(added.stderr).map((line) => line.replace(/^GET \S*\/fhir\/(\S+).*$/, '$1'))).toEqual([
    '.well-known/smart-configuration',
    'metadata',
  ]);
  const signedIn = await logIn(home, 'practice', { words: ['--verbose'] });
  const tokenLine = expect.stringMatching(/^POST \S+\/token 200, /);
  expect(requestLines(signedIn.stderr)).toEqual(expect.arrayContaining([tokenLine]));

  const asked = (await portal.log()).length;
  const pulled = await home.done(['pull', 'practice', '--verbose', '--json']);
  expect(JSON.parse(pulled.stdout)).toMatchObject({ schema: expect.stringContaining('bluebutton/') });
  expect(requestLines(pulled.stderr)).toHaveLength((await portal.log()).length - asked);

  // What may be nowhere: tokens, codes, ids, values of parameters.
  const kept = await readdir(home.path('.local', 'state', 'bluebutton', 'tokens'));
  const file = await readFile(home.path('.local', 'state', 'bluebutton', 'tokens', kept[0] ?? ''), 'utf8');
  const tokens: Record<string, string> = JSON.parse(file);
  const entries = await portal.log();
  const personal = [tokens['accessToken'], tokens['refreshToken'], tokens['patientId'], 'GEHEIM-CLIENT'];
  for (const { url } of entries.map(({ path }) => ({ url: new URL(path, portal.baseUrl) }))) {
    const ids = [...url.pathname.matchAll(/\/[A-Z][A-Za-z]+\/([^/$][^/]*)/g)].map(([, id]) => id);
    personal.push(...ids, ...url.searchParams.values());
  }
  const told = [added, signedIn, pulled].flatMap(({ stderr }) => requestLines(stderr));
  expect(told.filter((line) => !requestLine.test(line))).toEqual([]);
  const paths = told.map((line) => line.replace(/^\S+ [^/]+/, '').replace(/ .*/, ''));
  const words = new Set(paths.flatMap((path) => path.split(/[/?&]/)));
  expect(personal.filter((secret) => secret !== undefined && words.has(secret))).toEqual([]);
  expect(personal.length).toBeGreaterThan(20);
});

test('without --verbose, and with --quiet beside it, no request is told of', async () => {
  const home = await newHome();
  const portal = await openPortal(home);
  await home.done(['portals', 'add', 'practice', portal.baseUrl, '--client-id', 'x']);
  await logIn(home, 'practice');
  const pulled = await home.done(['pull', 'practice']);
  expect(requestLines(pulled.stderr)).toEqual([]);
  expect(await home.done(['pull', 'practice', '-q', '-v'])).toMatchObject({ stdout: '', stderr: '' });
});
