import { chmod, copyFile, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  fileSecretStore,
  keptKinds,
  memorySecretStore,
  passphraseSecretStore,
  removeOthers,
  type SecretStore,
} from '../../src/secrets/index.ts';
import { tokenStoreOver } from '../../src/portal/index.ts';
import { tokensFor } from '../portal/stub.ts';

let root: string;
let asked: boolean[];
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'secrets-'));
  asked = [];
});
afterEach(() => rm(root, { recursive: true, force: true }));

function sealed(passphrase = 'correct horse', directory = root): SecretStore {
  return passphraseSecretStore(directory, async (isNew) => {
    asked.push(isNew);
    return passphrase;
  });
}

describe.each([
  ['file', () => fileSecretStore(join(root, 'a', 'b'))],
  ['passphrase', () => sealed('correct horse', join(root, 'a', 'b'))],
  ['memory', () => memorySecretStore()],
])('the %s store', (_, open) => {
  it('gives back what was written, knows nothing of other names, and forgets', async () => {
    const store = open();
    expect(await store.read('clinic')).toBeUndefined();
    expect(await store.names()).toEqual([]);
    await store.ready('clinic');
    await store.write('clinic', 'first');
    await store.write('clinic', 'sécond\n');
    await store.write('apart', 'third');
    expect(await store.read('clinic')).toBe('sécond\n');
    expect(await store.names()).toEqual(['apart', 'clinic']);
    expect(await store.read('other')).toBeUndefined();
    await store.remove('clinic');
    await store.remove('clinic');
    expect(await store.read('clinic')).toBeUndefined();
    expect(await store.read('apart')).toBe('third');
  });
});

describe.each([
  ['file', () => fileSecretStore(root), 'clinic.json'],
  ['passphrase', () => sealed(), 'clinic.passphrase'],
])('the %s store', (_, open, file) => {
  it('lets nobody else read, even where the directory was open before, and leaves no draft', async () => {
    await chmod(root, 0o755);
    await open().write('clinic', 'secret');
    expect((await stat(root)).mode & 0o777).toBe(0o700);
    expect((await stat(join(root, file))).mode & 0o777).toBe(0o600);
    expect(await readdir(root)).toEqual([file]);
  });

  it.each(['../clinic', 'a/b', '.hidden', ''])('takes no path for a name (%j)', async (name) => {
    await expect(open().write(name, 'x')).rejects.toMatchObject({ code: 'usage' });
    expect(await readdir(root)).toEqual([]);
  });
});

