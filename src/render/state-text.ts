import type { HealthRecord, SectionState } from '../model/index.ts';

const words: Readonly<Record<SectionState['state'], string>> = {
  'stated-rows': 'Recorded',
  'as-written': 'In words only, as written',
  'none-stated': 'None, the source says',
  'not-recorded': 'Not recorded',
  withheld: 'Withheld by the source',
  'not-read': 'Not read',
};

/** Why a section is empty, for each of its sources once: `Withheld by the source (Condition: The portal answered 403.)`. */
export function emptyReasons(record: HealthRecord, section: string): string[] {
  const states = record.sectionStates[section] ?? [];
  const telling = states.filter(({ state }) => state !== 'not-recorded');
  return telling.length > 0 ? distinct(telling) : ['Not recorded'];
}

/** What a section that has rows is missing all the same. */
export function missingReasons(record: HealthRecord, section: string): string[] {
  return distinct(
    (record.sectionStates[section] ?? []).filter(({ state }) => state === 'withheld' || state === 'not-read'),
  );
}

function distinct(states: readonly SectionState[]): string[] {
  return [
    ...new Set(
      states.map(({ state, reason }) => `${words[state]}${reason === undefined ? '' : ` (${reason})`}`),
    ),
  ];
}
