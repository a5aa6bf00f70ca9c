import { describe, expect, it } from 'vitest';
import type { Row } from '../../src/model/index.ts';
import { onlyRow, recordOfResources, rendered } from '../facts/reading.ts';

async function rowOf(resource: object): Promise<Row> {
  return onlyRow(await recordOfResources([resource])).row;
}

async function reactionsOf(reaction: object): Promise<unknown> {
  const allergy = { resourceType: 'AllergyIntolerance', code: { text: 'Nuts' }, reaction: [reaction] };
  return (await rowOf(allergy))['reactions'];
}

describe('a reaction', () => {
  it('keeps what it was to, its description and its notes', async () => {
    const reaction = {
      manifestation: [{ text: 'Hives' }, { text: 'Wheeze' }],
      severity: 'severe',
      onset: '2012',
      substance: { text: 'Cashew' },
      description: 'went blue',
      note: [{ text: 'ICU' }],
    };
    expect(await reactionsOf(reaction)).toEqual([
      'Hives and Wheeze, severe, 2012; to Cashew; went blue; ICU',
    ]);
  });

  it('does not repeat the name of the allergy, nor invent a manifestation', async () => {
    expect(await reactionsOf({ substance: { text: 'Nuts' }, description: 'went blue' })).toEqual([
      'went blue',
    ]);
    expect(await reactionsOf({ substance: { text: 'Nuts' } })).toBeUndefined();
  });
});

describe('an immunization', () => {
  const shot = { resourceType: 'Immunization', vaccineCode: { text: 'MMR' }, status: 'completed' };

  it('that was not fully effective says so beside its name, with the reasons', async () => {
    const subpotent = { ...shot, isSubpotent: true, subpotentReason: [{ text: 'cold chain break' }] };
    const built = await recordOfResources([subpotent]);
    const caution = 'given, but recorded as not fully effective (subpotent): cold chain break';
    expect(onlyRow(built).row).toMatchObject({ assertion: 'stated', cautions: [caution] });
    expect(rendered('text', built)).toContain(caution);
  });

  it('that was not given is not said to be given', async () => {
    const row = await rowOf({ ...shot, status: 'not-done', isSubpotent: true });
    expect(row.cautions).toEqual(['recorded as not fully effective (subpotent)']);
  });

  it('keeps the caution of a modifier extension beside its own', async () => {
    const modifierExtension = [{ url: 'https://example.org/x' }];
    expect((await rowOf({ ...shot, isSubpotent: true, modifierExtension })).cautions).toHaveLength(2);
    expect((await rowOf({ ...shot, isSubpotent: false })).cautions).toBeUndefined();
  });
});

describe('the class of an encounter', () => {
  const system = 'http://terminology.hl7.org/CodeSystem/v3-ActCode';

  it.each([
    [{ system, code: 'AMB', display: 'Walk-in' }, 'Walk-in'],
    [{ system, code: 'AMB' }, 'ambulatory'],
    [{ code: 'EMER' }, 'emergency'],
    [{ system, code: 'XYZ' }, 'XYZ'],
    [{ system: 'urn:own', code: 'SS' }, 'SS'],
  ])('%j is %s, never an address', async (kind, expected) => {
    expect(await rowOf({ resourceType: 'Encounter', class: kind })).toMatchObject({
      name: expected,
      class: expected,
    });
  });
});

describe('reasons and people', () => {
  const twice = {
    reasonCode: [{ text: 'Cough' }],
    reasonReference: [{ display: 'Cough' }, { display: 'Fever' }],
  };
  const doctor = { display: 'Dr. Strange' };

  it.each([
    [{ resourceType: 'Procedure', performer: [{ actor: doctor }, { actor: doctor }] }, 'performers'],
    [
      { resourceType: 'Encounter', participant: [{ individual: doctor }, { individual: doctor }] },
      'participants',
    ],
    [{ resourceType: 'MedicationRequest', requester: doctor }, 'prescriber'],
  ])('stated twice stand once: %j', async (resource, people) => {
    const row = await rowOf({ ...resource, ...twice });
    expect(row['reasons']).toEqual(['Cough', 'Fever']);
    expect([row[people]].flat()).toEqual(['Dr. Strange']);
  });
});

describe('everything else', () => {
  it('has the value of an observation of social history or a survey', async () => {
    const built = await recordOfResources([
      {
        resourceType: 'Observation',
        status: 'final',
        category: [{ coding: [{ code: 'social-history' }] }],
        code: { text: 'Tobacco smoking status' },
        effectiveDateTime: '2020',
        valueCodeableConcept: { text: 'Former smoker' },
      },
    ]);
    expect(onlyRow(built)).toMatchObject({ section: 'other', row: { date: '2020', value: 'Former smoker' } });
    expect(rendered('text', built)).toContain('Former smoker');
  });

  it('names a relative and says what the relative had', async () => {
    const row = await rowOf({
      resourceType: 'FamilyMemberHistory',
      status: 'completed',
      date: '2011-03-18',
      name: 'John Doe',
      relationship: { coding: [{ code: 'FTH', display: 'father' }] },
      deceasedAge: { value: 53, unit: 'years' },
      condition: [
        { code: { text: 'Type 2 diabetes' }, note: [{ text: 'diet only' }] },
        {
          code: { text: 'Heart attack' },
          onsetAge: { value: 52, unit: 'years' },
          outcome: { text: 'died' },
          contributedToDeath: true,
        },
      ],
    });
    expect(row).toMatchObject({
      name: 'father (John Doe)',
      date: '2011-03-18',
      value: 'Type 2 diabetes; Heart attack (onset 52 years, died, contributed to death); deceased: 53 years',
      notes: ['diet only'],
      statusAsRecorded: 'completed',
    });
  });

  it('says nothing of a relative that is not recorded', async () => {
    const row = await rowOf({ resourceType: 'FamilyMemberHistory', deceasedBoolean: false });
    expect(row).toMatchObject({ name: null, value: undefined, absent: undefined, notes: undefined });
  });
});
