import { randomUUID } from 'node:crypto';
import { chmod, mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { BlueButtonError, systemCodeOf } from '../errors/index.ts';
import { readTokenSet, type TokenSet } from './token-set.ts';

/** Where tokens are kept, by the portal's name. */
export interface TokenStore {
  /**
   * Undefined when nothing is kept under the name.
   *
   * @throws BlueButtonError `login-needed` when what is kept cannot be read as tokens.
   */
  read(name: string): Promise<TokenSet | undefined>;
  /** Returns when the tokens are safe on disk: a rotated refresh token that is lost cannot be had again. */
  write(name: string, tokens: TokenSet): Promise<void>;
  remove(name: string): Promise<void>;
}

/** Keeps tokens until the program ends. */
export function memoryTokenStore(): TokenStore {
  const kept = new Map<string, TokenSet>();
  return {
    read: async (name) => structuredClone(kept.get(name)),
    write: async (name, tokens) => void kept.set(name, structuredClone(tokens)),
    remove: async (name) => void kept.delete(name),
  };
}

/** Keeps tokens as `NAME.json`, readable by this user only, in a directory of the same kind. Replaced whole or not at all. */
export function fileTokenStore(directory: string): TokenStore {
  const fileOf = (name: string) => {
    if (!/^[a-z0-9][a-z0-9._-]*$/i.test(name)) {
      throw new BlueButtonError('usage', `“${name}” cannot be the name of a portal.`, {
        why: 'The name of a portal names the file its sign-in is kept in.',
        try: 'use letters, digits, dots, hyphens and underscores',
      });
    }
    return join(directory, `${name}.json`);
  };

  return {
    async read(name) {
      const file = fileOf(name);
      let text: string;
      try {
        text = await readFile(file, 'utf8');
      } catch (thrown) {
        if (systemCodeOf(thrown) === 'ENOENT') return undefined;
        throw storeError(directory, 'read', thrown);
      }
      const tokens = readTokenSet(parsed(text));
      if (tokens === undefined) {
        throw new BlueButtonError('login-needed', `The saved sign-in of ${name} cannot be read.`, {
          why: `${file} does not hold tokens.`,
          try: `bluebutton login ${name} --token-store file`,
        });
      }
      return tokens;
    },

    async write(name, tokens) {
      const file = fileOf(name);
      const draft = join(directory, `.${name}.${randomUUID()}.tmp`);
      try {
        await mkdir(directory, { recursive: true, mode: 0o700 });
        await chmod(directory, 0o700);
        await writeFlushed(draft, `${JSON.stringify(tokens, null, 2)}\n`);
        await rename(draft, file);
        await flush(directory);
      } catch (thrown) {
        await rm(draft, { force: true }).catch(() => undefined);
        throw storeError(directory, 'written', thrown);
      }
    },

    async remove(name) {
      try {
        await rm(fileOf(name), { force: true });
      } catch (thrown) {
        if (thrown instanceof BlueButtonError) throw thrown;
        throw storeError(directory, 'removed', thrown);
      }
    },
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function writeFlushed(file: string, text: string): Promise<void> {
  const handle = await open(file, 'wx', 0o600);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Flushes a directory, so that a rename in it outlives a power cut; Windows cannot, and needs not. */
async function flush(directory: string): Promise<void> {
  const handle = await open(directory, 'r').catch(() => undefined);
  try {
    await handle?.sync();
  } catch (thrown) {
    if (systemCodeOf(thrown) !== 'EPERM') throw thrown;
  } finally {
    await handle?.close();
  }
}

function storeError(directory: string, what: string, cause: unknown): BlueButtonError {
  return new BlueButtonError('failed', `The saved sign-ins in ${directory} cannot be ${what}.`, {
    why: `The system says ${systemCodeOf(cause) ?? 'nothing more'}.`,
    try: 'put right the permissions of that folder, or the disk, and run the same command again',
    cause,
  });
}
