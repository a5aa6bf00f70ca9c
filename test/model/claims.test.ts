import { describe, expect, it } from 'vitest';
import { onlyRow, recordOfResources } from '../facts/reading.ts';

const hl7 = 'http://terminology.hl7.org/CodeSystem/adjudication';
const cms = 'https://bluebutton.cms.gov/resources/variables/';

const amount = (value: number, ...codes: string[]): object => ({
  category: { coding: codes.map((code) => ({ system: hl7, code })) },
  amount: { value, currency: 'USD' },
});

const line = (sequence: number, adjudication: object[], more: object = {}): object => ({
  sequence,
  productOrService: {
    coding: [{ system: 'https://bluebutton.cms.gov/resources/codesystem/hcpcs', code: 'G0008' }],
  },
  adjudication,
  ...more,
});

async function claim(members: object): Promise<Record<string, unknown>> {
  const { section, row } = onlyRow(
    await recordOfResources([
      {
        resourceType: 'ExplanationOfBenefit',
        status: 'active',
        use: 'claim',
        type: { text: 'Outpatient' },
        ...members,
      },
    ]),
  );
  expect(section).toBe('claims');
  return row;
}

describe('the amounts of a claim', () => {
  it('are those it states as a whole, each under its own name too', async () => {
    expect(
      await claim({
        total: [
          amount(100, 'submitted'),
          amount(80, 'eligible'),
          amount(60, 'paidtoprovider'),
          amount(20, 'memberliability'),
        ],
        item: [line(1, [amount(999, 'submitted')])],
      }),
    ).toMatchObject({
      billed: '100 USD',
      allowed: '80 USD',
      paid: '60 USD',
      share: '20 USD',
      amounts: [
        'submitted: 100 USD',
        'eligible: 80 USD',
        'paidtoprovider: 60 USD',
        'memberliability: 20 USD',
      ],
    });
  });

  it('are what Medicare’s own variable says, and not the nearest HL7 code beside it', async () => {
    expect(await claim({ total: [amount(75, 'priorpayerpaid', `${cms}clm_tot_chrg_amt`)] })).toMatchObject({
      billed: '75 USD',
    });
  });

  it('are the exact sum of the lines only where every line has one, without the line that adds them up', async () => {
    const total = line(3, [amount(60.5, 'submitted')], { revenue: { coding: [{ code: '0001' }] } });
    const lines = [line(1, [amount(60.1, 'submitted')]), line(2, [amount(0.4, 'submitted')])];
    expect(await claim({ item: [...lines, total] })).toMatchObject({ billed: '60.5 USD (sum of lines)' });
    const some = await claim({ item: [...lines, line(4, [])] });
    expect(some['billed']).toBeUndefined();
  });

  it('are both told where a carrier claim states no charge beside lines that were charged for', async () => {
    expect(
      await claim({
        total: [amount(0, `${cms}clm_tot_chrg_amt`)],
        item: [line(1, [amount(75, 'submitted')])],
      }),
    ).toMatchObject({ billed: '75 USD (sum of lines; the claim states 0 USD)' });
  });

  it('leave no share of nothing where the claim states a coinsurance of its own', async () => {
    const row = await claim({
      benefitBalance: [
        {
          financial: [
            {
              type: { coding: [{ code: `${cms}nch_bene_ptb_coinsrnc_amt`, display: 'Part B Coinsurance' }] },
              usedMoney: { value: 600, currency: 'USD' },
            },
          ],
        },
      ],
      item: [line(1, [amount(0, 'paidbypatient')])],
    });
    expect(row['share']).toBeUndefined();
    expect(row['amounts']).toEqual(['Part B Coinsurance: 600 USD']);
  });
});

describe('a claim', () => {
  it('says that it was denied, and why', async () => {
    const reason = { coding: [{ code: '50', display: 'Not medically necessary' }] };
    const denied = { category: { coding: [{ code: 'denialreason' }] }, reason };
    expect(
      await claim({
        payment: { type: { coding: [{ code: 'denied', display: 'Denied' }] } },
        item: [line(1, [denied])],
      }),
    ).toMatchObject({ decision: 'Denied', reasons: ['line 1: 50 Not medically necessary'] });
  });

  it('names a code without a name by its system, and gives no code the name of another', async () => {
    const revenue = {
      coding: [
        { system: `${cms}rev_cntr`, code: '0651' },
        { code: '0', display: 'Charges are subject to deductible' },
      ],
    };
    const row = await claim({ item: [line(1, [], { revenue })] });
    expect(row['services']).toEqual(['HCPCS G0008']);
    expect(row['lines']).toEqual(['HCPCS G0008, revenue 0651 (Charges are subject to deductible)']);
  });

  it('names who referred the person, where it has only the referral, and says what kind of number it is', async () => {
    const requester = { identifier: { system: 'http://hl7.org/fhir/sid/us-npi', value: '8765676' } };
    const contained = [{ resourceType: 'ServiceRequest', id: 'r', status: 'completed', requester }];
    const referred = { resourceType: 'ExplanationOfBenefit', contained, referral: { reference: '#r' } };
    const { record } = await recordOfResources([referred]);
    expect(record.sections['claims']?.[0]?.['careTeam']).toEqual(['NPI 8765676 (referring)']);
  });

  it('calls the provider by a name before a number: its own, else that of the place', async () => {
    const provider = { identifier: { system: 'http://hl7.org/fhir/sid/us-npi', value: '123' } };
    const facility = { display: 'General Hospital' };
    expect((await claim({ provider, facility }))['provider']).toBe('General Hospital');
    expect((await claim({ provider }))['provider']).toBe('NPI 123');
  });

  it('has its procedures and the role of each diagnosis', async () => {
    expect(
      await claim({
        diagnosis: [
          { sequence: 1, diagnosisCodeableConcept: { text: 'Asthma' }, type: [{ text: 'Admitting' }] },
        ],
        procedure: [
          { sequence: 1, date: '2016-01-16', procedureCodeableConcept: { coding: [{ code: 'BQ0HZZZ' }] } },
        ],
      }),
    ).toMatchObject({ diagnoses: ['Asthma (admitting)'], procedures: ['code BQ0HZZZ, 2016-01-16'] });
  });
});
