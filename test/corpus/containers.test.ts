import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { Uint8ArrayReader, Uint8ArrayWriter, ZipReader, type FileEntry } from '@zip.js/zip.js';
import { describe, expect, it } from 'vitest';
import { partsOf, readDocument } from '../../src/commands/inputs.ts';
import { buildRecord } from '../../src/model/index.ts';
import { corpusCases, filesUnder, noteAbsence } from '../cli/corpus.ts';
import { fhirPackageFaults, medplumFaults } from '../formats/validators.ts';

const { present, absent } = corpusCases(6);

describe.each(absent)('the corpus is absent, so %i tests are not run', (tests) => {
  it('is said', () => {
    expect(noteAbsence(tests)).toBe(true);
  });
});

/** The members of an archive as another reader unpacks them, by the end of their names. */
async function unpacked(archive: string, ending: RegExp): Promise<{ name: string; bytes: Uint8Array }[]> {
  const reader = new ZipReader(new Uint8ArrayReader(readFileSync(archive)), { useWebWorkers: false });
  const files = (await reader.getEntries()).filter(
    (entry): entry is FileEntry => !entry.directory && ending.test(entry.filename),
  );
  const found: { name: string; bytes: Uint8Array }[] = [];
  for (const file of files)
    found.push({ name: basename(file.filename), bytes: await file.getData(new Uint8ArrayWriter()) });
  return found;
}

/** How many rows a file gives to each section. */
async function rowsPerSection(bytes: Uint8Array, name: string): Promise<Record<string, number>> {
  const { record } = buildRecord(partsOf([await readDocument(bytes, name)]));
  return Object.fromEntries(Object.entries(record.sections).map(([section, rows]) => [section, rows.length]));
}

const archives: readonly [string, RegExp][] = [
  ['zip-xdm', /CCDAAMB\.XML$/],
  ['apple-health', /apple_health_export\/export\.xml$/],
];

describe.each(present)('of the corpus', (corpus) => {
  describe.each(archives)('an archive of %s', (folder, record) => {
    const paths = filesUnder(join(corpus, folder), ['.zip', '.ZIP']);

    it('gives every row that its one record gives, unpacked by another program', async () => {
      expect(paths).toHaveLength(1);
      for (const path of paths) {
        const [inside, ...more] = await unpacked(path, record);
        expect(more).toEqual([]);
        const alone = await rowsPerSection(inside?.bytes ?? Buffer.alloc(0), 'record.xml');
        expect(await rowsPerSection(readFileSync(path), basename(path))).toEqual(alone);
        expect(Object.values(alone).reduce((sum, rows) => sum + rows, 0)).toBeGreaterThan(5);
      }
    });

    it('is read without a loss, and proves the hashes it states', async () => {
      for (const path of paths) {
        const { findings } = await readDocument(readFileSync(path), basename(path));
        const grave = findings.filter(({ severity, code }) => severity === 'lost' || code === 'xdm-mismatch');
        expect(grave).toEqual([]);
      }
    });

    it('becomes valid R4', async () => {
      for (const path of paths) {
        const { entries } = await readDocument(readFileSync(path), basename(path));
        const faults = entries.flatMap(({ resource }) => [
          ...fhirPackageFaults(resource),
          ...medplumFaults(resource),
        ]);
        expect([...new Set(faults)]).toEqual([]);
      }
    });
  });
});
