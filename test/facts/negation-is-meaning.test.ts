import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { assertions, sectionNamed, sectionNames, type Assertion } from '../../src/model/index.ts';
import { renderSummary } from '../../src/render/index.ts';
import { csvOf, fixture, onlyRow, recordOf, recordOfResources, rendered, rowsOf } from './reading.ts';

/** Fixture, section it belongs to, name that is not the positive fact, and what is asserted of it. */
const facts: readonly (readonly [string, string, string, Assertion])[] = [
  ['allergy-refuted', 'allergies', 'Latex', 'refuted'],
  ['allergy-entered-in-error', 'allergies', 'Latex', 'entered-in-error'],
  ['allergy-unconfirmed', 'allergies', 'Latex', 'unconfirmed'],
  ['allergy-modifier-extension', 'allergies', 'Latex', 'unconfirmed'],
  ['medication-request-do-not-perform', 'medications', 'Nortriptyline', 'negated'],
  ['medication-request-cancelled', 'medications', 'Amoxicillin', 'not-done'],
  ['medication-request-draft', 'medications', 'Amoxicillin', 'planned'],
  ['medication-request-plan', 'medications', 'Amoxicillin', 'planned'],
  ['medication-request-proposal', 'medications', 'Amoxicillin', 'planned'],
  ['medication-request-entered-in-error', 'medications', 'Amoxicillin', 'entered-in-error'],
  ['medication-request-modifier-extension', 'medications', 'Amoxicillin', 'unconfirmed'],
  ['medication-statement-not-taken', 'medications', 'Amoxicillin', 'not-done'],
  ['medication-statement-intended', 'medications', 'Amoxicillin', 'planned'],
  ['medication-dispense-declined', 'medications', 'Amoxicillin', 'not-done'],
  ['medication-dispense-cancelled', 'medications', 'Amoxicillin', 'not-done'],
  ['medication-dispense-in-progress', 'medications', 'Amoxicillin', 'planned'],
  ['medication-dispense-preparation', 'medications', 'Amoxicillin', 'planned'],
  ['medication-administration-not-done', 'medications', 'Amoxicillin', 'not-done'],
  ['condition-refuted', 'problems', 'Asthma', 'refuted'],
  ['condition-refuted-in-words', 'problems', 'Asthma', 'refuted'],
  ['condition-entered-in-error', 'problems', 'Asthma', 'entered-in-error'],
  ['condition-unconfirmed', 'problems', 'Asthma', 'unconfirmed'],
  ['condition-provisional', 'problems', 'Asthma', 'unconfirmed'],
  ['condition-differential', 'problems', 'Asthma', 'unconfirmed'],
  ['condition-modifier-extension', 'problems', 'Asthma', 'unconfirmed'],
  ['result-registered', 'results', 'Potassium', 'unconfirmed'],
  ['result-preliminary', 'results', 'Potassium', 'unconfirmed'],
  ['result-cancelled', 'results', 'Potassium', 'not-done'],
  ['result-entered-in-error', 'results', 'Potassium', 'entered-in-error'],
  ['result-modifier-extension', 'results', 'Potassium', 'unconfirmed'],
  ['report-partial', 'results', 'Lipid panel', 'unconfirmed'],
  ['report-preliminary', 'results', 'Lipid panel', 'unconfirmed'],
  ['report-cancelled', 'results', 'Lipid panel', 'not-done'],
  ['report-entered-in-error', 'results', 'Lipid panel', 'entered-in-error'],
  ['vital-sign-registered', 'vital-signs', 'Heart rate', 'unconfirmed'],
  ['vital-sign-preliminary', 'vital-signs', 'Heart rate', 'unconfirmed'],
  ['vital-sign-cancelled', 'vital-signs', 'Heart rate', 'not-done'],
  ['vital-sign-entered-in-error', 'vital-signs', 'Heart rate', 'entered-in-error'],
  ['vital-sign-modifier-extension', 'vital-signs', 'Heart rate', 'unconfirmed'],
  ['immunization-not-done', 'immunizations', 'Influenza vaccine', 'not-done'],
  ['immunization-entered-in-error', 'immunizations', 'Influenza vaccine', 'entered-in-error'],
  ['immunization-modifier-extension', 'immunizations', 'Influenza vaccine', 'unconfirmed'],
  ['procedure-not-done', 'procedures', 'Appendectomy', 'not-done'],
  ['procedure-preparation', 'procedures', 'Appendectomy', 'planned'],
  ['procedure-entered-in-error', 'procedures', 'Appendectomy', 'entered-in-error'],
  ['procedure-modifier-extension', 'procedures', 'Appendectomy', 'unconfirmed'],
  ['encounter-planned', 'encounters', 'Office visit', 'planned'],
  ['encounter-cancelled', 'encounters', 'Office visit', 'not-done'],
  ['encounter-entered-in-error', 'encounters', 'Office visit', 'entered-in-error'],
  ['encounter-modifier-extension', 'encounters', 'Office visit', 'unconfirmed'],
  ['document-entered-in-error', 'notes', 'Discharge summary', 'entered-in-error'],
  ['document-text-entered-in-error', 'notes', 'Discharge summary', 'entered-in-error'],
  ['document-preliminary', 'notes', 'Discharge summary', 'unconfirmed'],
  ['document-modifier-extension', 'notes', 'Discharge summary', 'unconfirmed'],
  ['composition-preliminary', 'notes', 'Progress note', 'unconfirmed'],
  ['composition-entered-in-error', 'notes', 'Progress note', 'entered-in-error'],
  ['coverage-draft', 'coverage', 'Good Health', 'planned'],
  ['coverage-entered-in-error', 'coverage', 'Good Health', 'entered-in-error'],
  ['coverage-modifier-extension', 'coverage', 'Good Health', 'unconfirmed'],
  ['claim-draft', 'claims', 'Office claim', 'planned'],
  ['claim-preauthorization', 'claims', 'Office claim', 'planned'],
  ['claim-cancelled', 'claims', 'Office claim', 'not-done'],
  ['claim-entered-in-error', 'claims', 'Office claim', 'entered-in-error'],
  ['claim-modifier-extension', 'claims', 'Office claim', 'unconfirmed'],
  ['activity-negated', 'activity', 'Headache', 'negated'],
  ['activity-preliminary', 'activity', 'Step count', 'unconfirmed'],
  ['activity-cancelled', 'activity', 'Step count', 'not-done'],
  ['activity-entered-in-error', 'activity', 'Step count', 'entered-in-error'],
  ['activity-modifier-extension', 'activity', 'Step count', 'unconfirmed'],
  ['service-request-do-not-perform', 'other', 'Colonoscopy', 'negated'],
  ['service-request-active', 'other', 'Colonoscopy', 'planned'],
  ['service-request-revoked', 'other', 'Colonoscopy', 'not-done'],
  ['service-request-entered-in-error', 'other', 'Colonoscopy', 'entered-in-error'],
  ['service-request-modifier-extension', 'other', 'Colonoscopy', 'unconfirmed'],
  ['goal-proposed', 'other', 'Walk every day', 'planned'],
  ['goal-planned', 'other', 'Walk every day', 'planned'],
  ['goal-rejected', 'other', 'Walk every day', 'not-done'],
  ['goal-cancelled', 'other', 'Walk every day', 'not-done'],
  ['goal-entered-in-error', 'other', 'Walk every day', 'entered-in-error'],
  ['appointment-booked', 'other', 'Eye check', 'planned'],
  ['appointment-proposed', 'other', 'Eye check', 'planned'],
  ['appointment-cancelled', 'other', 'Eye check', 'not-done'],
  ['appointment-noshow', 'other', 'Eye check', 'not-done'],
  ['appointment-entered-in-error', 'other', 'Eye check', 'entered-in-error'],
  ['care-plan-active', 'other', 'Diabetes care', 'planned'],
  ['care-plan-revoked', 'other', 'Diabetes care', 'not-done'],
  ['family-history-entered-in-error', 'other', 'mother', 'entered-in-error'],
  ['communication-not-done', 'other', 'Call about results', 'not-done'],
  ['social-history-preliminary', 'other', 'Tobacco use', 'unconfirmed'],
  ['no-information-about-allergies', 'allergies', 'No information about allergies', 'unconfirmed'],
  ['no-information-about-medications', 'medications', 'No information about medications', 'unconfirmed'],
  [
    'no-information-about-immunizations',
    'immunizations',
    'No information about immunizations',
    'unconfirmed',
  ],
  [
    'no-information-about-procedures',
    'procedures',
    'No information about past history of procedures',
    'unconfirmed',
  ],
];

