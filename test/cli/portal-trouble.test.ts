import { readdir } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { newHome } from './bluebutton.ts';
import { answerConsent, logIn, openPortal, signInAddress, signUp } from './practice-portal.ts';
import { refusalOf } from './refusal.ts';

const loginNeeded = { status: 4, stdout: '', why: expect.stringMatching(/\w/), internals: [] };

test('a sign-in that is missing, denied or not answered in time means that a login is needed', async () => {
  const home = await newHome();
  const portal = await openPortal(home);
  await home.done(['portals', 'add', 'practice', portal.baseUrl, '--client-id', 'practice']);
  expect(refusalOf(await home.run(['pull', 'practice']))).toEqual({
    ...loginNeeded,
    what: expect.stringMatching(/not signed in to practice/),
    next: expect.stringMatching(/^bluebutton login practice/),
  });
  expect(refusalOf(await home.run(['login', 'practice', '--no-browser']))).toMatchObject({
    status: 2,
    what: expect.stringMatching(/Where should the sign-in be kept/),
    next: expect.stringMatching(/--token-store file/),
  });

  const denied = await logIn(home, 'practice', { decision: 'deny' });
  expect(denied.stderr).toMatch(/denied|not allowed|refused|declined/i);
  expect(refusalOf(denied)).toMatchObject({
    ...loginNeeded,
    next: 'sign in again and choose Allow: bluebutton login practice --token-store file',
  });
  const missed = await home.run([
    'login',
    'practice',
    '--token-store',
    'file',
    '--no-browser',
    '--timeout',
    '1',
  ]);
  expect(refusalOf(missed)).toMatchObject({ ...loginNeeded, next: expect.stringMatching(/login/) });

  expect(refusalOf(await home.run(['pull', 'practice']))).toMatchObject(loginNeeded);
  expect(await readdir(home.folder)).not.toContain('health-records');
});

test('a sign-in that the portal no longer knows means that a login is needed, and makes no archive', async () => {
  const home = await newHome();
  const portal = await openPortal(home);
  await signUp(home, portal);
  // The portal forgets its tokens when it ends.
  await portal.stop('SIGTERM');
  await openPortal(home, ['--port', String(portal.port)]);
  expect(refusalOf(await home.run(['pull', 'practice']))).toEqual({
    ...loginNeeded,
    what: expect.stringMatching(/no longer accepts|has ended|refused/),
    next: 'sign in again: bluebutton login practice --token-store file',
  });
  expect(await readdir(home.folder)).not.toContain('health-records');
});

test('Ctrl-C ends the practice portal as it is meant to end', async () => {
  const portal = await openPortal(await newHome());
  const { status, stderr } = await portal.stop('SIGINT');
  expect(status).toBe(0);
  expect(stderr).not.toMatch(/Stopped|Error/);
});

test('Ctrl-C while login waits ends with 130 and leaves nothing, not even an open port', async () => {
  const home = await newHome();
  const portal = await openPortal(home);
  await home.done(['portals', 'add', 'practice', portal.baseUrl, '--client-id', 'practice']);
  const login = home.start(['login', 'practice', '--token-store', 'file', '--no-browser']);
  const [, address = ''] = await login.said(signInAddress);
  const { status, stdout, stderr } = await login.stop('SIGINT');
  expect({ status, stdout }).toEqual({ status: 130, stdout: '' });
  expect(stderr).toContain('Stopped.');
  // The portal sends the browser back to login, where nobody listens any more.
  await expect(answerConsent(address, 'allow')).rejects.toThrow('fetch failed');
  const kept = await readdir(home.path('.local', 'state', 'bluebutton', 'tokens')).catch(() => []);
  expect(kept).toEqual([]);
});
