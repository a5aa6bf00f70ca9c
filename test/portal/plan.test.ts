import { describe, expect, it } from 'vitest';
import { allows, defaultScopes, planQueries } from '../../src/portal/index.ts';
import { describe4, openType } from './stub.ts';

const origin = 'https://portal.example.org';

function queries(types: Parameters<typeof describe4>[1], granted = ['patient/*.rs']): string[] {
  return planQueries(describe4(origin, types), granted, '1')
    .filter(({ how }) => how !== 'not-asked')
    .map(({ query }) => query);
}

describe('the plan', () => {
  it('asks Observations category by category, where the portal knows categories', () => {
    const asked = queries({ Observation: { ...openType, searchParams: ['patient', 'category'] } });
    expect(asked).toContain('Observation?patient=1&category=laboratory');
    expect(asked).toContain('Observation?patient=1&category=vital-signs');
    expect(asked).not.toContain('Observation?patient=1');
    expect(queries({ Observation: openType })).toContain('Observation?patient=1');
  });

  it('names every intent in one search, so that no prescription is left out by it', () => {
    const asked = queries({ MedicationRequest: { ...openType, searchParams: ['patient', 'intent'] } });
    expect(asked[1]).toBe(
      'MedicationRequest?patient=1&intent=order,plan,proposal,original-order,reflex-order,filler-order,instance-order,option',
    );
    expect(queries({ MedicationRequest: openType })[1]).toBe('MedicationRequest?patient=1');
  });

  it('uses the parameter the portal declares', () => {
    expect(queries({ Coverage: { ...openType, searchParams: ['beneficiary'] } })[1]).toBe(
      'Coverage?beneficiary=1',
    );
    expect(queries({ Appointment: { ...openType, searchParams: ['actor'] } })[1]).toBe(
      'Appointment?actor=Patient/1',
    );
    expect(queries({ Flag: { ...openType, searchParams: [] } })[1]).toBe('Flag?patient=1');
  });

  it('asks for Provenance along with the rest only where it is declared and granted', () => {
    const types = { Condition: { ...openType, revIncludes: ['Provenance:target'] } };
    expect(queries(types)).toContain('Condition?patient=1&_revinclude=Provenance:target');
    expect(queries(types, ['patient/Condition.rs'])).toContain('Condition?patient=1');
  });

  it('asks for a type the table does not know when it can be searched by patient', () => {
    expect(queries({ NewThing: openType })).toContain('NewThing?patient=1');
  });

  it('gives a reason for everything it does not ask', () => {
    const plan = planQueries(
      describe4(origin, { Goal: openType, Flag: { ...openType, searchParams: ['_id'] } }),
      ['patient/Flag.rs'],
      '1',
    );
    const reasonOf = (type: string) => plan.find(({ resourceType }) => resourceType === type)?.reason;
    expect(reasonOf('Goal')).toBe('The granted access does not cover it.');
    expect(reasonOf('Flag')).toBe('The portal declares no search of it by patient.');
    expect(reasonOf('Claim')).toBe('The portal does not offer it.');
    expect(reasonOf('Patient')).toBe('The granted access does not cover it.');
    expect(plan.filter(({ how, reason }) => how === 'not-asked' && reason === undefined)).toEqual([]);
  });

  it('never asks twice under one name', () => {
    const plan = planQueries(
      describe4(origin, { Observation: openType, Communication: openType }),
      ['patient/*.rs'],
      '1',
    );
    expect(new Set(plan.map(({ query }) => query)).size).toBe(plan.length);
  });
});

const withSignIn = (capabilities: string[], scopesSupported?: string[]) => {
  const description = describe4(origin, { Condition: openType });
  return {
    ...description,
    signIn: { ...description.signIn, capabilities, ...(scopesSupported && { scopesSupported }) },
  };
};

describe('scopes', () => {
  it('asks version 2 where the portal has it, else version 1', () => {
    expect(defaultScopes(withSignIn(['permission-v2']))).toEqual([
      'launch/patient',
      'offline_access',
      'patient/*.rs',
    ]);
    expect(defaultScopes(withSignIn(['permission-v1']))).toEqual([
      'launch/patient',
      'offline_access',
      'patient/*.read',
    ]);
    expect(defaultScopes(withSignIn([]))).toEqual(['launch/patient', 'offline_access', 'patient/*.read']);
  });

  it('asks type by type where the list has no wildcard, and nothing the list does not have', () => {
    const listed = [
      'launch/patient',
      'patient/Patient.rs',
      'patient/Coverage.r',
      'patient/Coverage.s',
      'patient/Coverage.c',
    ];
    expect(
      defaultScopes(withSignIn(['permission-v2'], listed)).filter((scope) => scope !== 'patient/Patient.rs'),
    ).toEqual(['launch/patient', 'patient/Coverage.r', 'patient/Coverage.s']);
    expect(
      defaultScopes(withSignIn(['permission-v1'], ['patient/Condition.read', 'offline_access'])),
    ).toEqual(['launch/patient', 'offline_access', 'patient/Condition.read']);
  });

  it('never asks to write', () => {
    const listed = ['patient/Condition.cruds', 'patient/Goal.write', 'patient/Goal.cud'];
    expect(defaultScopes(withSignIn(['permission-v2'], listed))).toEqual([
      'launch/patient',
      'patient/Condition.rs',
    ]);
  });

  it.each([
    ['patient/*.read', 'Condition', true, true],
    ['patient/Condition.rs?category=x', 'Condition', true, true],
    ['patient/Condition.r', 'Condition', true, false],
    ['patient/Condition.s', 'Condition', false, true],
    ['patient/Condition.cud', 'Condition', false, false],
    ['patient/Condition.write', 'Condition', false, false],
    ['patient/Goal.rs', 'Condition', false, false],
    ['launch/patient', 'Condition', false, false],
  ])('%s allows %s: read %s, search %s', (scope, type, read, search) => {
    expect([allows([scope], type, 'read'), allows([scope], type, 'search')]).toEqual([read, search]);
  });

  it('notes a type that is granted only in part', () => {
    const plan = planQueries(
      describe4(origin, { Condition: openType }),
      ['patient/Condition.rs?category=problem'],
      '1',
    );
    expect(plan.find(({ resourceType }) => resourceType === 'Condition')).toMatchObject({
      how: 'search',
      reason: 'Granted only for category=problem.',
    });
  });
});
