import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { calculateJwkThumbprint, compactVerify, CompactSign, createLocalJWKSet, importJWK } from 'jose';
import { beforeAll, expect, it } from 'vitest';
import {
  addClientKey,
  fileSecretStore,
  memorySecretStore,
  readClientKey,
  readClientKeys,
} from '../../src/secrets/index.ts';
import { newHome, type Home } from './bluebutton.ts';
import { itemsIn } from './folder.ts';
import { refusalOf } from './refusal.ts';

let home: Home;
const none: { kty: string } & Record<string, string> = { kty: '' };
const folder = (): string => home.path('.local/state/bluebutton/tokens');
/** The keys as shown; every member that is looked at is a text. */
const publicKeys = async (): Promise<({ kty: string } & Record<string, string>)[]> =>
  JSON.parse((await home.done(['keys', 'show'])).stdout).keys;

beforeAll(async () => {
  home = await newHome();
});

it('a key is not made where nothing was chosen, and memory is no place for it', async () => {
  for (const words of [[], ['--token-store', 'memory']]) {
    const { status, what, why, next } = refusalOf(await home.run(['keys', 'create', ...words]));
    expect({ status, what }).toEqual({ status: 2, what: 'Where should the key be kept? Please choose.' });
    expect(why).toMatch(/^keychain: .*\npassphrase: .*\nfile: /);
    expect(why).not.toContain('memory');
    expect(next).toBe('bluebutton keys create --token-store file');
  }
  expect(refusalOf(await home.run(['keys', 'show']))).toMatchObject({
    status: 2,
    what: 'No key has been made yet.',
  });
});

it('what is shown is public: a JWK Set whose kid is the thumbprint, for a private key that stays in its store', async () => {
  const { stdout } = await home.done(['keys', 'create', '--token-store', 'file', '--json']);
  const { kid }: { kid: string } = JSON.parse(stdout);
  expect(JSON.parse(stdout)).toMatchObject({ alg: 'ES384', tokenStore: 'file' });
  const [key = none] = await publicKeys();
  expect(Object.keys(key).toSorted()).toEqual(['alg', 'crv', 'key_ops', 'kid', 'kty', 'use', 'x', 'y']);
  expect(key).toMatchObject({ kid, kty: 'EC', crv: 'P-384', alg: 'ES384', use: 'sig' });
  expect(await calculateJwkThumbprint(key)).toBe(kid);
  expect(await readdir(folder())).toEqual(['client_keys.json']);
  expect((await stat(`${folder()}/client_keys.json`)).mode & 0o777).toBe(0o600);
});

it('what sign-in signs is verified by what was shown', async () => {
  const found = await readClientKey(fileSecretStore(folder()));
  if (found === undefined) throw new Error('no key');
  const { kid, alg, privateKey } = found;
  const signed = await new CompactSign(new TextEncoder().encode('it is me'))
    .setProtectedHeader({ alg, kid })
    .sign(await importJWK(privateKey, alg));
  const { payload } = await compactVerify(signed, createLocalJWKSet({ keys: await publicKeys() }));
  expect(new TextDecoder().decode(payload)).toBe('it is me');
});

it('a second key is made only when asked for, beside the first, and is then the one that signs', async () => {
  const [first = none] = await publicKeys();
  const refused = refusalOf(await home.run(['keys', 'create']));
  expect(refused).toMatchObject({ status: 2, what: `There is a key already: ${first['kid']}.` });
  await home.done(['keys', 'create', '--new', '--alg', 'RS384']);
  const [old, rsa = none] = await publicKeys();
  expect(old).toEqual(first);
  expect(Object.keys(rsa).toSorted()).toEqual(['alg', 'e', 'key_ops', 'kid', 'kty', 'n', 'use']);
  const store = fileSecretStore(folder());
  expect(await readClientKey(store)).toMatchObject({ kid: rsa['kid'], alg: 'RS384' });
  expect(await readClientKey(store, ['ES384'])).toMatchObject({ kid: first['kid'], alg: 'ES384' });
  expect(await readClientKey(store, ['ES256'])).toBeUndefined();
  const { stdout } = await home.done(['keys', 'list']);
  expect(stdout.split('\n').map((line) => line.split('  ')[0])).toEqual([first['kid'], rsa['kid'], '']);
});

it('no private part is printed or written anywhere but in the store', async () => {
  const text = await readFile(`${folder()}/client_keys.json`, 'utf8');
  const { keys }: { keys: { jwk: Record<string, string> }[] } = JSON.parse(text);
  const secrets = keys.flatMap(({ jwk }) =>
    ['d', 'p', 'q', 'dp', 'dq', 'qi'].flatMap((part) => jwk[part] ?? []),
  );
  expect(secrets).toHaveLength(7);
  await home.done(['keys', 'show', '-o', 'jwks.json']);
  expect(refusalOf(await home.run(['keys', 'show', '-o', 'jwks.json'])).what).toContain('exists already');
  const said = await Promise.all(
    [['show'], ['list'], ['list', '--json'], ['create'], ['remove']].map((words) =>
      home.run(['keys', ...words]),
    ),
  );
  const files = (await itemsIn(home.folder)).filter(({ path }) => !path.endsWith('client_keys.json'));
  expect(files.map(({ path }) => path)).toContain('jwks.json');
  for (const secret of secrets) {
    for (const { path, content } of files) expect(content?.includes(secret) ?? false, path).toBe(false);
    for (const { stdout, stderr } of said) expect(stdout + stderr).not.toContain(secret);
  }
});

it('keys are forgotten one by one, or all', async () => {
  const [first = none, second = none] = await publicKeys();
  expect(refusalOf(await home.run(['keys', 'remove', 'nonsense'])).status).toBe(2);
  await home.done(['keys', 'remove', first['kid'] ?? '']);
  expect((await publicKeys()).map(({ kid }) => kid)).toEqual([second['kid']]);
  await home.done(['keys', 'remove', '--all']);
  expect(await readdir(folder())).toEqual([]);
});

it('a key sealed by a passphrase is shown with it, and not without', async () => {
  await writeFile(home.path('pass'), 'correct horse\n', { mode: 0o600 });
  const withFile = ['--passphrase-file', 'pass'];
  await home.done(['keys', 'create', '--token-store', 'passphrase', ...withFile]);
  expect(await readFile(`${folder()}/client_keys.passphrase`, 'utf8')).not.toContain('"d"');
  expect(refusalOf(await home.run(['keys', 'show']))).toMatchObject({ status: 2 });
  const { stdout } = await home.done(['keys', 'show', ...withFile]);
  expect(JSON.parse(stdout)).toMatchObject({ keys: [{ kty: 'EC' }] });
});

it('the name of a key begins as no option does, so that it can be typed', async () => {
  const store = memorySecretStore();
  // One thumbprint in 64 begins with a hyphen.
  for (let made = 0; made < 300; made += 1) await addClientKey(store, 'ES384', new Date());
  const kids = (await readClientKeys(store)).map(({ kid }) => kid);
  expect(new Set(kids).size).toBe(300);
  expect(kids.filter((kid) => !/^\w/.test(kid))).toEqual([]);
});
