import { readFileSync } from 'node:fs';
import { parseCommandLine } from './program.ts';
import { writeRootTexts } from './root-texts.ts';

/** Asks commander for the texts of the bare program once, at build, so that printing them loads no command. */
const manifest: unknown = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
if (typeof manifest !== 'object' || manifest === null || !('version' in manifest))
  throw new TypeError('package.json has no version');
const version = String(manifest.version);
const parsed = await parseCommandLine(['--help'], version);
if (!('text' in parsed)) throw new TypeError('--help is answered with a command');
writeRootTexts(parsed.text, version);
