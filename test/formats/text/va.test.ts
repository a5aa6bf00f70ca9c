import { describe, expect, it } from 'vitest';
import { recordOf } from '../../facts/reading.ts';
import { findingCodes, ofType, rowsIn, vaReport } from './reports.ts';

const rule = '-------------------------------------------------------------------------';
const heavy = '=========================================================================';

const note = (text: string): string =>
  `Source: VA\nLast Updated:\n\n${heavy}\nDate/Time:               25 Jan 2013 @ 0701\nNote Title:              CARDIOLOGY\nLocation:                HARBOR VAMC\nSigned By:               DOCTOR, ONE\nDate/Time Signed:        25 Jan 2013 @ 0707\n${rule}\n${text}`;

const lab = (body: string): string =>
  `Source: VA\n\n${heavy}\nLab Test: Potassium\nLab Type: Chemistry/Hematology\nSpecimen: Plasma\nDate/Time Collected: 17 Jan 2013 @ 1341\n${rule}\n${body}\n${rule}\n\nComments: hemolyzed\n\n${heavy}\n`;

describe('a note in a VA text report', () => {
  it('is kept as it is, with rules, quoted titles and keys that are no part of the report', async () => {
    const text =
      ' 145 H :  102\n------ : ------ : ------ 150\n=====\n---------------- VA ALLERGIES ----------------\nStatus: Active\nDate/Time: later';
    const built = await recordOf(vaReport([['VA NOTES', note(text)]]));
    const [row] = rowsIn(built, 'notes').filter(({ resourceType }) => resourceType === 'DocumentReference');
    expect(row).toMatchObject({ name: 'CARDIOLOGY', attachments: [{ text }] });
    expect(rowsIn(built, 'allergies')).toEqual([]);
  });

  it('is one of two where a rule and the first key of the next follow', async () => {
    const built = await recordOf(
      vaReport([['VA NOTES', `${note('one')}\n${note('two').slice(note('').indexOf('='))}`]]),
    );
    const texts = rowsIn(built, 'notes').flatMap((row) => JSON.stringify(row['attachments'] ?? []));
    expect(texts.filter((one) => /"text":"(one|two)"/.test(one))).toHaveLength(2);
  });
});

describe('a laboratory result in a VA text report', () => {
  it('has the value, the flag as its word, the range, and the interpretation with its colons', async () => {
    const built = await recordOf(
      vaReport([
        [
          'VA LABORATORY RESULTS',
          lab(
            'Test Name: POTASSIUM\nResult: 6.50 Critical High\nUnits: mmol/L\nReference Range: (3.5-5.0)\nInterpretation: LOW RISK:     <5\nHIGH RISK:    >=6\nStatus: Final',
          ),
        ],
      ]),
    );
    expect(rowsIn(built, 'results').find(({ resourceType }) => resourceType === 'Observation')).toMatchObject(
      {
        name: 'POTASSIUM',
        value: '6.50',
        unit: 'mmol/L',
        flag: 'CRITICALLY HIGH',
        range: '3.5-5.0',
        date: '2013-01-17T13:41',
        statusAsRecorded: 'final',
        notes: ['LOW RISK:     <5\nHIGH RISK:    >=6'],
      },
    );
    const [panel] = rowsIn(built, 'results').filter(
      ({ resourceType }) => resourceType === 'DiagnosticReport',
    );
    expect(panel?.details).toContain('Comments: hemolyzed');
  });

  it('that is pending has no value and is not final', async () => {
    const body = 'Test Name: POTASSIUM\nResult:  \nUnits: mEq/L\nReference Range: (3.6-5.1)\nStatus: Pending';
    const built = await recordOf(vaReport([['VA LABORATORY RESULTS', lab(body)]]));
    const row = rowsIn(built, 'results').find(({ resourceType }) => resourceType === 'Observation');
    expect(row).toMatchObject({ statusAsRecorded: 'registered', assertion: 'unconfirmed' });
    expect(row?.['value']).toBeUndefined();
  });

  it('is the first of its block though no rule stands before it (v12.4)', async () => {
    const built = await recordOf(
      vaReport([
        [
          'VA LABORATORY RESULTS',
          `Source: VA\n\n${heavy}\nLab Test: Potassium\nDate/Time Collected: 17 Jan 2013 @ 1341\n\nCollected Location: HARBOR\nTest Name: POTASSIUM\nResult: 4.1\nStatus: Final\n`,
        ],
      ]),
    );
    expect(ofType(built, 'Observation').map(({ resource }) => resource['code'])).toEqual([
      { text: 'POTASSIUM' },
    ]);
  });
});

