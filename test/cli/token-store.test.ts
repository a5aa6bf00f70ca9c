import { execFile } from 'node:child_process';
import { chmod, copyFile, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { passphraseSecretStore } from '../../src/secrets/index.ts';
import { absence, hasKeyring, keyringSession, type KeyringSession } from '../secrets/keyring.ts';
import { newHome, repository, type Ended, type Home } from './bluebutton.ts';
import { itemsIn } from './folder.ts';
import { logIn, openPortal } from './practice-portal.ts';
import { refusalOf } from './refusal.ts';

const passphrase = 'correct horse battery staple';
const sealedSchema = '"schema": "bluebutton/sealed/1"';

let home: Home;
const tokens = (name = ''): string => home.path('.local/state/bluebutton/tokens', name);
const kept = async (): Promise<string[]> => (await readdir(tokens())).toSorted();

const signIn = (kind: string, env: Record<string, string> = {}): Promise<Ended> =>
  logIn(home, 'practice', { words: ['--token-store', kind], env });

async function freshHome(): Promise<void> {
  home = await newHome();
  const { baseUrl } = await openPortal(home);
  await home.done(['portals', 'add', 'practice', baseUrl, '--client-id', 'practice']);
  await writeFile(home.path('pass'), `${passphrase}\n`, { mode: 0o600 });
}

/** Looks for secrets in every file of the home but the passphrase's own, and in all that was said. */
async function expectNowhere(secrets: readonly string[], said: readonly Ended[]): Promise<void> {
  expect(secrets.length).toBeGreaterThan(0);
  const ours = (await itemsIn(home.folder)).filter(
    ({ path }) => !['pass', 'open', 'sandbox.log'].includes(path),
  );
  for (const secret of secrets) {
    expect(secret.length).toBeGreaterThan(8);
    for (const { path, content } of ours) expect(content?.includes(secret) ?? false, path).toBe(false);
    for (const { stdout, stderr } of said) expect(stdout + stderr).not.toContain(secret);
  }
}

const withFile = (): Record<string, string> => ({ BLUEBUTTON_PASSPHRASE_FILE: home.path('pass') });

describe('signing in without a choice', () => {
  beforeAll(freshHome);

  it('ends in exit 2 and names every choice, and that no keychain answers here', async () => {
    const { status, what, why, next } = refusalOf(await home.run(['login', 'practice', '--no-browser']));
    expect({ status, what }).toEqual({ status: 2, what: 'Where should the sign-in be kept? Please choose.' });
    expect(why).toMatch(
      /^keychain: not here: .*\npassphrase: .*BLUEBUTTON_PASSPHRASE_FILE.*\nfile: .*0600.*\nmemory: /,
    );
    expect(next).toBe('bluebutton login practice --token-store file');
  });

  it('in the keychain where there is no D-Bus ends in exit 2 and names the choices, before any sign-in', async () => {
    const words = ['login', 'practice', '--no-browser', '--token-store', 'keychain'];
    for (const env of [{}, { DBUS_SESSION_BUS_ADDRESS: `unix:path=${home.path('nowhere')}` }]) {
      const { status, what, why, next } = refusalOf(await home.run(words, { env }));
      expect({ status, what }).toEqual({ status: 2, what: 'There is no keychain here.' });
      expect(why).toMatch(/^passphrase: [^]*^file: /m);
      expect(next).toBe('bluebutton login practice --token-store passphrase');
    }
  });
});

describe('the passphrase store', () => {
  beforeAll(async () => {
    await freshHome();
    await signIn('passphrase', withFile());
  });

  it('lets cron pull, under a bare environment and no D-Bus, and again after the token was rotated', async () => {
    const before = await readFile(tokens('practice.passphrase'), 'utf8');
    expect(await home.run(['pull', '-q'], { env: withFile() })).toEqual({
      status: 0,
      stdout: '',
      stderr: '',
    });
    expect(await home.run(['pull', '-q', '--passphrase-file', 'pass'])).toMatchObject({ status: 0 });
    expect(await kept()).toEqual(['practice.passphrase']);
    expect(before).toContain(sealedSchema);
    const { mode } = await stat(tokens('practice.passphrase'));
    expect([mode & 0o777, (await stat(tokens())).mode & 0o777]).toEqual([0o600, 0o700]);
  });

  it('without a passphrase, or with a wrong one, ends in exit 2 with its own message', async () => {
    const none = refusalOf(await home.run(['pull']));
    expect(none).toMatchObject({ status: 2, what: 'The passphrase of the kept sign-ins is needed.' });
    expect(none.next).toContain('BLUEBUTTON_PASSPHRASE_FILE');
    await writeFile(home.path('wrong'), 'something else\n', { mode: 0o600 });
    const wrong = await home.run(['pull', '--passphrase-file', 'wrong']);
    expect(refusalOf(wrong)).toMatchObject({
      status: 2,
      what: 'That is not the passphrase of the kept sign-ins.',
    });
    expect(wrong.stderr).not.toContain('something else');
  });

  it('does not let a wrong passphrase sign in: that would cost the sign-in', async () => {
    await writeFile(home.path('wrong'), 'something else\n', { mode: 0o600 });
    const words = ['login', 'practice', '--no-browser', '--token-store', 'passphrase'];
    const ended = await home.run([...words, '--passphrase-file', 'wrong']);
    expect(ended).toMatchObject({ status: 2, stdout: '' });
    expect(ended.stderr).not.toContain('http://');
  });

  it('warns when others can read the passphrase file', async () => {
    await copyFile(home.path('pass'), home.path('open'));
    await chmod(home.path('open'), 0o644);
    const { status, stderr } = await home.run(['status', '--passphrase-file', 'open'], {});
    expect(stderr).toMatch(/^Warning: the passphrase file .* can be read by other users/);
    expect(stderr).toContain('Try: chmod 600 ');
    expect(status).toBe(0);
  });

  it('is shown by status without asking, and forgotten without the passphrase', async () => {
    const { stdout } = await home.done(['status', '--json']);
    expect(JSON.parse(stdout)).toMatchObject({
      portals: [{ name: 'practice', signedIn: true, tokenStore: 'passphrase', closed: true }],
    });
    const open = await home.done(['status', '--json'], { env: withFile() });
    expect(JSON.parse(open.stdout)).toMatchObject({
      portals: [{ signedIn: true, renews: true, closed: false }],
    });
    expect(await home.run(['doctor', '--json'])).toMatchObject({ status: 0 });
  });

  it('tells a damaged file, which only a new sign-in mends', async () => {
    const file = tokens('practice.passphrase');
    const whole: Record<string, string> = JSON.parse(await readFile(file, 'utf8'));
    await writeFile(file, JSON.stringify({ ...whole, text: 'AAAA' }));
    const { status, what, next } = refusalOf(await home.run(['pull'], { env: withFile() }));
    expect(status).toBe(4);
    expect(what).toMatch(/practice\.passphrase is damaged and cannot be opened\.$/);
    expect(next).toBe('bluebutton login practice --token-store passphrase');
  });

  it('is left by signing in with another store, which removes the old copy; no secret is anywhere else', async () => {
    await signIn('file');
    expect(await kept()).toEqual(['practice.json']);
    const inFile = secretsOf(await readFile(tokens('practice.json'), 'utf8'));
    const said = [await signIn('passphrase', withFile())];
    expect(await kept()).toEqual(['practice.passphrase']);
    const sealed = (): Promise<string | undefined> =>
      passphraseSecretStore(tokens(), async () => passphrase).read('practice');
    const first = secretsOf((await sealed()) ?? '');
    said.push(
      await home.done(['pull'], { env: withFile() }),
      await home.run(['status'], { env: withFile() }),
    );
    const second = secretsOf((await sealed()) ?? '');
    await expectNowhere([...inFile, ...first, ...second, passphrase], said);
    await home.done(['portals', 'remove', 'practice']);
    expect(await kept()).toEqual([]);
  });
});

/** The tokens in the text of a kept sign-in. */
function secretsOf(text: string): string[] {
  const { accessToken = '', refreshToken = '' }: Record<string, string> = JSON.parse(text);
  return [accessToken, refreshToken];
}

/** The texts this tool has in a keychain, looked up by another program. */
async function keychainEntries(env: Record<string, string>): Promise<string[]> {
  const script = `import('@napi-rs/keyring').then(async (m) => console.log(JSON.stringify(await m.findCredentialsAsync('bluebutton'))))`;
  const { stdout } = await promisify(execFile)(process.execPath, ['-e', script], { cwd: repository, env });
  const found: { password: string }[] = JSON.parse(stdout);
  return found.map(({ password }) => password);
}

describe.skipIf(!hasKeyring)(`the keychain store${absence}`, () => {
  let session: KeyringSession;
  beforeAll(async () => {
    await freshHome();
    session = await keyringSession(home.folder, 'login password');
  });

  it('is said to work where it does', async () => {
    const { status, why } = refusalOf(
      await home.run(['login', 'practice', '--no-browser'], { env: session.env }),
    );
    expect(status).toBe(2);
    expect(why).toMatch(/^keychain: sealed in a file/);
  });

  it('keeps a sign-in that other processes pull with, and in the keychain nothing but a key', async () => {
    const said = [
      await signIn('keychain', session.env),
      await home.done(['pull'], { env: session.env }),
      await home.done(['pull'], { env: session.env }),
      await home.done(['status'], { env: session.env }),
    ];
    expect(said.at(-1)?.stdout).toContain('signed in, renews itself');
    expect(await kept()).toEqual(['practice.keychain']);
    expect(await readFile(tokens('practice.keychain'), 'utf8')).toContain(sealedSchema);
    expect((await stat(tokens('practice.keychain'))).mode & 0o777).toBe(0o600);
    const entries = await keychainEntries({ ...home.environment(), ...session.env });
    expect(entries).toHaveLength(1);
    expect(Buffer.from(entries[0] ?? '', 'base64')).toHaveLength(32);
    await expectNowhere(entries, said);
  });

  it('still opens after the session ended and a new one began', async () => {
    await session.end();
    session = await keyringSession(home.folder, 'login password');
    expect(await home.run(['pull', '-q'], { env: session.env })).toMatchObject({ status: 0 });
  });

  it('that is locked is its own message and its own code, and nobody is kept waiting', async () => {
    await session.end();
    for (const password of [undefined, 'another password']) {
      const locked = await keyringSession(home.folder, password);
      const { status, what, next } = refusalOf(await home.run(['pull'], { env: locked.env }));
      expect({ status, what }).toEqual({ status: 5, what: 'The keychain is locked.' });
      expect(next).toContain('bluebutton login practice --token-store passphrase');
      const { stderr } = await home.run(['pull', '--json'], { env: locked.env });
      expect(stderr).toContain('"code":"store-locked"');
      const { stdout } = await home.done(['status'], { env: locked.env });
      expect(stdout).toContain(
        'signed in; until when cannot be told, as the keychain that keeps it is locked',
      );
      await locked.end();
    }
  });

  it('out of reach, as for cron, ends in exit 2 and names the choices', async () => {
    const { status, what, next } = refusalOf(await home.run(['pull']));
    expect({ status, what }).toEqual({ status: 2, what: 'There is no keychain here.' });
    expect(next).toBe('bluebutton login practice --token-store passphrase');
  });

  it('without its key, as on a new computer, says that the key is gone', async () => {
    await rm(home.path('.local/share/keyrings'), { recursive: true });
    session = await keyringSession(home.folder, 'login password');
    const { status, what, next } = refusalOf(await home.run(['pull'], { env: session.env }));
    expect({ status, what }).toEqual({ status: 4, what: 'The key of what is kept for practice is gone.' });
    expect(next).toBe('bluebutton login practice --token-store keychain');
    expect(await signIn('keychain', session.env)).toMatchObject({ status: 0 });
    expect(await home.run(['pull', '-q'], { env: session.env })).toMatchObject({ status: 0 });
  });

  it('tells a damaged file', async () => {
    const file = tokens('practice.keychain');
    const text = await readFile(file, 'utf8');
    await writeFile(file, text.slice(0, text.length / 2));
    const { status, what } = refusalOf(await home.run(['pull'], { env: session.env }));
    expect(status).toBe(4);
    expect(what).toMatch(/is damaged and cannot be opened/);
  });

  it('is moved to and from by signing in, and leaves no secret elsewhere', async () => {
    await signIn('file');
    const inFile = secretsOf(await readFile(tokens('practice.json'), 'utf8'));
    const said = [await signIn('keychain', session.env)];
    expect(await kept()).toEqual(['practice.keychain']);
    await expectNowhere(inFile, said);
  });
});
