import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'rolldown';
import { parseCommandLine } from './program.ts';
import { writeRootTexts } from './root-texts.ts';

/**
 * Writes `dist/program`, which `bin/bluebutton.js` starts, for `npm run build`: a few files start in half the time of
 * hundreds. What a command loads only when it needs it stays a file of its own; dependencies stay where npm puts them,
 * so that they can be updated and audited.
 */
const program = fileURLToPath(new URL('../program', import.meta.url));
await build({
  input: { main: fileURLToPath(new URL('main.js', import.meta.url)) },
  platform: 'node',
  external: /^[^./]/,
  treeshake: { moduleSideEffects: false },
  output: { dir: program, chunkFileNames: '[name].js', cleanDir: true },
});

/** Asks commander for the texts of the bare program once, so that printing them loads no command. */
const manifest: unknown = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
if (typeof manifest !== 'object' || manifest === null || !('version' in manifest))
  throw new TypeError('package.json has no version');
const version = String(manifest.version);
const parsed = await parseCommandLine(['--help'], version);
if (!('text' in parsed)) throw new TypeError('--help is answered with a command');
writeRootTexts(program, parsed.text, version);
