import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What the bare program answers without loading its commands, as it is asked for. */
const asked: Readonly<Record<string, 'help' | 'version'>> = {
  '--help': 'help',
  '-h': 'help',
  help: 'help',
  '--version': 'version',
  '-V': 'version',
};

/** The answer to a command line that asks for no command; undefined when it asks for one. */
export function rootAnswer(argv: readonly string[]): string | undefined {
  const [only = '--help', ...more] = argv;
  const name = more.length === 0 && Object.hasOwn(asked, only) ? asked[only] : undefined;
  if (name === 'version') return `${version()}\n`;
  return name === undefined ? undefined : readFileSync(fileOf('help'), 'utf8');
}

/** The version of this tool. */
export function version(): string {
  return readFileSync(fileOf('version'), 'utf8').trimEnd();
}

/** Writes both texts into the folder this module is put in, for `npm run build`. */
export function writeRootTexts(folder: string, help: string, versionText: string): void {
  writeFileSync(join(folder, nameOf('help')), help);
  writeFileSync(join(folder, nameOf('version')), `${versionText}\n`);
}

function fileOf(name: 'help' | 'version'): URL {
  return new URL(nameOf(name), import.meta.url);
}

function nameOf(name: 'help' | 'version'): string {
  return `root-${name}.txt`;
}
