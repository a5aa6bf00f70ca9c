import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto';
import * as v from 'valibot';

const base64 = v.pipe(v.string(), v.base64());

/**
 * Which key opens a text. `check` tells a wrong key from a damaged text. The numbers of scrypt (RFC 7914: N, r, p) are
 * part of the version: a file cannot ask for others.
 */
const keyNote = v.variant('from', [
  v.object({ from: v.literal('keychain'), check: base64 }),
  v.object({
    from: v.literal('passphrase'),
    kdf: v.literal('scrypt-131072-8-1'),
    salt: base64,
    check: base64,
  }),
]);

const sealedText = v.object({
  schema: v.literal('bluebutton/sealed/1'),
  cipher: v.literal('aes-256-gcm'),
  key: keyNote,
  nonce: base64,
  text: base64,
  tag: base64,
});

export type KeyNote = v.InferOutput<typeof keyNote>;
export type SealedText = v.InferOutput<typeof sealedText>;

/** A key of 32 bytes and how it is found again. */
export interface SealingKey {
  key: Buffer;
  note: KeyNote;
}

/** What is known of a key to everybody: it tells whether a key is the right one, and nothing else of it. */
export function checkOf(key: Buffer): string {
  return createHmac('sha256', key)
    .update('bluebutton/sealed/1 check')
    .digest()
    .subarray(0, 16)
    .toString('base64');
}

/**
 * Seals a text with AES-256-GCM (NIST SP 800-38D) under a new random nonce of 96 bits. The name and the header are
 * sealed with it, so that one name's text cannot stand in for another's.
 */
export function seal(text: string, name: string, { key, note }: SealingKey): string {
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(bound(name, note));
  const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
  const whole: SealedText = {
    schema: 'bluebutton/sealed/1',
    cipher: 'aes-256-gcm',
    key: note,
    nonce: nonce.toString('base64'),
    text: sealed.toString('base64'),
    tag: cipher.getAuthTag().toString('base64'),
  };
  return `${JSON.stringify(whole, null, 2)}\n`;
}

/** Reads a sealed file without opening it; undefined when it is none. */
export function readSealed(file: string): SealedText | undefined {
  try {
    return v.parse(sealedText, JSON.parse(file));
  } catch {
    return undefined;
  }
}

/** The text; undefined when it was changed, or was sealed under another name or key. */
export function unseal(sealed: SealedText, name: string, key: Buffer): string | undefined {
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, Buffer.from(sealed.nonce, 'base64'), {
      authTagLength: 16,
    })
      .setAAD(bound(name, sealed.key))
      .setAuthTag(Buffer.from(sealed.tag, 'base64'));
    return Buffer.concat([decipher.update(sealed.text, 'base64'), decipher.final()]).toString('utf8');
  } catch {
    return undefined;
  }
}

function bound(name: string, note: KeyNote): Buffer {
  const salt = note.from === 'passphrase' ? [note.kdf, note.salt] : [];
  return Buffer.from(JSON.stringify(['bluebutton/sealed/1', name, note.from, note.check, ...salt]));
}
