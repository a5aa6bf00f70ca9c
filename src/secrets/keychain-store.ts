import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { makeDirectory, takeLock, type LockHolder } from '../disk/index.ts';
import { BlueButtonError } from '../errors/index.ts';
import { systemKeychain, type Keychain } from './keychain.ts';
import { sealedStore } from './sealed-store.ts';
import { checkOf } from './sealed-text.ts';
import { secretFiles } from './secret-files.ts';
import { replaceLost, type SecretStore } from './secret-store.ts';

/**
 * Keeps texts sealed in files; the key, 32 random bytes in base64, is all that is in the keychain: Windows takes no
 * longer text there, and a file can be replaced whole. Once read, the key is remembered: a keychain that is locked
 * meanwhile must not cost a rotated token.
 */
export function keychainSecretStore(directory: string, holder: LockHolder): SecretStore {
  let key: Buffer | undefined;
  return sealedStore(secretFiles(directory, 'keychain'), {
    async sealing(name) {
      if (key === undefined) {
        const keychain = await systemKeychain(name);
        key = (await keyIn(keychain)) ?? (await newKey(keychain, directory, holder));
      }
      return { key, note: { from: 'keychain', check: checkOf(key) } };
    },
    async opening(name, { check }) {
      key ??= await keyIn(await systemKeychain(name));
      if (key && checkOf(key) === check) return key;
      const why = key ? 'The keychain has another key.' : 'The keychain has no key.';
      throw new BlueButtonError('login-needed', `The key of what is kept for ${name} is gone.`, {
        why: `${why} So it is on a new computer, or after the keychain was made anew; the key cannot be had again.`,
        try: replaceLost(name, 'keychain'),
      });
    },
  });
}

/** The key; undefined when the keychain has none that is a key of ours. */
async function keyIn(keychain: Keychain): Promise<Buffer | undefined> {
  const key = Buffer.from((await keychain.read()) ?? '', 'base64');
  return key.length === 32 ? key : undefined;
}

/** Makes the key, one process at a time: of two made at once, one would seal what nothing opens. */
async function newKey(keychain: Keychain, directory: string, holder: LockHolder): Promise<Buffer> {
  await makeDirectory(directory);
  const path = join(directory, '.keychain.lock');
  const taken = await takeLock(path, holder, { waitMs: 10_000 });
  if ('heldBy' in taken) {
    throw new BlueButtonError('temporary', 'Another bluebutton is just making the key in the keychain.', {
      why: `${path} says so: process ${taken.heldBy.pid} on ${taken.heldBy.host}.`,
      try: `the same command again; if no bluebutton runs any more, delete ${path}`,
    });
  }
  try {
    const found = await keyIn(keychain);
    if (found) return found;
    const key = randomBytes(32);
    await keychain.write(key.toString('base64'));
    return key;
  } finally {
    await taken.lock.release();
  }
}
