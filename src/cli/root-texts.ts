import { readFileSync, writeFileSync } from 'node:fs';

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

/** Writes both texts beside this module, for `npm run build`. */
export function writeRootTexts(help: string, versionText: string): void {
  writeFileSync(fileOf('help'), help);
  writeFileSync(fileOf('version'), `${versionText}\n`);
}

function fileOf(name: 'help' | 'version'): URL {
  return new URL(`root-${name}.txt`, import.meta.url);
}
