import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { readDocument } from '../src/commands/inputs.ts';
import { buildRecord, recordSchema } from '../src/model/index.ts';

const kept: unknown = JSON.parse(
  readFileSync(new URL('../docs/record.schema.json', import.meta.url), 'utf8'),
);

describe('the published JSON Schema', () => {
  it('is the schema of the rows as they are: renaming a field means changing the published file by hand', () => {
    expect(JSON.parse(JSON.stringify(recordSchema()))).toEqual(kept);
  });

  it('accepts the sample person and refuses a member it does not name', async () => {
    const bytes = readFileSync(new URL('../samples/jane-doe.fhir.json', import.meta.url));
    const { source, entries, findings } = await readDocument(bytes, 'jane-doe.fhir.json');
    const { record } = buildRecord({ sources: [source], entries, findings });
    const validate = new Ajv2020({ strict: false }).compile(recordSchema());
    const asJson: unknown = JSON.parse(JSON.stringify(record));
    expect(validate(asJson), JSON.stringify(validate.errors)).toBe(true);
    const renamed: unknown = JSON.parse(JSON.stringify(record).replaceAll('"reactions"', '"reaction"'));
    expect(validate(renamed)).toBe(false);
  });
});
