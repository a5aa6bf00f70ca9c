import { isAbsolute, join, resolve } from 'node:path';
import type { Places } from './places.ts';

/** What reading a value needs to know of the world it was written in. */
export interface ValueContext {
  places: Places;
  /** Where a relative path starts; undefined in the config file, where it would start anywhere. */
  cwd: string | undefined;
}

/** A setting: what it may hold and what it is when nobody sets it. */
export interface Setting<Value> {
  /** What it is for, in a few words. */
  what: string;
  /** What it may be, as one sentence for who wrote something else. */
  mayBe: string;
  /** The value of a text; undefined when the text is none. */
  read: (text: string, context: ValueContext) => Value | undefined;
  /** The value when nothing sets it. */
  fallback: (places: Places) => Value | undefined;
}

const tokenStores = ['keychain', 'passphrase', 'file', 'memory'] as const;

/**
 * Every setting, by its one name: `--token-store` as a flag is BLUEBUTTON_TOKEN_STORE in the environment and
 * `"token-store"` in the config file. Whose record is meant is never a setting: it is decided anew for each command.
 */
export const settingTable = {
  archive: {
    what: 'folder of the archive',
    mayBe: 'It is a folder: an absolute path, or one that begins with ~/.',
    read: readPath,
    fallback: ({ home }) => join(home, 'health-records'),
  } satisfies Setting<string>,
  'token-store': {
    what: 'where sign-in tokens live',
    mayBe: 'It is keychain, passphrase, file or memory.',
    read: (text) => tokenStores.find((each) => each === text),
    fallback: () => undefined,
  } satisfies Setting<(typeof tokenStores)[number]>,
  'passphrase-file': {
    what: 'file whose first line opens the passphrase store',
    mayBe: 'It is a file: an absolute path, or one that begins with ~/.',
    read: readPath,
    fallback: () => undefined,
  } satisfies Setting<string>,
  browser: {
    what: 'whether login opens the browser',
    mayBe: 'It is yes or no.',
    read: (text) => (text === 'yes' || text === 'no' ? text === 'yes' : undefined),
    fallback: () => true,
  } satisfies Setting<boolean>,
  'redirect-port': {
    what: 'port on 127.0.0.1 the portal sends the sign-in to; a free one when not set',
    mayBe: 'It is a whole number from 1 to 65535.',
    read: (text) => readWholeNumber(text, 65_535),
    fallback: () => undefined,
  } satisfies Setting<number>,
  timeout: {
    what: 'seconds login waits for the sign-in',
    mayBe: 'It is a whole number from 1 to 86400.',
    read: (text) => readWholeNumber(text, 86_400),
    fallback: () => 300,
  } satisfies Setting<number>,
  ca: {
    what: 'certificates in PEM to trust as well',
    mayBe: 'It is a file: an absolute path, or one that begins with ~/.',
    read: readPath,
    fallback: () => undefined,
  } satisfies Setting<string>,
};

export type SettingName = keyof typeof settingTable;

/** The type a setting's value has. */
export type SettingValue<Name extends SettingName> = Exclude<
  ReturnType<(typeof settingTable)[Name]['read']>,
  undefined
>;

/** Whether a word names a setting. */
export function isSettingName(word: string): word is SettingName {
  return Object.hasOwn(settingTable, word);
}

/** The names in the order of the table. */
export const settingNames: readonly SettingName[] = Object.keys(settingTable).filter(isSettingName);

/** The environment variable of a setting: `BLUEBUTTON_TOKEN_STORE` of `token-store`. */
export function variableOf(name: string): string {
  return `BLUEBUTTON_${name.toUpperCase().replaceAll('-', '_')}`;
}

/** `~/` is read here too: no shell expands it in a crontab or a config file. */
function readPath(text: string, { places, cwd }: ValueContext): string | undefined {
  if (text === '~' || text.startsWith('~/')) return join(places.home, text.slice(1));
  if (isAbsolute(text)) return resolve(text);
  return cwd === undefined || text === '' ? undefined : resolve(cwd, text);
}

function readWholeNumber(text: string, most: number): number | undefined {
  const value = Number(text);
  return /^\d+$/.test(text) && value > 0 && value <= most ? value : undefined;
}
