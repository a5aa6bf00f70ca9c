import type { Section } from '../section.ts';
import { activity } from './activity.ts';
import { allergies } from './allergies.ts';
import { claims } from './claims.ts';
import { coverage } from './coverage.ts';
import { encounters } from './encounters.ts';
import { immunizations } from './immunizations.ts';
import { medications } from './medications.ts';
import { notes } from './notes.ts';
import { other } from './other.ts';
import { problems } from './problems.ts';
import { procedures } from './procedures.ts';
import { results } from './results.ts';
import { vitalSigns } from './vital-signs.ts';

/** The drawers in the order every output shows them. A resource goes to the first one, in this order, that holds it. */
export const sections: readonly Section[] = [
  allergies,
  medications,
  problems,
  results,
  vitalSigns,
  immunizations,
  procedures,
  encounters,
  notes,
  coverage,
  claims,
  activity,
  other,
];

/** The words `--section` understands. */
export const sectionNames: readonly string[] = sections.map(({ name }) => name);

/** The section of that name. */
export function sectionNamed(name: string): Section | undefined {
  return sections.find((section) => section.name === name);
}
