import { describe, expect, it } from 'vitest';
import { recordOf } from '../../facts/reading.ts';
import { findingCodes, medicareReport, ofType, rowsIn } from './reports.ts';

const rule = '--------------------------------';

const claim = (number: string, more = 'Claim Type: PartB\n'): string =>
  `Claim Number: ${number}\nProvider: RIVERSIDE\nService Start Date: 10/18/2012\nAmount Charged: $1,060.00\nMedicare Approved: $34.00\nProvider Paid: $27.20\nYou May be Billed: $6.80\n${more}Diagnosis Code 1: 3534\n`;

const lines = (number: string, ...amounts: string[]): string =>
  `${rule}\nClaim Lines for Claim Number: ${number}\n${rule}\n\n${amounts
    .map(
      (amount, index) =>
        `Line number:  ${index + 1}\nDate of Service From:  10/18/2012\nProcedure Code/Description:  G0008 - Administration of influenza virus vaccine\nSubmitted Amount/Charges:  ${amount}\n`,
    )
    .join('\n')}\n`;

const drug = (number: string): string =>
  `${rule}\nClaim Lines for Claim Number: ${number}\n${rule}\n\nClaim Type: Part D\nClaim Number: ${number}\nClaim Service Date: 11/17/2011\nPharmacy Name: CORNER PHARMACY\nDrug Code: 00093013505\nDrug Name: CARVEDILOL\nDays' Supply: 30\n`;

const claimsOf = (body: string): string =>
  medicareReport([['Claim Summary', `Source: MyMedicare.gov\n\n${body}`]]);

it('a Medicare text report says who produced it', async () => {
  expect((await recordOf(medicareReport([]))).record.sources).toMatchObject([
    { producer: 'Medicare (MyMedicare.gov)' },
  ]);
});

describe('a claim in a Medicare text report', () => {
  it('says who, what for, billed, allowed, paid and the share, digits as printed', async () => {
    const built = await recordOf(claimsOf(claim('111') + lines('111', '$60.00')));
    expect(rowsIn(built, 'claims')).toMatchObject([
      {
        name: 'PartB',
        number: '111',
        provider: 'RIVERSIDE',
        start: '2012-10-18',
        billed: '1060.00 USD',
        allowed: '34.00 USD',
        paid: '27.20 USD',
        share: '6.80 USD',
        diagnoses: ['ICD-9-CM 3534'],
        services: ['G0008 - Administration of influenza virus vaccine'],
      },
    ]);
  });

  it('is a claim of its own after a drug claim, and takes nothing from it', async () => {
    const built = await recordOf(
      claimsOf(drug('901') + drug('902') + `${rule}\n\n${rule}\n` + claim('111') + lines('111', '$60.00')),
    );
    expect(rowsIn(built, 'claims').map(({ name, number, billed }) => [name, number, billed])).toEqual([
      ['Part D', '901', undefined],
      ['Part D', '902', undefined],
      ['PartB', '111', '1060.00 USD'],
    ]);
  });

  it('gets the lines of its own number, whatever stands between', async () => {
    const built = await recordOf(
      claimsOf(claim('111') + claim('222') + lines('111', '$1.00') + lines('222', '$2.00', '$3.00')),
    );
    const counts = ofType(built, 'ExplanationOfBenefit').map(
      ({ resource }) => [resource['item']].flat().length,
    );
    expect(counts).toEqual([1, 2]);
  });

  it('without a stated total is summed only where every line has its amount, and says so', async () => {
    const bare = claim('111').replaceAll(/: \$[\d,.]+/g, ': * Not Available *');
    const all = await recordOf(claimsOf(bare + lines('111', '$60.00', '$0.50')));
    expect(rowsIn(all, 'claims')).toMatchObject([{ billed: '60.50 USD (sum of lines)' }]);
    const some = await recordOf(claimsOf(bare + lines('111', '$60.00', '* Not Available *')));
    expect(rowsIn(some, 'claims')[0]?.['billed']).toBeUndefined();
  });

  it('does not count the line that adds the others up', async () => {
    const total = lines('111', '$14.30', '$14.30').replace(
      /(Line number: {2}2\n.*\n)Procedure.*\n/,
      '$1Revenue Code/Description: 0001 - Total Charges\n',
    );
    const built = await recordOf(claimsOf(claim('111', 'Claim Type: Outpatient\n') + total));
    const [eob] = ofType(built, 'ExplanationOfBenefit');
    expect(eob?.resource['item']).toHaveLength(1);
    expect(eob?.text).toContain('0001 - Total Charges');
  });

  it('keeps an amount and a quantity that it does not understand as they are', async () => {
    const built = await recordOf(
      claimsOf(claim('111').replace('$34.00', '($34 CR)') + lines('111', '$60.00')),
    );
    expect(rowsIn(built, 'claims')[0]?.['allowed']).toBeUndefined();
    expect(rowsIn(built, 'claims')[0]?.details).toContain('Medicare Approved: ($34 CR)');
  });

  it('codes diagnoses by the day of service: ICD-9-CM before October 2015, ICD-10-CM after', async () => {
    const late = claim('222').replace('10/18/2012', '10/18/2016').replace('3534', 'E119');
    const built = await recordOf(claimsOf(claim('111') + late));
    const systems = ofType(built, 'ExplanationOfBenefit').map(
      ({ text }) => /sid\/(icd-\d+-cm)/.exec(text)?.[1],
    );
    expect(systems).toEqual(['icd-9-cm', 'icd-10-cm']);
  });
});

