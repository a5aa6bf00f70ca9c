import { chmod, readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { makeDirectory, removeReplaced, replaceFile } from '../disk/index.ts';
import { BlueButtonError, systemCodeOf } from '../errors/index.ts';
import type { KeptKind, SecretStore } from './secret-store.ts';

/** How the file of a secret ends, by what keeps it: `clinic.json`, `clinic.keychain`. */
const endings: Readonly<Record<KeptKind, string>> = {
  file: '.json',
  keychain: '.keychain',
  passphrase: '.passphrase',
};

const kinds = ['file', 'keychain', 'passphrase'] as const satisfies readonly KeptKind[];

/** The files of one kind of store, 0600 in a folder 0700, each replaced whole or not at all. */
export interface SecretFiles extends Omit<SecretStore, 'ready'> {
  kind: KeptKind;
  pathOf(name: string): string;
}

/** The files of that kind in a folder. */
export function secretFiles(directory: string, kind: KeptKind): SecretFiles {
  const ending = endings[kind];
  const pathOf = (name: string): string => {
    if (/^[a-z0-9][a-z0-9._-]*$/i.test(name)) return join(directory, `${name}${ending}`);
    throw new BlueButtonError('usage', `“${name}” cannot be the name of a portal.`, {
      why: 'The name of a portal names the file its sign-in is kept in.',
      try: 'use letters, digits, dots, hyphens and underscores',
    });
  };
  return {
    kind,
    pathOf,
    async read(name) {
      const path = pathOf(name);
      return orUndefined(() => readFile(path, 'utf8'), directory);
    },
    async write(name, text) {
      const path = pathOf(name);
      try {
        await makeDirectory(directory);
        await chmod(directory, 0o700);
        await replaceFile(path, text);
      } catch (thrown) {
        throw refusedBySystem(directory, 'written', thrown);
      }
    },
    async remove(name) {
      const path = pathOf(name);
      try {
        await removeReplaced(path);
      } catch (thrown) {
        if (systemCodeOf(thrown) !== 'ENOENT') throw refusedBySystem(directory, 'removed', thrown);
      }
    },
    async names() {
      const files = (await orUndefined(() => readdir(directory), directory)) ?? [];
      return files
        .filter((file) => file.endsWith(ending) && !file.startsWith('.'))
        .map((file) => file.slice(0, -ending.length))
        .toSorted();
    },
  };
}

/**
 * What keeps something under that name, the one written last first: a move to another store that was cut short leaves
 * two, and the later one holds what is valid.
 */
export async function keptKinds(directory: string, name: string): Promise<KeptKind[]> {
  const found = await Promise.all(
    kinds.map(async (kind) => {
      const file = await orUndefined(() => stat(secretFiles(directory, kind).pathOf(name)), directory);
      return file === undefined ? [] : [{ kind, written: file.mtimeMs }];
    }),
  );
  return found
    .flat()
    .toSorted((a, b) => b.written - a.written)
    .map(({ kind }) => kind);
}

/** Removes what any kind of store but one keeps under a name. */
export async function removeOthers(directory: string, name: string, kept?: KeptKind): Promise<void> {
  for (const kind of kinds) if (kind !== kept) await secretFiles(directory, kind).remove(name);
}

/** Keeps texts as they are in files only their owner can read. */
export function fileSecretStore(directory: string): SecretStore {
  return { ...secretFiles(directory, 'file'), ready: async () => undefined };
}

async function orUndefined<Result>(
  step: () => Promise<Result>,
  directory: string,
): Promise<Result | undefined> {
  try {
    return await step();
  } catch (thrown) {
    if (systemCodeOf(thrown) === 'ENOENT') return undefined;
    throw refusedBySystem(directory, 'read', thrown);
  }
}

function refusedBySystem(directory: string, what: string, cause: unknown): BlueButtonError {
  return new BlueButtonError('failed', `The saved sign-ins in ${directory} cannot be ${what}.`, {
    why: `The system says ${systemCodeOf(cause) ?? 'nothing more'}.`,
    try: 'put right the permissions of that folder, or the disk, and run the same command again',
    cause,
  });
}