describe('the passphrase store', () => {
  it('asks once, anew only the first time, and opens what another process sealed', async () => {
    const store = sealed();
    await store.write('clinic', 'one');
    await store.write('other', 'two');
    await store.read('clinic');
    expect(asked).toEqual([true]);
    const later = sealed();
    expect([await later.read('clinic'), await later.read('other')]).toEqual(['one', 'two']);
    await later.write('third', 'three');
    expect(asked).toEqual([true, false]);
  });

  it('shows nothing of the text, and seals the same text differently each time', async () => {
    const store = sealed();
    await store.write('clinic', 'the same text');
    const first = await readFile(join(root, 'clinic.passphrase'), 'utf8');
    await store.write('clinic', 'the same text');
    const second = await readFile(join(root, 'clinic.passphrase'), 'utf8');
    const { nonce, text, tag } = JSON.parse(first);
    expect(second).not.toContain(nonce);
    expect(second).not.toContain(text);
    expect(second).not.toContain(tag);
    for (const encoding of ['utf8', 'base64', 'hex'] as const)
      expect(first).not.toContain(Buffer.from('the same text').toString(encoding).replace(/=+$/, ''));
  });

  it('tells a wrong passphrase, and seals nothing with it', async () => {
    await sealed().write('clinic', 'one');
    const wrong = { code: 'password-needed', message: expect.stringContaining('not the passphrase') };
    await expect(sealed('wrong horse').read('clinic')).rejects.toMatchObject(wrong);
    await expect(sealed('wrong horse').ready('other')).rejects.toMatchObject(wrong);
    await expect(sealed('wrong horse').write('other', 'two')).rejects.toMatchObject(wrong);
    expect(await readdir(root)).toEqual(['clinic.passphrase']);
    expect(await sealed().read('clinic')).toBe('one');
  });

  it('takes the same passphrase however its letters are composed', async () => {
    await sealed('caf\u00E9').write('clinic', 'one');
    expect(await sealed('cafe\u0301').read('clinic')).toBe('one');
  });

  it.each(['nonce', 'text', 'tag'])('does not open a file whose %s was changed', async (member) => {
    const store = sealed();
    await store.write('clinic', 'one');
    const file = join(root, 'clinic.passphrase');
    const whole: Record<string, string> = JSON.parse(await readFile(file, 'utf8'));
    const bytes = Buffer.from(whole[member] ?? '', 'base64');
    bytes.writeUInt8(bytes.readUInt8(0) ^ 1, 0);
    await writeFile(file, JSON.stringify({ ...whole, [member]: bytes.toString('base64') }));
    await expect(store.read('clinic')).rejects.toMatchObject({
      code: 'login-needed',
      message: expect.stringContaining('is damaged'),
      try: 'bluebutton login clinic --token-store passphrase',
    });
  });

  it('does not take a shortened tag, a cut file, or the text of another name', async () => {
    const store = sealed();
    await store.write('clinic', 'one');
    const file = join(root, 'clinic.passphrase');
    const text = await readFile(file, 'utf8');
    const whole: Record<string, string> = JSON.parse(text);
    const short = Buffer.from(whole['tag'] ?? '', 'base64')
      .subarray(0, 4)
      .toString('base64');
    await copyFile(file, join(root, 'other.passphrase'));
    await writeFile(join(root, 'cut.passphrase'), text.slice(0, -20));
    await writeFile(file, JSON.stringify({ ...whole, tag: short }));
    for (const name of ['clinic', 'other', 'cut'])
      await expect(store.read(name)).rejects.toMatchObject({ code: 'login-needed' });
  });

  it('does not let a file ask for other numbers of scrypt', async () => {
    await sealed().write('clinic', 'one');
    const file = join(root, 'clinic.passphrase');
    await writeFile(file, (await readFile(file, 'utf8')).replace('scrypt-131072-8-1', 'scrypt-2-8-1'));
    await expect(sealed().read('clinic')).rejects.toMatchObject({ code: 'login-needed' });
    expect(asked).toEqual([true]);
  });
});

describe('what keeps a name', () => {
  it('is what was written last, until the others are removed', async () => {
    await fileSecretStore(root).write('clinic', 'old');
    await utimes(join(root, 'clinic.json'), 1, 1);
    await sealed().write('clinic', 'new');
    expect(await keptKinds(root, 'clinic')).toEqual(['passphrase', 'file']);
    await removeOthers(root, 'clinic', 'passphrase');
    expect(await keptKinds(root, 'clinic')).toEqual(['passphrase']);
    expect(await keptKinds(join(root, 'nowhere'), 'clinic')).toEqual([]);
  });
});

describe('kept tokens', () => {
  const tokens = tokensFor('https://portal.example.org');

  it('are kept in a file as they always were', async () => {
    await tokenStoreOver(fileSecretStore(root)).write('clinic', tokens);
    const text = await readFile(join(root, 'clinic.json'), 'utf8');
    expect(text).toBe(`${JSON.stringify(tokens, null, 2)}\n`);
    expect(await tokenStoreOver(fileSecretStore(root)).read('clinic')).toEqual(tokens);
  });

  it('are asked for anew when the file is damaged', async () => {
    await writeFile(join(root, 'clinic.json'), '{"schema":"bluebutton/tokens/1"');
    await expect(tokenStoreOver(fileSecretStore(root)).read('clinic')).rejects.toMatchObject({
      code: 'login-needed',
      try: 'bluebutton login clinic --token-store file',
    });
  });
});
