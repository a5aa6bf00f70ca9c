import { beforeAll, describe, expect, test } from 'vitest';
import { newHome, type Home, type Running } from '../cli/bluebutton.ts';
import { openPortal, signInAddress, type PracticePortal } from '../cli/practice-portal.ts';
import { refusalOf } from '../cli/refusal.ts';

let home: Home;
let portal: PracticePortal;

beforeAll(async () => {
  home = await newHome();
  portal = await openPortal(home);
  await home.done(['portals', 'add', 'practice', portal.baseUrl, '--client-id', 'practice']);
  // A portal where the answer goes to a page of the person's own: nothing comes back to this computer.
  const registered = await fetch(`${new URL(portal.baseUrl).origin}/oauth/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      redirect_uris: ['https://example.org/cb'],
      token_endpoint_auth_method: 'none',
      grant_types: ['authorization_code', 'refresh_token'],
    }),
  });
  const { client_id: clientId }: { client_id: string } = JSON.parse(await registered.text());
  const words = ['--client-id', clientId, '--redirect-uri', 'https://example.org/cb'];
  await home.done(['portals', 'add', 'elsewhere', portal.baseUrl, ...words]);
});

/** `login`, waiting for a pasted address; and the address that the browser ends at, on another computer. */
async function waiting(name: string): Promise<{ login: Running; landing: string }> {
  const words = ['login', name, '--token-store', 'file', '--no-browser'];
  const login = home.start(words, { keepOpen: true });
  const [, address = ''] = await login.said(signInAddress);
  const body = new URLSearchParams({ decision: 'allow' });
  const answer = await fetch(address, { method: 'POST', body, redirect: 'manual' });
  return { login, landing: answer.headers.get('location') ?? '' };
}

async function exchanges(): Promise<number> {
  const log = await portal.log();
  return log.filter(({ form }) => form?.['grant_type'] === 'authorization_code').length;
}

describe.each(['practice', 'elsewhere'])('the address pasted to login %s', (name) => {
  test('signs in, and the command ends although its input stays open', async () => {
    const { login, landing } = await waiting(name);
    login.write(landing);
    expect(await login.ended).toMatchObject({
      status: 0,
      stdout: expect.stringContaining(`Signed in to ${name}.`),
    });
  });

  test('may have quotes, its answer in the fragment, or come after others', async () => {
    const { login, landing } = await waiting(name);
    login.write('what is this');
    login.write('https://another.example/cb?code=1&state=2');
    login.write(`  "${landing.replace('?', '#')}"`);
    expect(await login.ended).toMatchObject({ status: 0 });
  });

  test('of another sign-in is refused the fifth time, and no code is sent', async () => {
    const before = await exchanges();
    const { login, landing } = await waiting(name);
    const wrong = new URL(landing);
    wrong.searchParams.set('state', 'of-another-sign-in');
    for (let time = 0; time < 5; time += 1) login.write(wrong.href);
    const ended = await login.ended;
    expect(refusalOf(ended)).toMatchObject({
      status: 4,
      why: expect.stringContaining('holds code= and the state= of this very sign-in'),
      next: `sign in again: bluebutton login ${name} --token-store file`,
    });
    expect(ended.stderr).not.toContain(wrong.searchParams.get('code'));
    expect(await exchanges()).toBe(before);
  });

  test('that never comes: Ctrl-C ends it', async () => {
    const { login } = await waiting(name);
    expect(await login.stop('SIGINT')).toMatchObject({ status: 130, stdout: '' });
  });
});

test('where nobody can paste and nothing comes back to this computer, login ends at once and says why', async () => {
  const ended = await home.run(['login', 'elsewhere', '--token-store', 'file', '--no-browser']);
  expect(refusalOf(ended)).toMatchObject({
    status: 4,
    why: expect.stringContaining('its address has to be pasted here'),
  });
});
