import { describe, expect, it } from 'vitest';
import { buildRecord, type BuiltRecord } from '../../src/model/index.ts';
import { csvOf, fixture, onlyRow, read, recordOf, recordOfResources, rendered } from './reading.ts';

const stateOf = ({ record }: BuiltRecord, section: string): string | undefined =>
  record.sectionStates[section]?.[0]?.state;

const allergy = (text: string): object => ({ resourceType: 'AllergyIntolerance', code: { text } });

describe('a source that says there is none', () => {
  it.each([
    ['no-known-allergies-by-code', 'allergies'],
    ['no-known-allergies-in-words', 'allergies'],
    ['no-known-medications', 'medications'],
    ['no-known-problems', 'problems'],
    ['no-known-procedures', 'procedures'],
    ['no-known-immunizations', 'immunizations'],
  ])('%s: the section is none-stated, and the row is the negation, not a fact', async (fact, section) => {
    const built = await recordOf(fixture(fact));
    expect(stateOf(built, section)).toBe('none-stated');
    expect(onlyRow(built).row).toMatchObject({ assertion: 'negated', status: 'not stated' });
    expect(csvOf(built, section)[0]).toMatchObject({ assertion: 'negated' });
  });

  it.each([
    'NKDA',
    'NKA',
    'nkda',
    'No Known Allergies',
    'No known drug allergies',
    'NKDA (no known drug allergies)',
    'No known food or drug allergies',
    'No allergies',
    'no active problems',
  ])('is understood in the words %s', async (text) => {
    const built = await recordOfResources([{ resourceType: 'AllergyIntolerance', code: { text } }]);
    expect(stateOf(built, 'allergies')).toBe('none-stated');
    // The name says it by itself: a word of negation before it would turn it round.
    expect(rendered('text', built)).not.toContain(`] ${text}`);
  });

  it('by Composition.section.emptyReason is none-stated, and withheld, silent and unavailable stay apart', async () => {
    const built = await recordOf(fixture('document-with-empty-sections'));
    expect(stateOf(built, 'allergies')).toBe('none-stated');
    expect(stateOf(built, 'medications')).toBe('withheld');
    expect(stateOf(built, 'problems')).toBe('not-recorded');
    expect(stateOf(built, 'immunizations')).toBe('not-recorded');
    expect(stateOf(built, 'encounters')).toBe('not-recorded');
    expect(built.record.sectionStates['immunizations']?.[0]?.reason).toContain('unavailable');
    expect(built.record.sectionStates['encounters']?.[0]).not.toHaveProperty('reason');
  });

  it('by an emptyReason of a section inside a section is none-stated', async () => {
    expect(stateOf(await recordOf(fixture('document-with-empty-sections')), 'procedures')).toBe(
      'none-stated',
    );
  });
});

describe('what does not say that there is none', () => {
  it('an order not to give Nortriptyline is a row of its own, never "none known"', async () => {
    const built = await recordOf(fixture('medication-request-do-not-perform'));
    expect(stateOf(built, 'medications')).toBe('stated-rows');
    expect(rendered('text', built)).toContain('[NEGATED] Nortriptyline');
  });

  it.each(['Nortriptyline', 'Norovirus', 'Nodule', 'No show for visit', 'NKX2 deficiency', 'Nondrug rash'])(
    'a name that only begins alike: %s is stated',
    async (text) => {
      const built = await recordOfResources([{ resourceType: 'Condition', code: { text } }]);
      expect(onlyRow(built).row.assertion).toBe('stated');
      expect(stateOf(built, 'problems')).toBe('stated-rows');
    },
  );

  it('"no known allergies" that is refuted says that there are some', async () => {
    const built = await recordOf(fixture('no-known-allergies-refuted'));
    expect(onlyRow(built).row.assertion).toBe('refuted');
    expect(rendered('text', built)).toContain('[REFUTED] No known allergies');
    expect(stateOf(built, 'allergies')).not.toBe('none-stated');
  });

  it('"no known allergies" entered in error says nothing', async () => {
    const built = await recordOf(fixture('no-known-allergies-entered-in-error'));
    expect(stateOf(built, 'allergies')).toBe('not-recorded');
    expect(rendered('text', built)).toContain('[ENTERED IN ERROR] No known allergies');
  });

  it('"no known allergies except penicillin" states penicillin', async () => {
    const built = await recordOf(fixture('no-known-allergies-but-one'));
    expect(onlyRow(built).row).toMatchObject({ assertion: 'stated', status: 'current' });
    expect(stateOf(built, 'allergies')).toBe('stated-rows');
  });

  it('"no known allergy to latex" denies latex, not every allergy', async () => {
    const built = await recordOf(fixture('no-known-allergy-to-one-thing'));
    expect(onlyRow(built).row.assertion).toBe('negated');
    expect(stateOf(built, 'allergies')).toBe('stated-rows');
  });

  it('an allergy entered in error is no stated row: the source is silent', async () => {
    expect(stateOf(await recordOf(fixture('allergy-entered-in-error')), 'allergies')).toBe('not-recorded');
  });

  it('"no information" is not "none"', async () => {
    const built = await recordOf(fixture('no-information-about-allergies'));
    expect(onlyRow(built).row.assertion).toBe('unconfirmed');
    expect(stateOf(built, 'allergies')).toBe('not-recorded');
  });

  it('a stated allergy outweighs a "no known allergies" beside it', async () => {
    const built = await recordOfResources([allergy('No known allergies'), allergy('Penicillin')]);
    expect(stateOf(built, 'allergies')).toBe('stated-rows');
  });

  it('a device that is denied says nothing of everything else', async () => {
    const type = { coding: [{ system: 'http://snomed.info/sct', code: '787483001' }], text: 'No device' };
    const built = await recordOfResources([{ resourceType: 'Device', type }]);
    expect(onlyRow(built).row.assertion).toBe('negated');
    expect(stateOf(built, 'other')).toBe('stated-rows');
  });
});

describe('states', () => {
  it('are kept for each source: silence of one is not the word of another', async () => {
    const built = await recordOf(fixture('no-known-allergies-by-code'), fixture('condition-refuted'));
    expect(built.record.sectionStates['allergies']?.map(({ state }) => state)).toEqual([
      'none-stated',
      'not-recorded',
    ]);
  });

  it('are there for every section of a source that holds nothing at all', async () => {
    const built = await recordOf('{"resourceType":"Bundle","type":"searchset","total":0}');
    const states = Object.values(built.record.sectionStates).map((list) => list.map(({ state }) => state));
    expect(states).toEqual(states.map(() => ['not-recorded']));
  });

  it('that a source states itself (a refused query) are told where no row speaks', async () => {
    const { source, entries, findings } = await read(fixture('allergy-refuted'));
    const withheld = { source: source.id, state: 'withheld', reason: 'refused (403)' } as const;
    const states = { medications: [withheld], allergies: [withheld] };
    const { record } = buildRecord({ sources: [source], entries, findings, states });
    expect(record.sectionStates['medications']).toEqual([withheld]);
    expect(record.sectionStates['allergies']?.[0]?.state).toBe('stated-rows');
  });
});