describe('an allergy in a VA text report', () => {
  it('has its comment whole, over a blank line and with a colon', async () => {
    const body =
      'Source: VA\n\nAllergy Name:        IMIPRAMINE\nReaction:            HIVES, NAUSEA\nAllergy Type:        DRUG\nComments:            severe\n\nseen twice: 1999 and 2003\n\nPlease contact your health care team with any questions.\n';
    const built = await recordOf(vaReport([['VA ALLERGIES', body]]));
    expect(rowsIn(built, 'allergies')).toMatchObject([
      {
        name: 'IMIPRAMINE',
        reactions: ['HIVES and NAUSEA'],
        categories: ['medication'],
        notes: ['severe\nseen twice: 1999 and 2003'],
        status: 'not stated',
      },
    ]);
    expect(findingCodes(built)).toEqual([]);
  });

  it('is denied where the name says so, and nothing is said where the section is empty', async () => {
    const none = await recordOf(
      vaReport([['VA ALLERGIES', 'Source: VA\n\nAllergy Name: No Known Allergies\n']]),
    );
    expect(rowsIn(none, 'allergies')).toMatchObject([{ assertion: 'negated' }]);
    const empty = await recordOf(
      vaReport([
        ['VA ALLERGIES', 'Source: VA\n\nNo information was available that matched your selection.\n'],
      ]),
    );
    expect(empty.record.sectionStates['allergies']).toMatchObject([{ state: 'not-recorded' }]);
  });
});

const vital = (date: string, time: string): string =>
  `Measurement Type: Heart rate \nDate: ${date}\nTime: ${time}\nHeart Rate: 77\n`;

describe('what a person reports in a VA text report', () => {
  it('is marked as self-reported, in the row and before everybody who reads it', async () => {
    const body =
      'Source: Self-Entered\n\nAllergy Name: Peanuts\nDate:         01 Aug 1980\nSeverity:     Moderate\n\nReaction: Hives \n';
    const built = await recordOf(vaReport([['SELF REPORTED ALLERGIES', body]]));
    expect(rowsIn(built, 'allergies')).toMatchObject([
      { name: 'Peanuts', informant: 'patient', start: '1980-08-01', severity: 'Moderate' },
    ]);
  });

  it('has no time of day where the form put 2359, and no date where the day is none', async () => {
    const built = await recordOf(
      vaReport([
        [
          'SELF REPORTED VITALS AND READINGS',
          `Source: Self-Entered\n\n${vital('07 Jan 2013', '2359')}${vital('07 Jan 2013', '0810')}${vital('31 Jun 2011', '0900')}`,
        ],
      ]),
    );
    const dates = rowsIn(built, 'vital-signs').map(({ date }) => date ?? 'none');
    expect(dates.toSorted()).toEqual(['2013-01-07', '2013-01-07T08:10', 'none']);
    expect(findingCodes(built)).toEqual(['bad-date']);
  });
});