/** Fixture, section and name of a row whose own name denies it: a word of negation before it would turn it round. */
const denials: readonly (readonly [string, string, string])[] = [
  ['allergy-denied', 'allergies', 'Not allergic to penicillin'],
  ['no-known-allergy-to-one-thing', 'allergies', 'No known allergy to latex'],
  ['medication-statement-denied', 'medications', 'Denies aspirin'],
  ['condition-denied', 'problems', 'No history of asthma'],
  ['procedure-denied', 'procedures', 'No history of appendectomy'],
  [
    'no-known-immunizations',
    'immunizations',
    'http://hl7.org/fhir/uv/ips/CodeSystem/absent-unknown-uv-ips no-known-immunizations',
  ],
  ['device-denied', 'other', 'No known device use'],
];

type Way = Exclude<Assertion, 'stated'> | 'modifier-extension';

const ways: readonly Way[] = [
  ...assertions.filter((assertion) => assertion !== 'stated'),
  'modifier-extension',
];

/** The ways in which no resource of a section can be other than the positive fact, and why. */
const noSuchWay: Readonly<Record<string, Partial<Record<Way, string>>>> = {
  allergies: {
    'not-done': 'an allergy is not done: R4 has neither a status nor a member for it',
    planned: 'an allergy is not planned',
  },
  medications: { refuted: 'R4 gives medications no verificationStatus' },
  problems: { 'not-done': 'a problem is not done', planned: 'a problem is not planned' },
  results: {
    negated: 'the negation of a result is its value ("Not detected"), which is shown as the value',
    refuted: 'R4 gives observations and reports no verificationStatus',
    planned: 'R4 says registered of a result that is still to come: unconfirmed',
  },
  'vital-signs': {
    negated: 'a measurement has a value or none',
    refuted: 'R4 gives observations no verificationStatus',
    planned: 'R4 says registered of a measurement that is still to come: unconfirmed',
  },
  immunizations: {
    refuted: 'R4 gives immunizations no verificationStatus',
    planned: 'R4 recommends immunizations in another type, ImmunizationRecommendation',
  },
  procedures: { refuted: 'R4 gives procedures no verificationStatus' },
  encounters: {
    negated: 'an encounter is cancelled: not done',
    refuted: 'R4 gives encounters no verificationStatus',
    unconfirmed: 'R4 has no status for an encounter that is in doubt, but a modifier extension',
  },
  notes: {
    negated: 'a document is there',
    refuted: 'R4 gives documents no verificationStatus',
    'not-done': 'a document is there',
    planned: 'a document is there',
  },
  coverage: {
    negated: 'a coverage is there',
    refuted: 'R4 gives coverage no verificationStatus',
    unconfirmed: 'R4 has no status for a coverage that is in doubt, but a modifier extension',
    'not-done': 'a cancelled coverage is one that has ended',
  },
  claims: {
    negated: 'a claim is there',
    refuted: 'R4 gives claims no verificationStatus',
    unconfirmed: 'R4 has no status for a claim that is in doubt, but a modifier extension',
  },
  activity: {
    refuted: 'R4 gives observations no verificationStatus',
    planned: 'R4 says registered of an observation that is still to come: unconfirmed',
  },
  other: { refuted: 'no type of the last drawer has a verificationStatus in R4' },
};

