import { notesOf } from './annotation.ts';
import { assertionOf, isDenied } from './assertion.ts';
import { codesOf, nameOf, wordOf } from './coding.ts';
import type { Element } from './element.ts';
import { foldCase } from './fold-case.ts';
import { some } from './list.ts';
import type { observationFields } from './observation.ts';
import { timesOf } from './period.ts';
import type { Statement } from './row.ts';

/** A FamilyMemberHistory (R4 §9.4): the relative is the name, what the relative had is the value. */
export function readFamilyHistory(resource: Element): Statement<typeof observationFields> {
  const facts = [...resource.children('condition').map(conditionText), deathText(resource)];
  return {
    name: relativeName(resource),
    codes: codesOf(resource.child('relationship')),
    assertion: assertionOf(resource),
    status: 'not stated',
    statusAsRecorded: resource.string('status'),
    date: resource.string('date'),
    value: facts.filter((fact) => fact !== undefined).join('; ') || undefined,
    absent: wordOf(resource.child('dataAbsentReason')),
    notes: some([resource, ...resource.children('condition')].flatMap(notesOf)),
  };
}

/** "maternal grandmother", with the relative's own name where it says more: "father (John Doe)". */
function relativeName(resource: Element): string | undefined {
  const relationship = wordOf(resource.child('relationship'));
  const name = resource.string('name');
  if (relationship === undefined || name === undefined) return relationship ?? name;
  return foldCase(relationship) === foldCase(name) ? relationship : `${relationship} (${name})`;
}

/** What the relative had, since when, and what came of it: "Heart attack (onset 52 a, died)". */
function conditionText(condition: Element): string {
  const onset = whenText(condition, 'onset');
  const details = [
    onset && `onset ${onset}`,
    wordOf(condition.child('outcome')),
    condition.boolean('contributedToDeath') === true ? 'contributed to death' : undefined,
  ].filter((detail) => detail !== undefined);
  const stated = nameOf(condition.child('code')) ?? 'a condition not named';
  const name = isDenied(condition) ? `[NEGATED] ${stated}` : stated;
  return details.length > 0 ? `${name} (${details.join(', ')})` : name;
}

function deathText(resource: Element): string | undefined {
  if (resource.value['deceasedBoolean'] !== undefined)
    return resource.boolean('deceasedBoolean') === true ? 'deceased' : undefined;
  const when = whenText(resource, 'deceased');
  return when && `deceased: ${when}`;
}

function whenText(element: Element, member: string): string | undefined {
  const { date, start, end, text } = timesOf(element, member);
  return text ?? date ?? ([start, end].filter((part) => part !== undefined).join(' to ') || undefined);
}
