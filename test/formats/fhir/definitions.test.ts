import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { moduleOf, releases } from '../../../src/cli/fhir-definitions.ts';

const root = new URL('../../../', import.meta.url);

describe('the tables of FHIR types', () => {
  it.each(releases)('say of $version what HL7 says', (release) => {
    const declared = new URL(`node_modules/@types/fhir/${release.declarations}.d.ts`, root);
    const table = new URL(`src/formats/fhir/definitions/${release.table}.ts`, root);
    expect(readFileSync(table, 'utf8') === moduleOf(release, readFileSync(declared, 'utf8'))).toBe(true);
  });
});