const bracketed = (assertion: Assertion): string => `[${assertion.replaceAll('-', ' ').toUpperCase()}]`;
const occurrences = (text: string, part: string): number => text.split(part).length - 1;

describe.each(facts)('%s', (fact, section, name, assertion) => {
  it('is that assertion in the row and in JSON, in its own section, and never current or past', async () => {
    const built = await recordOf(fixture(fact));
    const found = onlyRow(built);
    expect([found.section, found.row.name, found.row.assertion]).toEqual([section, name, assertion]);
    expect(assertion === 'unconfirmed' || found.row.status === 'not stated').toBe(true);
    const json: unknown = JSON.parse(rendered('json', built));
    expect(json).toMatchObject({ sections: { [section]: [{ name, assertion }] } });
    const line: unknown = JSON.parse(rendered('ndjson', built));
    expect(line).toMatchObject({ section, name, assertion });
  });

  it('has its word before every printing of the name in text and Markdown', async () => {
    const built = await recordOf(fixture(fact));
    const text = rendered('text', built);
    expect(occurrences(text, name)).toBeGreaterThan(0);
    expect(occurrences(text, `${bracketed(assertion)} ${name}`)).toBe(occurrences(text, name));
    const markdown = rendered('markdown', built).replaceAll('\\', '');
    expect(occurrences(markdown, name)).toBeGreaterThan(0);
    expect(occurrences(markdown, `${bracketed(assertion)} ${name}`)).toBe(occurrences(markdown, name));
  });

  it('has its word wherever the summary names it, and is not counted among the facts', async () => {
    const built = await recordOf(fixture(fact));
    const summary = [...renderSummary(built, { width: 4000, colour: false })].join('');
    expect(occurrences(summary, `${bracketed(assertion)} ${name}`)).toBe(occurrences(summary, name));
    const isFact = assertion === 'unconfirmed' || assertion === 'planned';
    const title = sectionNamed(section)?.title ?? '';
    const count = isFact ? '(1)' : '(0, and 1 recorded as not so)';
    expect(rendered('text', built)).toContain(`${title.toUpperCase()} ${count}`);
    expect(rendered('markdown', built)).toContain(`## ${title} ${count}`);
  });

  it('has it in the assertion column of CSV', async () => {
    const [record] = csvOf(await recordOf(fixture(fact)), section);
    expect(record).toMatchObject({ name, assertion });
  });
});

