import { describe, expect, it } from 'vitest';
import { allows, defaultScopes, planQueries } from '../../src/portal/index.ts';
import { definitionsOf } from '../../src/formats/fhir/version.ts';
import { describe4, openType } from './stub.ts';

const origin = 'https://portal.example.org';

function queries(types: Parameters<typeof describe4>[1], granted = ['patient/*.rs']): string[] {
  return planQueries(describe4(origin, types), granted, '1')
    .filter(({ how }) => how !== 'not-asked')
    .map(({ query }) => query);
}

const plannedWith = (types: Parameters<typeof describe4>[1], wanted: boolean) =>
  planQueries(describe4(origin, types), ['patient/*.rs'], '1', { everything: wanted })
    .filter((planned) => planned.how !== 'not-asked')
    .map(({ query }) => query);

describe('the plan', () => {
  it('asks Observations by patient alone, which brings every category, and says what is done where that is refused', () => {
    const plan = planQueries(
      describe4(origin, { Observation: { ...openType, searchParams: ['patient', 'category'] } }),
      ['patient/*.rs'],
      '1',
    ).filter(({ resourceType }) => resourceType === 'Observation');
    expect(plan).toMatchObject([{ query: 'Observation?patient=1', needs: [{ parameter: 'category' }] }]);
    expect(plan[0]?.needs?.[0]?.values).toContain('laboratory');
  });

  it('asks Epic by category from the start, for it refuses less', () => {
    const types = { Observation: openType, Goal: openType };
    const asked = planQueries(describe4(origin, types), ['patient/*.rs'], '1', { vendor: 'epic' })
      .filter(({ how }) => how === 'search')
      .map(({ query }) => query);
    expect(asked).toContain('Observation?patient=1&category=smartdata');
    expect(asked).toContain('Goal?patient=1');
    expect(asked).not.toContain('Observation?patient=1');
  });

  it('asks Oracle for appointments of any date and for large pages, athena for orders and plans', () => {
    const types = { Appointment: openType, Observation: openType, MedicationRequest: openType };
    const asked = (vendor: string) =>
      planQueries(describe4(origin, types), ['patient/*.rs'], '1', { vendor })
        .filter(({ how }) => how === 'search')
        .map(({ query, pageSize }) => [query, pageSize]);
    expect(asked('oracle')).toContainEqual(['Appointment?patient=1&date=ge1900-01-01', undefined]);
    expect(asked('oracle')).toContainEqual(['Observation?patient=1', 200]);
    expect(asked('athena')).toContainEqual(['MedicationRequest?patient=1&intent=order,plan', undefined]);
  });

  it('asks what is granted by category in exactly those categories', () => {
    const asked = queries({ Observation: openType }, [
      'patient/Observation.rs?category=http://terminology.hl7.org/CodeSystem/observation-category|laboratory',
      'patient/Observation.s?category=vital-signs',
    ]);
    expect(asked).toEqual([
      'Observation?patient=1&category=http://terminology.hl7.org/CodeSystem/observation-category%7Claboratory',
      'Observation?patient=1&category=vital-signs',
    ]);
  });

  it('asks for claims all at once, and by kind only where that is refused', () => {
    const types = {
      ExplanationOfBenefit: openType,
      Coverage: { ...openType, searchParams: ['beneficiary'] },
    };
    const plan = planQueries(describe4(origin, types), ['patient/*.rs'], '1', { vendor: 'medicare' });
    expect(plan.filter(({ how }) => how === 'search')).toMatchObject([
      { query: 'Coverage?beneficiary=1', pageSize: 50 },
      { query: 'ExplanationOfBenefit?patient=1', instead: { parameter: 'type' } },
    ]);
  });

  it('asks since an instant only where the portal declares that it can', () => {
    const since = { 'Goal?patient=1': '2026-01-01T00:00:00Z', 'Flag?patient=1': '2026-01-01T00:00:00Z' };
    const types = { Goal: { ...openType, searchParams: ['patient', '_lastUpdated'] }, Flag: openType };
    const bounds = (vendor?: string) =>
      planQueries(describe4(origin, types), ['patient/*.rs'], '1', { since, vendor }).flatMap(
        (planned) => planned.since ?? [],
      );
    expect(bounds()).toEqual(['2026-01-01T00:00:00Z']);
    expect(bounds('epic')).toEqual([]);
  });

  it('has the portal make a document when one is due, and else says why not', () => {
    const types = { DocumentReference: { ...openType, operations: ['docref'] } };
    const docref = (ccd: boolean) =>
      planQueries(describe4(origin, types), ['patient/*.rs'], '1', { ccd }).at(-1);
    const query = 'DocumentReference/$docref?patient=1&type=http://loinc.org%7C34133-9';
    expect(docref(true)).toMatchObject({ query, how: 'docref' });
    expect(docref(false)).toMatchObject({
      query,
      how: 'not-asked',
      reason: expect.stringContaining('once a month'),
    });
  });

  it('asks for everything at once where nothing can be searched, or a person wants it', () => {
    const everything = { ...openType, operations: ['everything'] };
    expect(plannedWith({ Patient: everything, Goal: openType }, false)).toEqual([
      'Patient/1',
      'Goal?patient=1',
    ]);
    expect(plannedWith({ Patient: everything, Goal: openType }, true)).toEqual([
      'Patient/1',
      'Patient/1/$everything',
    ]);
    expect(
      plannedWith({ Patient: everything, Goal: { ...openType, interactions: ['read'] } }, false),
    ).toEqual(['Patient/1', 'Patient/1/$everything']);
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

const plannedIn = (fhirVersion: string, types: Parameters<typeof describe4>[1] = {}) =>
  planQueries({ ...describe4(origin, types), fhirVersion }, ['patient/*.rs'], '1');

const askedIn = (fhirVersion: string, names: readonly string[]) =>
  plannedIn(
    fhirVersion,
    Object.fromEntries(names.map((name) => [name, { ...openType, searchParams: ['patient', 'intent'] }])),
  ).flatMap(({ how, query }) => (how === 'search' ? [query] : []));

describe('the plan of a release', () => {
  it.each([
    ['1.0.2', 'DSTU2', 45],
    ['3.0.2', 'STU3', 50],
    ['4.0.1', 'R4', 60],
  ] as const)('%s names kinds of resources that %s has, each once', (version, release, least) => {
    const types = plannedIn(version).map(({ resourceType }) => resourceType);
    expect(types.filter((type) => !definitionsOf(release).isResource(type))).toEqual([]);
    expect(new Set(types).size).toBe(types.length);
    expect(types.length).toBeGreaterThan(least);
  });

  it('asks for prescriptions and orders by the names they have there, and with the intents there are', () => {
    expect(askedIn('1.0.2', ['MedicationOrder', 'DiagnosticOrder', 'ProcedureRequest'])).toEqual([
      'MedicationOrder?patient=1',
      'DiagnosticOrder?patient=1',
      'ProcedureRequest?patient=1',
    ]);
    expect(askedIn('3.0.2', ['MedicationRequest', 'ProcedureRequest'])).toEqual([
      'MedicationRequest?patient=1',
      'ProcedureRequest?patient=1',
    ]);
    expect(askedIn('4.0.1', ['MedicationRequest'])[0]).toMatch(/^MedicationRequest\?patient=1&intent=order,/);
  });
});
