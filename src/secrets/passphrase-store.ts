import { randomBytes, scrypt } from 'node:crypto';
import { BlueButtonError } from '../errors/index.ts';
import { sealedStore, type KeySource } from './sealed-store.ts';
import { checkOf, type SealingKey } from './sealed-text.ts';
import { secretFiles } from './secret-files.ts';
import type { SecretStore } from './secret-store.ts';

/** Brings the passphrase; `isNew` when nothing is sealed with one yet, and a slip of the pen would go unnoticed. */
export type AskPassphrase = (isNew: boolean) => Promise<string>;

/**
 * Keeps texts sealed with a key that scrypt makes of a passphrase. There is one passphrase for all of the folder. It is
 * asked for once and the key derived once, when first needed.
 */
export function passphraseSecretStore(directory: string, ask: AskPassphrase): SecretStore {
  const files = secretFiles(directory, 'passphrase');
  let passphrase: Promise<string> | undefined;
  const keys = new Map<string, Promise<Buffer>>();
  const derived = (salt: string, isNew: boolean): Promise<Buffer> => {
    const before = keys.get(salt);
    if (before) return before;
    passphrase ??= ask(isNew);
    const key = passphrase.then((text) => derive(text, salt));
    keys.set(salt, key);
    return key;
  };
  let known: SealingKey | undefined;
  const opening: KeySource['opening'] = async (_, note) => {
    const key = note.from === 'passphrase' ? await derived(note.salt, false) : undefined;
    if (key === undefined || checkOf(key) !== note.check) throw wrongPassphrase(directory);
    known = { key, note };
    return key;
  };
  return sealedStore(files, {
    opening,
    async sealing(name, others) {
      if (known) return known;
      const [sealed] = await others();
      if (sealed) return { key: await opening(name, sealed.key), note: sealed.key };
      const salt = randomBytes(16).toString('base64');
      const key = await derived(salt, true);
      known = { key, note: { from: 'passphrase', kdf: 'scrypt-131072-8-1', salt, check: checkOf(key) } };
      return known;
    },
  });
}

/** scrypt (RFC 7914) with N = 2^17, r = 8, p = 1: 128 MiB and some tenths of a second. */
function derive(passphrase: string, salt: string): Promise<Buffer> {
  const cost = { N: 131_072, r: 8, p: 1, maxmem: 256 * 1024 * 1024 };
  // The same passphrase typed on another system may be composed of other code points.
  const text = passphrase.normalize('NFKC');
  return new Promise((resolve, reject) => {
    scrypt(text, Buffer.from(salt, 'base64'), 32, cost, (failure, key) => {
      if (failure) reject(failure);
      else resolve(key);
    });
  });
}

function wrongPassphrase(directory: string): BlueButtonError {
  return new BlueButtonError('password-needed', 'That is not the passphrase of the kept sign-ins.', {
    why: `It does not open what is sealed in ${directory}. One passphrase opens all of it.\nWhere it is forgotten: delete the files there that end in .passphrase, and sign in again.`,
    try: 'the same command with the right passphrase, or the right file in BLUEBUTTON_PASSPHRASE_FILE',
  });
}
