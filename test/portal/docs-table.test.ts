import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import { vendors } from '../../src/portal/vendors.ts';

describe('docs/portals.md', () => {
  /** The tables about vendors: rows of cells, without the head. */
  let tables: string[][][];

  beforeAll(async () => {
    const file = fileURLToPath(new URL('../../docs/portals.md', import.meta.url));
    const text = await readFile(file, 'utf8');
    tables = text
      .split(/\n\n+/)
      .filter((block) => /^\| vendor\b/.test(block))
      .map((block) =>
        block
          .trim()
          .split('\n')
          .slice(2)
          .map((line) =>
            line
              .slice(1, -1)
              .split('|')
              .map((cell) => cell.trim()),
          ),
      );
  });

  test('has a row for every vendor in each of its tables, and one for all others', () => {
    const names = [...vendors.map(({ name }) => name), 'any other SMART server'];
    expect(tables).toHaveLength(4);
    for (const rows of tables) expect(rows.map(([vendor]) => vendor)).toEqual(names);
  });

  test('says of every entry whether it was tested or is only documented', () => {
    const entries = tables
      .flat()
      .flatMap(([, ...cells]) => cells)
      .flatMap((cell) => cell.split('<br>'));
    expect(entries.filter((entry) => !/^[✓◦] \S/.test(entry))).toEqual([]);
  });

  test('claims nothing as tested of a vendor without a profile', () => {
    const untested = tables.flat().filter(([vendor]) => vendor === 'SMART Health IT');
    expect(untested.filter((row) => row.join(' ').includes('✓'))).toEqual([]);
  });
});