const condition = (end: string): string =>
  `Source: Self-Entered\n\nCondition Name: Asthma\n\nMedical Condition Start Date: 01/25/2008\n\nMedical Condition End Date: ${end}\n`;

/** Whether a condition with this end is current or past. */
const statusOf = async (end: string): Promise<string | undefined> =>
  rowsIn(
    await recordOf(medicareReport([['Self Reported Medical Conditions', condition(end)]])),
    'problems',
  )[0]?.status;

describe('a Medicare text report', () => {
  const allergy =
    'Source: Self-Entered\n\nAllergy Name: Egg\n\nType: Food\n\nReaction: Hives\n\nComments: \n';

  it('is the same with and without a blank after the colon, and with a key nobody knows', async () => {
    const built = await recordOf(
      medicareReport([
        [
          'Self Reported Allergies',
          allergy.replaceAll(': ', ':').replace('Comments:', 'Told by:Mother\nComments:'),
        ],
      ]),
    );
    expect(rowsIn(built, 'allergies')).toMatchObject([
      { name: 'Egg', reactions: ['Hives'], categories: ['food'], informant: 'patient' },
    ]);
    expect(rowsIn(built, 'allergies')[0]?.details).toContain('Told by: Mother');
  });

  it('reads records that lack their first key, and those that have it later', async () => {
    const other =
      'Source: MyMedicare.gov\n\nPolicy Number: 1\n\nInsurer Name: ONE\n\nPolicy Number: 2\n\nInsurer Name: TWO\n';
    const swapped =
      'Source: Self-Entered\n\nType: Drugs\n\nAllergy Name: Penicillin\n\nType: Food\n\nAllergy Name: Egg\n';
    const built = await recordOf(
      medicareReport([
        ['Other Insurance', other],
        ['Self Reported Allergies', swapped],
      ]),
    );
    expect(rowsIn(built, 'coverage').map(({ name }) => name)).toEqual(['ONE', 'TWO']);
    expect(rowsIn(built, 'allergies').map(({ name, categories }) => [name, categories])).toEqual([
      ['Penicillin', ['medication']],
      ['Egg', ['food']],
    ]);
  });

  it('knows a title whose rule above is missing, and one with a colon', async () => {
    const text = medicareReport([
      ['Self Reported Allergies', allergy],
      ['Drugs', 'Source: Self-Entered\n\nDrug Name: Aspirin\n'],
      ['Lab: Results', 'Source: Self-Entered\n\nComments: fatal\n'],
    ]);
    const built = await recordOf(text.replace(`${rule}\nDrugs`, 'Drugs'));
    expect(rowsIn(built, 'medications')).toMatchObject([{ name: 'Aspirin' }]);
    expect(rowsIn(built, 'allergies')[0]?.['notes']).toBeUndefined();
    expect(findingCodes(built)).toEqual(['unknown-section']);
  });

  it('with two blank lines after every line is read all the same', async () => {
    const text = medicareReport([['Self Reported Allergies', allergy]]);
    const built = await recordOf(text.split('\n').join('\n\n\n'));
    expect(rowsIn(built, 'allergies')).toMatchObject([{ name: 'Egg' }]);
  });

  it('cut inside a line says so', async () => {
    const text = claimsOf(claim('111'));
    const built = await recordOf(text.slice(0, text.indexOf('4.00')));
    expect(findingCodes(built)).toEqual(['cut-short']);
  });

  it('of two people is refused', async () => {
    const one = medicareReport([['Self Reported Allergies', allergy]]);
    await expect(recordOf(one + one.replace('RICHARD ROE', 'JANE DOE'))).rejects.toThrow(
      /more than one person/,
    );
  });

  it.each([
    ['JOHN Q DOE III', 'DOE', ['JOHN', 'Q']],
    ['DOE, JOHN', 'DOE', ['JOHN']],
    ['JOHN DOE, MD', 'DOE', ['JOHN']],
    ['MADONNA', undefined, undefined],
  ])('reads the name %s', async (name, family, given) => {
    const built = await recordOf(medicareReport([]).replace('RICHARD ROE', name));
    const [patient] = ofType(built, 'Patient');
    expect(patient?.resource['name']).toMatchObject([
      { text: name, ...(family !== undefined && { family, given }) },
    ]);
  });

  it('says that a condition ended only where a day that has come says so', async () => {
    expect([await statusOf('01/25/2010'), await statusOf('Present'), await statusOf('12/31/2099')]).toEqual([
      'past',
      'not stated',
      'not stated',
    ]);
  });
});
