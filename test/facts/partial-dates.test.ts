import { describe, expect, it } from 'vitest';
import { csvOf, onlyRow, recordOf, recordOfResources, rendered } from './reading.ts';

const dates = [
  '2014',
  '2014-03',
  '2014-03-05',
  '2014-03-05T23:30:00-11:00',
  '2014-03-05T00:15:00+14:00',
  '2014-12-31T23:59:60Z',
  '2014-03-05T10:00:00.120Z',
  '0001-01-01',
];

const row = async (members: object): Promise<unknown> =>
  onlyRow(await recordOfResources([{ resourceType: 'Procedure', ...members }])).row;

describe('the date of a source', () => {
  it.each(['garbage', '2014-3-5', '20140305', ''])(
    'that is none, %j, is not taken for one',
    async (timestamp) => {
      const built = await recordOf(JSON.stringify({ resourceType: 'Bundle', type: 'collection', timestamp }));
      expect(built.record.sources[0]).not.toHaveProperty('asOf');
    },
  );
});

describe('a date', () => {
  it.each(dates)('%s is the same text in rows, JSON, NDJSON, CSV and FHIR', async (date) => {
    const built = await recordOfResources([
      { resourceType: 'Observation', code: { text: 'Potassium' }, effectiveDateTime: date, issued: date },
    ]);
    expect(onlyRow(built).row).toMatchObject({ date, recorded: date });
    const quoted = JSON.stringify(date);
    expect(rendered('json', built)).toContain(`"date": ${quoted}`);
    expect(rendered('ndjson', built)).toContain(`"date":${quoted}`);
    expect(rendered('fhir', built)).toContain(`"effectiveDateTime":${quoted}`);
    expect(csvOf(built, 'results')[0]).toMatchObject({ date, recorded: date });
  });

  it.each(dates)('%s is shown to people as the day it was written, never another', async (date) => {
    const built = await recordOfResources([
      { resourceType: 'Procedure', code: { text: 'Biopsy' }, performedDateTime: date },
    ]);
    for (const format of ['text', 'markdown']) {
      const line = rendered(format, built)
        .split('\n')
        .find((candidate) => candidate.includes('Biopsy'));
      expect(line?.match(/\d{4}(-\d{2}){0,2}(?![\d-])/g)?.[0]).toBe(date.slice(0, 10));
    }
  });

  it('of birth stays a year where only a year is known', async () => {
    const built = await recordOf('{"resourceType":"Patient","id":"1","birthDate":"1950"}');
    expect(built.record.person?.birthDate).toBe('1950');
    expect(rendered('text', built)).toMatch(/born 1950 *(·|$)/m);
  });

  it('of a period, a timing and a phrase each stay what they are', async () => {
    expect(await row({ performedPeriod: { start: '2014', end: '2014-03' } })).toMatchObject({
      start: '2014',
      end: '2014-03',
      date: undefined,
    });
    expect(await row({ performedString: 'as a child' })).toMatchObject({ performed: 'as a child' });
    expect(await row({ performedAge: { value: 12, unit: 'years' } })).toMatchObject({
      performed: '12 years',
    });
  });

  it('of the source is the one it states, as it states it', async () => {
    const { record } = await recordOfResources([{ resourceType: 'Basic' }], '2014-03-05T23:30:00-11:00');
    expect(record.sources[0]?.asOf).toBe('2014-03-05T23:30:00-11:00');
    const undated = await recordOfResources([{ resourceType: 'Basic' }]);
    expect(undated.record.sources[0]).not.toHaveProperty('asOf');
  });
});