describe('the summary tables of a VA text report', () => {
  it('are not counted again, but a reading that stands in them alone is not lost', async () => {
    const body = `Source: VA\n\n${heavy}\nVital Sign or Health Reading   Measurement            Date/Time Collected\n${rule}\n\nBlood Pressure                 190/70 mm[Hg]          07 Jan 2013 @ 1527\nPain Level                     3                      07 Jan 2012 @ 1527\n\n${heavy}\nVital Sign:           Blood Pressure\nMeasurement:          190/70 mm[Hg]\nComments:             -- \nDate/Time Collected:  07 Jan 2013 @ 1527\n`;
    const built = await recordOf(vaReport([['VA VITALS AND READINGS', body]]));
    expect(new Set(rowsIn(built, 'vital-signs').map(({ name }) => name))).toEqual(
      new Set(['Blood Pressure', 'Pain Level']),
    );
    expect(rowsIn(built, 'vital-signs')).toHaveLength(2);
  });
});

describe('a VA text report', () => {
  it('says who produced it, beside its version', async () => {
    expect((await recordOf(vaReport([]))).record.sources).toMatchObject([
      { format: 'VA Blue Button text v12.10', producer: 'VA My HealtheVet', asOf: '2014-11-05' },
    ]);
  });

  const allergies = 'Source: VA\n\nAllergy Name: LATEX\nReaction: HIVES\n';

  it('cut in the middle says so, and what came is read', async () => {
    const whole = vaReport([
      ['VA ALLERGIES', allergies],
      ['VA PROBLEM LIST', 'Source: VA\n\nProblem: Asthma\nStatus: ACTIVE\n'],
    ]);
    const built = await recordOf(whole.slice(0, whole.indexOf('Status: ACTIVE')));
    expect(findingCodes(built)).toEqual(['cut-short']);
    expect(rowsIn(built, 'problems')).toMatchObject([{ name: 'Asthma', status: 'not stated' }]);
  });

  it('of a version never seen, with a section twice and one unknown, is read and says all three', async () => {
    const built = await recordOf(
      vaReport(
        [
          ['VA ALLERGIES', allergies],
          ['VA COVID RECORDS', 'Source: VA\n\nTest: negative\n'],
          ['VA ALLERGIES', allergies.replace('LATEX', 'DUST')],
        ],
        '13.1',
      ),
    );
    expect(findingCodes(built).toSorted()).toEqual(['section-twice', 'unknown-section', 'unknown-version']);
    expect(rowsIn(built, 'allergies').map(({ name }) => name)).toEqual(['LATEX', 'DUST']);
    expect(built.record.written.map(({ title }) => title)).toContain('VA COVID RECORDS');
  });

  it('keeps a key that nobody knows, with its value', async () => {
    const built = await recordOf(vaReport([['VA ALLERGIES', `${allergies}Verified By: NURSE, ONE\n`]]));
    expect(rowsIn(built, 'allergies')[0]?.details).toContain('Verified By: NURSE, ONE');
  });

  it('of two people is refused', async () => {
    const one = vaReport([['VA ALLERGIES', allergies]]);
    await expect(recordOf(one + one.replace('ROE, RICHARD Q', 'DOE, JANE'))).rejects.toThrow(
      /more than one person/,
    );
  });

  it('names the lines each row comes from', async () => {
    const text = vaReport([['VA ALLERGIES', allergies]]);
    const built = await recordOf(text);
    const first = text.split('\n').findIndex((line) => line.startsWith('Allergy Name')) + 1;
    expect(rowsIn(built, 'allergies')[0]?.sources).toMatchObject([
      { line: first, endLine: first + 1, pointer: `line=${first - 1},${first + 1}` },
    ]);
  });

  it('with a line of ten thousand characters and tabs is read', async () => {
    const long = `${allergies}Comments:\t${'word '.repeat(2000)}\n`;
    const built = await recordOf(vaReport([['VA ALLERGIES', long]]));
    expect(rowsIn(built, 'allergies')).toMatchObject([{ name: 'LATEX' }]);
  });

  it('shows a prescription with refills and the pharmacy’s own word', async () => {
    const body =
      'Source: VA\n\nMedication: AMLODIPINE 5MG TAB \nInstructions: TAKE ONE TABLET BY MOUTH DAILY WITH A LOT OF WATER IN THE \nMORNING --TAKE WITH FOOD-- \nStatus: Expired\nRefills Remaining: 3\nLast Filled On: 20 Aug 2010\nInitially Ordered On: 1 Jul 2010\nQuantity: 45\nDays Supply: 90\nPharmacy: DAYTON\nPrescription Number: 2718953\n';
    const built = await recordOf(vaReport([['VA MEDICATION HISTORY', body]]));
    expect(rowsIn(built, 'medications')).toMatchObject([
      {
        name: 'AMLODIPINE 5MG TAB',
        dosage: ['TAKE ONE TABLET BY MOUTH DAILY WITH A LOT OF WATER IN THE MORNING --TAKE WITH FOOD--'],
        refillsRemaining: '3',
        lastFilled: '2010-08-20',
        recorded: '2010-07-01',
        daysSupply: '90 days',
        statusReasons: ['Expired'],
        status: 'past',
      },
    ]);
  });
});

