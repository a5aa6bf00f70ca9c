import type { HealthRecord, Person } from '../model/index.ts';

/** Who a record is about, in one line. */
export function personLine({ person, people }: HealthRecord): string {
  if (person) return described(person);
  if (people && people.length > 0) return peopleLine(people);
  return 'Whose record this is, no Patient resource says';
}

function described({ name, birthDate, gender, deceased }: Person): string {
  const parts = [
    name ?? '(name not recorded)',
    birthDate === null ? 'birth date not recorded' : `born ${birthDate}`,
  ];
  if (gender !== null) parts.push(gender);
  if (deceased !== undefined) parts.push(deceased === 'yes' ? 'deceased' : `died ${deceased}`);
  return parts.join(' · ');
}

/**
 * Where a record came from, a line for each source: what it is, who produced it, and of when it is. Before them, that it is
 * told as it was.
 */
export function sourceLines({ sources, heldAt }: HealthRecord): string[] {
  const then = heldAt === undefined ? [] : [`As the archive held it ${heldAt}: what came later is left out`];
  const lines = sources.map(({ name, format, producer, asOf }) => {
    const stated = [format, producer && `from ${producer}`, asOf && `as of ${asOf}`];
    return `${name}: ${stated.filter((part) => part !== undefined).join(', ')}`;
  });
  return [...then, ...lines];
}

/** Up to three people by name; of more, only how many. */
function peopleLine(people: readonly Person[]): string {
  const names = people.length <= 3 ? `: ${people.map(described).join('; ')}` : '';
  return `${people.length} people${names}`;
}