describe.each(denials)('%s', (fact, section, name) => {
  it('is negated in every output, stands among what is absent and is not counted among the facts', async () => {
    const built = await recordOf(fixture(fact));
    const { row, section: drawer } = onlyRow(built);
    expect([drawer, row.name, row.assertion, row.status]).toEqual([section, name, 'negated', 'not stated']);
    expect(JSON.parse(rendered('json', built))).toMatchObject({
      sections: { [section]: [{ name, assertion: 'negated', status: 'not stated' }] },
    });
    expect(csvOf(built, section)).toMatchObject([{ name, assertion: 'negated', status: 'not stated' }]);
    const title = sectionNamed(section)?.title ?? '';
    expect(rendered('text', built)).toContain(`${title.toUpperCase()} (0, and 1 stated to be absent)`);
    expect(rendered('markdown', built)).toContain(`## ${title} (0, and 1 stated to be absent)`);
    for (const format of ['text', 'markdown']) expect(rendered(format, built)).not.toContain(`] ${name}`);
  });
});

describe('every section', () => {
  it.each(sectionNames)(
    '%s has a fixture for each way of not being the positive fact that FHIR knows',
    (name) => {
      const proven = new Set<Way>([
        ...facts.flatMap(([fact, section, , assertion]) =>
          section !== name || assertion === 'stated'
            ? []
            : [fact.endsWith('-modifier-extension') ? ('modifier-extension' as const) : assertion],
        ),
        ...denials.flatMap(([, section]) => (section === name ? ['negated' as const] : [])),
      ]);
      const missing = ways.filter((way) => !proven.has(way));
      expect(missing.toSorted()).toEqual(Object.keys(noSuchWay[name] ?? {}).toSorted());
    },
  );
});

