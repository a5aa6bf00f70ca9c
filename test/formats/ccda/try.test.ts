import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'vitest';
import { fhirPackageFaults, medplumFaults } from './validators.ts';
import { readDocument } from '../../../src/commands/inputs.ts';
import { writeJson } from '../../../src/json/index.ts';

it('validates', async () => {
  const faults = new Map<string, number>();
  const first = new Map<string, string>();
  let n = 0, bad = 0;
  for (const dir of ['/work/shared/corpus/ccda', '/work/shared/corpus/c32']) {
    for (const name of readdirSync(dir, { recursive: true, encoding: 'utf8' })) {
      const file = join(dir, name);
      if (!statSync(file).isFile() || /\.(html|json)$/i.test(file)) continue;
      let input;
      try { input = await readDocument(readFileSync(file), name); } catch { continue; }
      for (const { resource, origin, container } of input.entries) {
        if (container) continue;
        n += 1;
        const plain = JSON.parse(writeJson(resource));
        const all = [...medplumFaults(plain).map((t) => `M ${resource.resourceType} ${t}`), ...fhirPackageFaults(plain).map((t) => `F ${resource.resourceType} ${t}`)];
        if (all.length) bad += 1;
        for (const text of all) { const k = text.replaceAll(/\d+/g, 'N'); faults.set(k, (faults.get(k) ?? 0) + 1); if (!first.has(k)) first.set(k, `${name} ${origin.pointer}`); }
      }
    }
  }
  const lines = [...faults].toSorted((a, b) => b[1] - a[1]).map(([k, c]) => `${c} ${k}   <- ${first.get(k)}`);
  writeFileSync('/tmp/faults.txt', `${n} resources, ${bad} bad\n${lines.join('\n')}\n`);
}, 600000);
