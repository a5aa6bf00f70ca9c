import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const src = fileURLToPath(new URL('../src', import.meta.url));
const root = fileURLToPath(new URL('..', import.meta.url));

/** Which layer may import which, and why; `docs/architecture.md` draws the same table. */
const layers: Record<string, { imports: string[]; because: string }> = {
  errors: { imports: [], because: 'every layer raises them' },
  json: { imports: [], because: 'a leaf: it knows text and digits, no medicine' },
  model: {
    imports: ['json'],
    because: 'the record must not depend on where it came from or how it is shown',
  },
  formats: {
    imports: ['model', 'json', 'errors'],
    because: 'a reader turns bytes into entries, whoever asks',
  },
  portal: { imports: ['model', 'json', 'errors'], because: 'the network must not know the disk' },
  archive: { imports: ['model', 'json', 'errors'], because: 'the disk must not know the network' },
  render: { imports: ['model', 'json'], because: 'an output is a pure function of the record' },
  settings: { imports: ['errors'], because: 'settings say where things live, and nothing of records' },
  sandbox: {
    imports: ['errors'],
    because: 'a practice portal that shared code with the client would share its mistakes',
  },
  commands: {
    imports: ['portal', 'archive', 'formats', 'model', 'render', 'sandbox', 'settings', 'json', 'errors'],
    because: 'commands are the one place that combines layers',
  },
  cli: {
    imports: ['commands', 'settings', 'render', 'errors'],
    because: 'the command line hands over and reports',
  },
  'index.ts': { imports: ['formats', 'model', 'render', 'archive'], because: 'the library face' },
};

interface Import {
  file: string;
  from: string;
  target: string;
  layer: string;
}

const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
const textOf = (file: string): string => readFileSync(join(src, file), 'utf8');
const layerOf = (file: string): string => file.split(sep)[0] ?? file;

const imports = files.flatMap((file): Import[] =>
  [...textOf(file).matchAll(/(?:from|import\()\s*'(\.[^']+)'/g)].map((match) => {
    const target = relative(src, join(src, dirname(file), match[1] ?? ''));
    return { file, from: layerOf(file), target, layer: layerOf(target) };
  }),
);
const across = imports.filter(({ from, layer }) => from !== layer);

describe('the architecture', () => {
  it('has no layer that the table does not know', () => {
    expect(files.map(layerOf).filter((layer) => !(layer in layers))).toEqual([]);
  });

  it.each(Object.entries(layers))(
    '%s imports only the layers it may',
    (layer, { imports: allowed, because }) => {
      const wrong = across.filter(({ from, layer: to }) => from === layer && !allowed.includes(to));
      expect(wrong, because).toEqual([]);
    },
  );

  it('enters another layer by its public face, index.ts; commands are entered one by one', () => {
    const wrong = across.filter(
      ({ layer, target }) => layer !== 'commands' && target !== join(layer, 'index.ts'),
    );
    expect(wrong).toEqual([]);
  });

  it('touches process, console and the clock only in cli, and in the practice portal, which is a program of its own', () => {
    const outside = files.filter((file) => layerOf(file) !== 'cli');
    expect(outside.filter((file) => /(?<![.\w])(process|console)\./.test(code(file)))).toEqual([]);
    const clock = outside.filter(
      (file) =>
        layerOf(file) !== 'sandbox' &&
        /\bDate\.now\b|\bDate\(\s*\)|\bperformance\b|\bTemporal\.Now\b/.test(code(file)),
    );
    expect(clock).toEqual([]);
  });

  it('never ends the process by force: that would cut what a pipe has not read', () => {
    expect(files.filter((file) => code(file).includes('process.exit('))).toEqual([]);
  });

  it('names every file by what it is about', () => {
    const empty = /(^|[/-])(utils?|helpers?|common|misc|manager)([./-]|$)/;
    expect(files.filter((file) => empty.test(file))).toEqual([]);
  });

  it('keeps every file short enough to read at once', () => {
    const long = files.filter((file) => textOf(file).split('\n').length > 400);
    expect(long).toEqual([]);
  });

  it('has the spine that docs/architecture.md lists', () => {
    const document = readFileSync(join(root, 'docs/architecture.md'), 'utf8');
    const spine = [...document.matchAll(/^\d+\. `([^`]+)`/gm)].map((match) => match[1] ?? '');
    expect(spine).toHaveLength(9);
    for (const file of spine) expect(readFileSync(join(root, file), 'utf8').length).toBeGreaterThan(0);
  });
});

/** A file's text without comments. */
function code(file: string): string {
  return textOf(file).replaceAll(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '');
}
