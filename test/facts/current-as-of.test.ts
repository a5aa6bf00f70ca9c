import { describe, expect, it } from 'vitest';
import { csvOf, recordOf, recordOfResources, rendered, rowsOf } from './reading.ts';

const bundle = (text: string, timestamp?: string): string =>
  JSON.stringify({
    resourceType: 'Bundle',
    type: 'collection',
    timestamp,
    entry: [
      {
        resource: {
          resourceType: 'Condition',
          code: { text },
          clinicalStatus: { coding: [{ code: 'active' }] },
        },
      },
    ],
  });

describe('what is current', () => {
  it('is current as of the date of its source, which the row states', async () => {
    const built = await recordOf(bundle('Asthma', '2014-03-01T23:30:00-11:00'));
    expect(rowsOf(built)[0]?.row).toMatchObject({ status: 'current', asOf: '2014-03-01T23:30:00-11:00' });
    expect(csvOf(built, 'problems')[0]).toMatchObject({ asOf: '2014-03-01T23:30:00-11:00' });
    expect(rendered('ndjson', built)).toContain('"asOf":"2014-03-01T23:30:00-11:00"');
  });

  it.each(['text', 'markdown'])('has the date beside the heading in %s', async (format) => {
    const built = await recordOf(bundle('Asthma', '2014-03-01T00:00:00Z'));
    expect(rendered(format, built)).toMatch(/Current as of 2014-03-01\n/);
  });

  it.each(['text', 'markdown'])(
    'of several sources has each date beside the name, and says where there is none, in %s',
    async (format) => {
      const built = await recordOf(
        bundle('Asthma', '2014-03-01T00:00:00Z'),
        bundle('Gout', '2020-06-01T00:00:00Z'),
        bundle('Cough'),
      );
      const text = rendered(format, built);
      expect(text).toMatch(/Current\n/);
      expect(text).toMatch(/Asthma( \||) +2014-03-01/);
      expect(text).toMatch(/Gout( \||) +2020-06-01/);
      expect(text).toMatch(/Cough( \||) +no date stated/);
    },
  );

  it('of a source without a date says so', async () => {
    const built = await recordOf(bundle('Asthma'));
    expect(rowsOf(built)[0]?.row).not.toHaveProperty('asOf', expect.anything());
    expect(rendered('text', built)).toContain('Current, as of a date its source does not state\n');
  });

  it('is all that has such a date: what is not stated to be current or past has none', async () => {
    const built = await recordOfResources(
      [{ resourceType: 'Observation', status: 'final', code: { text: 'Potassium' } }],
      '2014-03-01T00:00:00Z',
    );
    expect(rowsOf(built)[0]?.row).not.toHaveProperty('asOf', expect.anything());
  });
});
