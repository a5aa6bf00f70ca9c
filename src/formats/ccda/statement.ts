import type { XmlElement } from '../xml/element.ts';

/** The clinical statements of CDA R2 (§4.3.6 "Section: Clinical Statements"). */
export const statementNames: ReadonlySet<string> = new Set([
  'act',
  'encounter',
  'observation',
  'observationMedia',
  'organizer',
  'procedure',
  'regionOfInterest',
  'substanceAdministration',
  'supply',
]);

/** True for a clinical statement. */
export function isStatement({ name }: XmlElement): boolean {
  return statementNames.has(name);
}

/** A statement inside another and what binds it there. */
export interface NestedStatement {
  statement: XmlElement;
  /** The `entryRelationship`, `component` or `entry` between them. */
  link: XmlElement;
  /** HL7 v3 type code of the relationship; a component is COMP. */
  type: string;
}

/** The statements directly inside another, or of an entry. */
export function nestedStatements(element: XmlElement): NestedStatement[] {
  return element.elements().flatMap((link) =>
    link.name === 'entryRelationship' || link.name === 'component'
      ? link
          .elements()
          .filter(isStatement)
          .map((statement) => ({
            statement,
            link,
            type: link.attribute('typeCode')?.toUpperCase() ?? (link.name === 'component' ? 'COMP' : ''),
          }))
      : [],
  );
}

/** All template ids of an element, by root alone: an extension only tells the release. */
export function templatesOf(element: XmlElement): string[] {
  return element.all('templateId').flatMap((template) => template.attribute('root') ?? []);
}

/** True when an element claims one of the templates. */
export function hasTemplate(element: XmlElement, ...roots: readonly string[]): boolean {
  return templatesOf(element).some((root) => roots.includes(root));
}

/** A statement's own code. */
export function codeOf(statement: XmlElement): string | undefined {
  return statement.at('code')?.attribute('code');
}

/** The mood of a statement, upper case; an event where none is written, as the CDA schema defaults. */
export function moodOf(statement: XmlElement): string {
  return statement.attribute('moodCode')?.toUpperCase() ?? 'EVN';
}

/**
 * The mood that a statement has by its own word and by those around it: what stands in an act or visit that is only planned has
 * not happened, whatever it says itself; an observation counts as planned only with the act that tracks it.
 */
export function effectiveMood(statement: XmlElement): string {
  const own = moodOf(statement);
  if (own !== 'EVN' || statement.name === 'organizer') return own;
  const around = statementsAround(statement);
  const holders =
    statement.name === 'observation' ? around.slice(0, 1).filter(({ name }) => name === 'act') : around;
  const planned = holders.find(
    (holder) => ['act', 'encounter', 'procedure'].includes(holder.name) && moodOf(holder) !== 'EVN',
  );
  return planned === undefined ? own : moodOf(planned);
}

/** True for a statement that denies what it says, or a link that denies that one belongs to the other. */
export function isNegated(element: XmlElement): boolean {
  return isTrue(element.attribute('negationInd'));
}

/** An XML boolean; also the words that hand-made exports write in its place, for a denial must not read as its opposite. */
export function isTrue(value: string | undefined): boolean {
  return ['true', '1', 'yes', 'y', 't'].includes(value?.trim().toLowerCase() ?? '');
}

/** True for a statement that its source has taken back. */
export function isNullified(statement: XmlElement): boolean {
  return statusOf(statement) === 'nullified';
}

/**
 * True for a nested statement that is the positive fact it looks like: only such may be read into the statement around it.
 * What is denied, taken back, broken off, about somebody else, or not an event (an observation that is only wished for) becomes
 * a resource of its own, which says so.
 */
export function stands({ statement, link }: NestedStatement, mood: string): boolean {
  const isEvent = statement.name !== 'observation' || ['EVN', mood].includes(moodOf(statement));
  const isWithdrawn = ['nullified', 'aborted', 'cancelled'].includes(statusOf(statement) ?? '');
  const isOwn = statement.at('subject') === undefined;
  return isEvent && isOwn && !isNegated(statement) && !isNegated(link) && !isWithdrawn;
}

/** The statements around a statement, nearest first. */
export function statementsAround(statement: XmlElement): XmlElement[] {
  const around: XmlElement[] = [];
  for (let parent = statement.parent; parent !== undefined; parent = parent.parent)
    if (isStatement(parent)) around.push(parent);
  return around;
}

/** The person a statement is about where that is not the patient: a relative, a fetus; on it, around it, or of its section. */
export function otherSubject(statement: XmlElement): XmlElement | undefined {
  for (let element: XmlElement | undefined = statement; element !== undefined; element = element.parent) {
    const related = element.at('subject', 'relatedSubject');
    if (related) return related.at('code')?.attribute('code') === 'SELF' ? undefined : related;
    if (element.name === 'section') return undefined;
  }
  return undefined;
}

/** The code of `statusCode`, lower case: some vendors write `Active`. */
export function statusOf(statement: XmlElement): string | undefined {
  return statement.at('statusCode')?.attribute('code')?.toLowerCase();
}

/** The local name of `xsi:type`: `cda:PQ` and `PQ` are one. */
export function typeOf(element: XmlElement): string | undefined {
  return element.attribute('xsi:type')?.replace(/^.*:/, '');
}

/** The participants of a type. */
export function participantsOf(statement: XmlElement, type: string): XmlElement[] {
  return statement.all('participant').filter((participant) => participant.attribute('typeCode') === type);
}

const reactionTemplates = [
  '2.16.840.1.113883.10.20.22.4.9',
  '2.16.840.1.113883.10.20.1.54',
  '1.3.6.1.4.1.19376.1.5.3.1.4.6.1',
];

/** True for what a medicine, a vaccine or an allergy did to the person: no allergy and no problem of its own. */
export function isReaction({ type, statement }: NestedStatement): boolean {
  return type === 'MFST' || hasTemplate(statement, ...reactionTemplates);
}

/** Codes of observations that qualify another: severity, status, criticality, age, priority, units. */
const asides = ['SEV', '11323-3', '33999-4', '82606-5', '445518008', '397659008', '225773000', '246514001'];

/** True for an observation that only qualifies another, wherever it stands. */
export function isAside(statement: XmlElement): boolean {
  return asides.includes(codeOf(statement) ?? '');
}
