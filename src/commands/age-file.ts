import { Decrypter, Encrypter } from 'age-encryption';
import { BlueButtonError, messageOf } from '../errors/index.ts';

/** Who can open what is encrypted: whoever has the passphrase, or a key of one of the recipients. */
export type Lock = { passphrase: string } | { recipients: readonly string[] };

/** What opens it: the passphrase, or secret keys (`AGE-SECRET-KEY-1…`). */
export type Key = { passphrase: string } | { identities: readonly string[] };

/** How a file is protected, by its first bytes; undefined for one that is not encrypted by age. */
export type Protection = 'passphrase' | 'recipients' | undefined;

const magic = 'age-encryption.org/v1\n';

/** Bytes of a file that `protectionOf` needs. */
export const telltaleBytes = magic.length + 16;

/** Reads the beginning of a file (age-encryption.org/v1): the line after the version names who can open it. */
export function protectionOf(beginning: Uint8Array): Protection {
  const text = Buffer.from(beginning).toString('latin1');
  if (!text.startsWith(magic)) return undefined;
  return text.startsWith('-> scrypt ', magic.length) ? 'passphrase' : 'recipients';
}

/**
 * Encrypts in the format of age, which the program `age` opens too.
 *
 * @throws BlueButtonError `usage` for what is no recipient.
 */
export async function* encrypted(pieces: AsyncIterable<Uint8Array>, lock: Lock): AsyncGenerator<Uint8Array> {
  const encrypter = new Encrypter();
  if ('passphrase' in lock) encrypter.setPassphrase(lock.passphrase);
  else for (const recipient of lock.recipients) addRecipient(encrypter, recipient);
  yield* await encrypter.encrypt(streamOf(pieces));
}

function addRecipient(encrypter: Encrypter, recipient: string): void {
  try {
    encrypter.addRecipient(recipient);
  } catch (cause) {
    throw new BlueButtonError('usage', `${JSON.stringify(recipient)} is no recipient of age.`, {
      why: 'A recipient is a public key that begins with age1; SSH keys are not taken.',
      try: 'age-keygen -o key.txt, which makes a key and prints its recipient',
      cause,
    });
  }
}

/**
 * Decrypts what age has encrypted. Every piece is proven before it is given.
 *
 * @throws BlueButtonError `password-needed` when the passphrase or the key is another one, `archive-damaged` when the file
 * is not as it was written, `usage` for what is no identity.
 */
export async function* decrypted(pieces: AsyncIterable<Uint8Array>, key: Key): AsyncGenerator<Uint8Array> {
  const decrypter = new Decrypter();
  if ('passphrase' in key) decrypter.addPassphrase(key.passphrase);
  else for (const identity of key.identities) addIdentity(decrypter, identity);
  const opened = await decrypter.decrypt(streamOf(pieces)).catch((cause: unknown) => {
    throw messageOf(cause).includes('no identity matched') ? wrongKey(key, cause) : damagedFile(cause);
  });
  try {
    yield* opened;
  } catch (cause) {
    throw cause instanceof BlueButtonError ? cause : damagedFile(cause);
  }
}

function addIdentity(decrypter: Decrypter, identity: string): void {
  try {
    decrypter.addIdentity(identity);
  } catch {
    // Without the cause: its words might hold a piece of the key.
    throw new BlueButtonError('usage', 'The identity file holds a line that is no secret key of age.', {
      why: 'A secret key begins with AGE-SECRET-KEY-1; SSH keys and plugins are not taken.',
      try: 'the same command with --identity and the file that age-keygen made',
    });
  }
}

function wrongKey(key: Key, cause: unknown): BlueButtonError {
  const isPassphrase = 'passphrase' in key;
  return new BlueButtonError(
    'password-needed',
    isPassphrase
      ? 'That is not the passphrase of this file.'
      : 'None of the keys in the identity file opens this file.',
    {
      why: 'It was encrypted for another one. Nothing was restored.',
      try: isPassphrase
        ? 'the same command with the passphrase of the export'
        : 'the same command with --identity and another file',
      cause,
    },
  );
}

function damagedFile(cause: unknown): BlueButtonError {
  return new BlueButtonError('archive-damaged', 'The encrypted file is damaged.', {
    why: 'It breaks off, or its bytes are not the ones that were written. Nothing was restored.',
    try: 'the same command with another copy of the file',
    cause,
  });
}

function streamOf(pieces: AsyncIterable<Uint8Array>): ReadableStream<Uint8Array> {
  const iterator = pieces[Symbol.asyncIterator]();
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await iterator.next();
      if (done === true) controller.close();
      else controller.enqueue(value);
    },
    async cancel() {
      await iterator.return?.();
    },
  });
}
