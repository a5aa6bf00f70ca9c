import { describe, expect, it } from 'vitest';
import { read } from '../facts/reading.ts';

const codesOf = async (content: unknown): Promise<string[]> =>
  (await read(JSON.stringify(content))).findings
    .filter(({ severity }) => severity === 'lost')
    .map(({ code }) => code);

describe('a file that is less than it seems', () => {
  const allergy = { resourceType: 'AllergyIntolerance', id: 'a', patient: { reference: 'Patient/1' } };

  it('is named when it is one page of a search that has more', async () => {
    const page = { resourceType: 'Bundle', type: 'searchset', total: 250, entry: [{ resource: allergy }] };
    expect(
      await codesOf({ ...page, link: [{ relation: 'next', url: 'https://x.example/fhir?page=2' }] }),
    ).toEqual(['more-pages']);
    expect(await codesOf({ ...page, link: [{ relation: 'self', url: 'https://x.example/fhir' }] })).toEqual(
      [],
    );
  });
});

describe('what is no FHIR at all', () => {
  it('is refused: an empty list', async () => {
    await expect(read('[]')).rejects.toMatchObject({ code: 'not-a-health-record' });
  });

  it('is refused: rows this tool wrote itself, which would lose what they say of negation', async () => {
    const row = {
      section: 'allergies',
      id: 'a',
      resourceType: 'AllergyIntolerance',
      name: 'Latex',
      assertion: 'refuted',
      statusAsRecorded: null,
    };
    const lines = `${JSON.stringify(row)}\n${JSON.stringify(row)}\n`;
    await expect(read(lines)).rejects.toMatchObject({ code: 'not-a-health-record' });
  });

  it('but an empty Bundle is an empty record', async () => {
    const { entries } = await read(JSON.stringify({ resourceType: 'Bundle', type: 'searchset' }));
    expect(entries).toEqual([]);
  });
});
