import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { recordOf } from '../../facts/reading.ts';
import { findingCodes, ofType, rowsIn } from './reports.ts';

const sample = readFileSync(
  new URL('../../../samples/documents/va-gov-blue-button.txt', import.meta.url),
  'utf8',
);

const line = '_'.repeat(53);
const dashes = '-'.repeat(53);
const report = (title: string, body: string): string =>
  `\nVA Blue Button® report\n\nThis report includes key information from your VA medical records.\nRichard Roe\n\nDate of birth: March 1, 1948\n\n${line}\nThe following records have been downloaded:\n${dashes}\n\nRecords in this report\n\n${line}\n\n1) ${title}\n\n${body}\n`;

describe('the report of VA.gov', () => {
  it('is recognised, with its person, and has as many records as its titles', async () => {
    const built = await recordOf(sample);
    expect(built.record.person).toMatchObject({ birthDate: '1975-05-01' });
    const count = (pattern: RegExp): number => sample.match(pattern)?.length ?? 0;
    expect(rowsIn(built, 'allergies')).toHaveLength(count(/^Signs and symptoms:/gm));
    expect(rowsIn(built, 'immunizations')).toHaveLength(count(/^Date received:/gm));
    expect(rowsIn(built, 'problems')).toHaveLength(count(/^Status of health condition:/gm));
    expect(rowsIn(built, 'medications')).toHaveLength(count(/^Title: (?!DOD)/gm));
    expect(ofType(built, 'Appointment')).toHaveLength(count(/^Appointment type:/gm));
    expect(findingCodes(built)).not.toContain('unread-lines');
  });

  it('says what VA could not reach: that is not nothing', async () => {
    const text = report('Vaccines', '').replace(
      'Records in this report',
      "Records in this report\n\nInformation we can't access right now\n\n  • Allergies",
    );
    const { record } = await recordOf(text);
    expect(record.sectionStates['allergies']).toMatchObject([{ state: 'not-read' }]);
    expect(record.findings.map(({ code }) => code)).toEqual(['not-accessible']);
  });

  it('has readings of a kind it leaves without a name, and they stay without one', async () => {
    const body = `Heart rate\n${dashes}\n  \nJanuary 5, 2024\nResult: 70 beats per minute\nLocation: HARBOR\nProvider Notes: None recorded\n\n\n${dashes}\n  \nJanuary 5, 2024\nResult: 3\nLocation: HARBOR\nProvider Notes: None recorded\n`;
    const built = await recordOf(report('Vitals', body));
    expect(rowsIn(built, 'vital-signs').map(({ name, value }) => [name, value])).toEqual([
      ['Heart rate', '70'],
      [null, '3'],
    ]);
  });

  it('has the status of a prescription without the advice printed below it', async () => {
    const body =
      'Title: LISINOPRIL 10MG TAB\n\nAbout your prescription:\n- Last filled on: March 3, 2024\n- Status: Active\n- You can request a refill now.\n- Refills left: 2\n\nAbout this medication or supply:\n- Instructions: TAKE ONE\n- Quantity: 90\n';
    const built = await recordOf(report('Medications', body));
    expect(rowsIn(built, 'medications')).toMatchObject([
      {
        name: 'LISINOPRIL 10MG TAB',
        statusAsRecorded: 'active',
        refillsRemaining: '2',
        lastFilled: '2024-03-03',
      },
    ]);
  });

  it('has a result with its flag, and one that is pending without', async () => {
    const body = `CHEM PANEL on April 17, 2024\n${dashes}\nDetails about this test:\n \nOrdered by: DR ONE\nDate completed: April 17, 2024\n \nResults:\n \nPOTASSIUM\nResult: 6.50 mmol/L (High)\nReference range: 3.5 - 5.0\nStatus: Final\nSODIUM\nStatus: Pending\n`;
    const built = await recordOf(report('Lab and test results', body));
    expect(
      rowsIn(built, 'results').filter(({ resourceType }) => resourceType === 'Observation'),
    ).toMatchObject([
      {
        name: 'POTASSIUM',
        value: '6.50',
        unit: 'mmol/L',
        flag: 'HIGH',
        range: '3.5 - 5.0',
        date: '2024-04-17',
      },
      { name: 'SODIUM', statusAsRecorded: 'registered' },
    ]);
  });
});