describe('what a VA text report says in another way than it should', () => {
  it('is not lost: a key in other capitals, before and after a record', async () => {
    const body =
      'Source: VA\n\nallergy name: IMIPRAMINE\nReaction: ANAPHYLAXIS\nComments: severe\n\nALLERGY NAME: BACTRIM\nReaction: HIVES\n';
    const built = await recordOf(vaReport([['VA ALLERGIES', body]]));
    expect(rowsIn(built, 'allergies').map(({ name, reactions }) => [name, reactions])).toEqual([
      ['IMIPRAMINE', ['ANAPHYLAXIS']],
      ['BACTRIM', ['HIVES']],
    ]);
  });

  it('is kept: a key that stands twice in one record', async () => {
    const body = 'Source: VA\n\nAllergy Name: LATEX\nReaction: HIVES\nReaction: SWELLING\n';
    const [row] = rowsIn(await recordOf(vaReport([['VA ALLERGIES', body]])), 'allergies');
    expect(row).toMatchObject({ reactions: ['HIVES'] });
    expect(row?.details).toContain('Reaction: SWELLING');
  });

  it('stays the person’s comment, though it begins like the report’s own words', async () => {
    const body =
      'Source: Self-Entered\n\nAllergy Name: Egg\n\nReaction: Hives\n\nComments: mild\n\nNOTE: last time I needed an EpiPen.\n\nHowever, if it is baked I can eat it.\n';
    const [row] = rowsIn(await recordOf(vaReport([['SELF REPORTED ALLERGIES', body]])), 'allergies');
    expect(row?.['notes']).toEqual([
      'mild\nNOTE: last time I needed an EpiPen.\nHowever, if it is baked I can eat it.',
    ]);
  });

  it('keeps a status that is none of the known ones, and an amount that is no number', async () => {
    const result = await recordOf(
      vaReport([['VA LABORATORY RESULTS', lab('Test Name: K\nResult: 4.1\nStatus: Not Performed')]]),
    );
    const row = rowsIn(result, 'results').find(({ resourceType }) => resourceType === 'Observation');
    expect(row?.details).toContain('Status: Not Performed');
    const body = 'Source: VA\n\nMedication: X\nQuantity: 45 EA\nDays Supply: 90 days\n';
    const [medicine] = rowsIn(await recordOf(vaReport([['VA MEDICATION HISTORY', body]])), 'medications');
    expect(medicine?.details).toEqual(expect.arrayContaining(['Quantity: 45 EA', 'Days Supply: 90 days']));
  });

  it.each([
    ['NEGATIVE', 'NEGATIVE', undefined],
    ['1:64', '1:64', undefined],
    ['+2 High', '+2 High', undefined],
    ['007', '007', undefined],
    ['Very Low', 'Very Low', undefined],
    ['6.5 HIGH', '6.5', 'HIGH'],
    ['<5 L', '<5', 'LOW'],
    ['5.0', '5.0', undefined],
  ])('reads the result %s as %s', async (printed, value, flag) => {
    const built = await recordOf(
      vaReport([
        ['VA LABORATORY RESULTS', lab(`Test Name: X\nResult: ${printed}\nUnits: mg/dL\nStatus: Final`)],
      ]),
    );
    const row = rowsIn(built, 'results').find(({ resourceType }) => resourceType === 'Observation');
    expect([row?.['value'], row?.['flag']]).toEqual([value, flag]);
  });

  it('tells what stands beside the tests of a specimen', async () => {
    const built = await recordOf(
      vaReport([
        [
          'VA LABORATORY RESULTS',
          lab('SPECIMEN HEMOLYZED - RESULT UNRELIABLE\nTest Name: K\nResult: 6.5\nStatus: Final'),
        ],
      ]),
    );
    const panel = rowsIn(built, 'results').find(({ resourceType }) => resourceType === 'DiagnosticReport');
    expect(panel?.details).toEqual(
      expect.arrayContaining(['SPECIMEN HEMOLYZED - RESULT UNRELIABLE', 'Comments: hemolyzed']),
    );
  });

  it.each([
    ['CANCELLED BY CLINIC', 'not-done'],
    ['NO-SHOW', 'not-done'],
    ['FUTURE', 'planned'],
    ['RESCHEDULED', 'stated'],
  ])('an appointment that is %s is %s, though it stands among the future ones', async (status, assertion) => {
    const body = `Source: VA\n\nFUTURE APPOINTMENTS:\n--------------------\nDate/Time:      09 Dec 2013 @ 0800\nStatus:         ${status}\nClinic:         EYE\n`;
    const rows = rowsIn(await recordOf(vaReport([['VA APPOINTMENTS', body]])), 'other');
    expect(rows.find(({ resourceType }) => resourceType === 'Appointment')?.assertion).toBe(assertion);
  });

  it('is no part of the person: whom to call, and no admission is over before its day', async () => {
    const contacts =
      'Source: Self-Entered\n\nEMERGENCY CONTACTS\n\n  Contact First Name:  Two\n  Contact Last Name:   Roe\n  Home Phone Number:   222-2222\n';
    const built = await recordOf(vaReport([['SELF REPORTED DEMOGRAPHICS', contacts]]));
    expect(built.record.person).toMatchObject({
      contacts: [],
      relatives: [expect.stringContaining('222-2222')],
    });
    const stay = `Source: VA\n\n${heavy}\nAdmission Date:       10 Dec 2012 @ 0935\nLocation:             HARBOR\nDischarge Date:       STILL ADMITTED\n`;
    const [encounter] = ofType(
      await recordOf(vaReport([['VA ADMISSIONS AND DISCHARGES', stay]])),
      'Encounter',
    );
    expect(encounter?.resource['status']).toBeUndefined();
  });

  it('does not end with an end that a note quotes, nor begin a section with a title that a note quotes', async () => {
    const text =
      'one\n--- END OF MY HEALTHEVET PERSONAL INFORMATION REPORT ---\n-------- HISTORY --------\nSource: patient and wife\ntwo';
    const built = await recordOf(
      vaReport([
        ['VA NOTES', note(text)],
        ['VA ALLERGIES', 'Source: VA\n\nAllergy Name: LATEX\n'],
      ]),
    );
    expect(rowsIn(built, 'allergies')).toMatchObject([{ name: 'LATEX' }]);
    expect(
      rowsIn(built, 'notes').some((row) =>
        JSON.stringify(row['attachments'] ?? '').includes('patient and wife'),
      ),
    ).toBe(true);
  });

  it('is read from a copy in which nearly every line is followed by an empty one', async () => {
    const whole = vaReport([
      [
        'VA VITALS AND READINGS',
        `Source: VA\n\n${heavy}\nVital Sign or Health Reading   Measurement            Date/Time Collected\n${rule}\nPain Level                     3                      07 Jan 2012 @ 1527\nHeight                         70 in                  07 Jan 2012 @ 1527\n`,
      ],
    ]);
    const copy = whole.split('\n').join('\n\n');
    expect(rowsIn(await recordOf(copy), 'vital-signs')).toHaveLength(2);
  });
});