describe('negation', () => {
  it('has a fixture for every assertion but the positive one, in every one of the fixtures that negate', () => {
    const proven = new Set(facts.map(([, , , assertion]) => assertion));
    expect([...proven, 'stated'].toSorted()).toEqual([...assertions].toSorted());
    const negating = readdirSync(new URL('../fixtures/fhir/', import.meta.url))
      .map((file) => file.replace(/\.json$/, ''))
      .filter((file) => /-(refuted|entered-in-error|modifier-extension|not-done)$/.test(file))
      .filter((file) => !file.startsWith('no-known'));
    expect(facts.map(([fact]) => fact)).toEqual(expect.arrayContaining(negating));
  });

  it.each([
    ['Immunization', { vaccineCode: { text: 'Measles' }, status: 'completed', notGiven: true }],
    ['Immunization', { vaccineCode: { text: 'Measles' }, status: 'completed', wasNotGiven: true }],
    ['Procedure', { code: { text: 'Biopsy' }, status: 'completed', notDone: true }],
    ['Procedure', { code: { text: 'Biopsy' }, status: 'completed', notPerformed: true }],
    ['MedicationStatement', { medicationCodeableConcept: { text: 'Aspirin' }, status: 'active', taken: 'n' }],
    ['MedicationStatement', { medicationCodeableConcept: { text: 'Aspirin' }, wasNotTaken: true }],
  ])('%s in the words of an older FHIR version is not done either: %j', async (resourceType, members) => {
    const { row } = onlyRow(await recordOfResources([{ resourceType, ...members }]));
    expect(row).toMatchObject({ assertion: 'not-done', status: 'not stated' });
  });

  it('is understood of a verification status that is a plain code, as older FHIR versions have it', async () => {
    const problem = { resourceType: 'Condition', code: { text: 'Asthma' }, verificationStatus: 'refuted' };
    expect(onlyRow(await recordOfResources([problem])).row.assertion).toBe('refuted');
  });

  it('of an entry in error outweighs every other word', async () => {
    const order = {
      resourceType: 'MedicationRequest',
      status: 'entered-in-error',
      intent: 'plan',
      doNotPerform: true,
      medicationCodeableConcept: { text: 'Warfarin' },
    };
    expect(onlyRow(await recordOfResources([order])).row.assertion).toBe('entered-in-error');
  });

  it.each([
    'Not allergic to penicillin',
    'No evidence of malignancy',
    'No history of asthma',
    'No known history of stroke',
    'Denies chest pain',
    'Negative for diabetes',
  ])('by a name in words, "%s", needs no other word and is not the whole drawer', async (name) => {
    for (const resource of [
      { resourceType: 'AllergyIntolerance', code: { text: name } },
      { resourceType: 'Condition', code: { text: 'x', coding: [{ display: name }] } },
      { resourceType: 'MedicationStatement', medicationCodeableConcept: { text: name } },
    ]) {
      const built = await recordOfResources([resource]);
      const { section, row } = onlyRow(built);
      expect(row).toMatchObject({ assertion: 'negated', status: 'not stated' });
      expect(rendered('text', built)).not.toContain('[NEGATED]');
      expect(built.record.sectionStates[section]?.map(({ state }) => state)).not.toContain('none-stated');
    }
  });

  it.each([
    'Penicillin; not allergic to latex',
    'No evidence of malignancy except in the lung',
    'Evidence of malignancy',
    'Absence of toe',
    'History of no falls',
  ])('is not read into "%s"', async (name) => {
    const problem = { resourceType: 'Condition', code: { text: name } };
    expect(onlyRow(await recordOfResources([problem])).row.assertion).toBe('stated');
  });

  it.each([
    [{ intent: 'plan', reportedBoolean: true }, 'stated', 'current'],
    [{ intent: 'plan', reportedReference: { display: 'Spouse' } }, 'stated', 'current'],
    [{ intent: 'plan', reportedBoolean: false }, 'planned', 'not stated'],
    [{ intent: 'plan' }, 'planned', 'not stated'],
    [{ intent: 'proposal', reportedBoolean: true }, 'planned', 'not stated'],
  ])('is no reading of a medicine a person reports to take: %j is %s', async (members, assertion, status) => {
    const request = {
      resourceType: 'MedicationRequest',
      status: 'active',
      medicationCodeableConcept: { text: 'Tylenol' },
      ...members,
    };
    expect(onlyRow(await recordOfResources([request])).row).toMatchObject({ assertion, status });
  });

  it.each([
    ['ServiceRequest', 'active', 'stated'],
    ['DeviceRequest', 'active', 'stated'],
    ['ServiceRequest', 'draft', 'planned'],
    ['ServiceRequest', 'on-hold', 'planned'],
    ['ServiceRequest', 'revoked', 'not-done'],
  ])('a directive of the type %s that is %s is %s', async (resourceType, status, assertion) => {
    const directive = { resourceType, status, intent: 'directive', code: { text: 'Do not resuscitate' } };
    expect(onlyRow(await recordOfResources([directive])).row.assertion).toBe(assertion);
  });

  it('by a modifier extension deep inside is a caution on the row and beside the name', async () => {
    const url = 'https://example.org/half-the-dose';
    const order = {
      resourceType: 'MedicationRequest',
      status: 'active',
      intent: 'order',
      medicationCodeableConcept: { text: 'Warfarin' },
      dosageInstruction: [{ text: 'one a day', modifierExtension: [{ url, valueBoolean: true }] }],
    };
    const built = await recordOfResources([order]);
    expect(onlyRow(built).row.cautions?.join()).toContain(url);
    expect(rendered('text', built)).toContain(url);
    expect(csvOf(built, 'medications')[0]?.['cautions']).toContain(url);
  });

  it('of what a resource contains is not the negation of the resource', async () => {
    const contained = [
      {
        resourceType: 'Medication',
        id: 'm',
        code: { text: 'Warfarin' },
        modifierExtension: [{ url: 'https://example.org/x' }],
      },
    ];
    const order = {
      resourceType: 'MedicationRequest',
      status: 'active',
      intent: 'order',
      contained,
      medicationReference: { reference: '#m' },
    };
    const rows = rowsOf(await recordOfResources([order]));
    expect(rows.find(({ section }) => section === 'medications')?.row).toMatchObject({
      assertion: 'stated',
      name: 'Warfarin',
    });
    expect(rows.find(({ section }) => section === 'other')?.row.assertion).toBe('unconfirmed');
  });

  it.each(['constructor', '__proto__', 'toString', 'hasOwnProperty'])(
    'is not read into a status, type or code that is the word %s of JavaScript',
    async (word) => {
      const concept = { coding: [{ system: word, code: word }] };
      const built = await recordOfResources([
        { resourceType: word, status: word, code: concept },
        { resourceType: 'Condition', code: concept, verificationStatus: concept, clinicalStatus: concept },
        { resourceType: 'Observation', status: word, code: concept, interpretation: [concept] },
        { resourceType: 'Composition', status: word, section: [{ code: concept, emptyReason: concept }] },
      ]);
      expect(rowsOf(built).map(({ row }) => row.assertion)).toEqual(['stated', 'stated', 'stated', 'stated']);
      expect(rendered('text', built)).not.toContain('native code');
      expect(rendered('json', built)).not.toContain('native code');
    },
  );
});
