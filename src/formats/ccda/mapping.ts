import type { JsonObject, JsonValue } from '../../json/index.ts';
import { ourExtensions } from '../../model/index.ts';
import type { XmlElement } from '../xml/element.ts';
import { conceptOf, encapsulatedText } from './concept.ts';
import { identifierOf, identifiersOf } from './identifier.ts';
import { listOf, nested, valued } from '../json-parts.ts';
import { leftoversOf } from './leftovers.ts';
import { fragmentXhtml, lineText, passageText } from './narrative.ts';
import type { NarrativeIndex } from './narrative-index.ts';
import type { Participants } from './participants.ts';
import type { SectionScope } from './section-scope.ts';
import {
  effectiveMood,
  isNegated,
  isNullified,
  moodOf,
  nestedStatements,
  stands,
  statementsAround,
  type NestedStatement,
} from './statement.ts';
import { dated, dateOrPeriod, datedDay, periodOf, pointOf } from './time.ts';
import { quantityOf } from './quantity.ts';

/** What all mappings of a document share. */
export interface DocumentScope {
  narrative: NarrativeIndex;
  participants: Participants;
  /** Reference to the document's patient; an absent reason when it names none. */
  subject: JsonObject;
  /** The document's own date; undefined when it has none. */
  date: string | undefined;
  /** True when the document as a whole was taken back (`sdtc:statusCode`). */
  nullified: boolean;
}

/**
 * One clinical statement on its way into a resource. A mapper takes what it needs through these methods, which keep count:
 * what is left in the end goes onto the resource as sent, and a nested statement that was not included becomes a resource
 * of its own. So nothing is lost, whatever a mapper knows.
 */
export class Mapping {
  readonly element: XmlElement;
  readonly document: DocumentScope;
  readonly section: SectionScope;
  /** Statements that the resource states too: first its own. */
  readonly included: XmlElement[];
  readonly #carried = new Set<XmlElement>();
  readonly #link: XmlElement | undefined;

  /**
   * `wrapper` is the act around the statement that only tracks it: a concern, a diagnosis act; `link` is what binds the
   * statement to the one around it.
   */
  constructor(
    element: XmlElement,
    document: DocumentScope,
    section: SectionScope,
    { wrapper, link }: { wrapper?: XmlElement; link?: XmlElement } = {},
  ) {
    this.#link = link;
    this.element = element;
    this.document = document;
    this.section = section;
    this.included = [element, ...(wrapper ? [wrapper] : [])];
  }

  /** The act around the statement, where there is one. */
  get wrapper(): XmlElement | undefined {
    return this.included.find((statement) => statement !== this.element && this.#isAround(statement));
  }

  /**
   * True when the statement is denied: by itself, by the links to it, by the act that tracks it, or by the organizers and
   * procedures that it is a component of.
   */
  get negated(): boolean {
    if (isNegated(this.element) || (this.#link !== undefined && isNegated(this.#link))) return true;
    let inner = this.element;
    for (const holder of statementsAround(this.element)) {
      const link = inner.parent;
      if (link !== undefined && isNegated(link)) return true;
      const isPart = link?.name === 'component' || (holder.name === 'act' && wraps(holder, inner));
      if (!isPart) return false;
      if (isNegated(holder)) return true;
      inner = holder;
    }
    return false;
  }

  /** True when the statement, one around it, or the whole document was taken back. */
  get nullified(): boolean {
    return (
      this.document.nullified ||
      [this.element, ...statementsAround(this.element)].some((statement) => isNullified(statement))
    );
  }

  /** The mood, as what is around it makes it. */
  get mood(): string {
    return effectiveMood(this.element);
  }

  /** Marks elements, with all in them, as carried by the resource. */
  take(...elements: readonly (XmlElement | undefined)[]): void {
    for (const element of elements) {
      if (element === undefined) continue;
      for (const part of element.descendants()) this.#carried.add(part);
    }
  }

  /** Includes a nested statement in the resource. What of it is not taken is kept as sent. */
  include(statement: XmlElement | undefined): XmlElement | undefined {
    if (statement && !this.included.includes(statement)) this.included.push(statement);
    return statement;
  }

  /** The nested statements that are not included yet, of the statement or of an included one. */
  nested(of: XmlElement = this.element): NestedStatement[] {
    return nestedStatements(of).filter(({ statement }) => !this.included.includes(statement));
  }

  /** The nested statements that are facts, and may be read into the resource. */
  facts(of: XmlElement = this.element): NestedStatement[] {
    return this.nested(of).filter((one) => stands(one, moodOf(of)));
  }

  /** A concept; `name` is the element by which the statement calls it beside its code. */
  concept(element: XmlElement | undefined, name?: XmlElement): JsonObject | undefined {
    const words = name?.text();
    const concept = conceptOf(element, this.document.narrative, words);
    if (concept !== undefined) this.take(element);
    if (words !== undefined && typeof concept?.['text'] === 'string' && concept['text'].startsWith(words))
      this.take(name);
    if (element !== undefined || words === undefined) return concept;
    this.take(name);
    return { text: words };
  }

  /** The concepts of elements, or undefined when none says anything. */
  concepts(elements: readonly XmlElement[]): JsonValue[] | undefined {
    return listOf(elements.map((element) => this.concept(element)));
  }

  quantity(element: XmlElement | undefined): JsonObject | undefined {
    const quantity = quantityOf(element, this.document.narrative);
    if (quantity !== undefined) this.take(element);
    return quantity;
  }

  dated(name: string, element: XmlElement | undefined): JsonObject {
    this.take(element);
    return dated(name, element);
  }

  /** The same of a FHIR `date`, which has no time of day. */
  day(name: string, element: XmlElement | undefined): JsonObject {
    this.take(element);
    return datedDay(name, element);
  }

  dateOrPeriod(name: string, element: XmlElement | undefined): JsonObject {
    this.#takeInterval(element);
    return dateOrPeriod(name, element);
  }

  period(element: XmlElement | undefined): JsonObject | undefined {
    this.#takeInterval(element);
    return periodOf(element);
  }

  identifiers(statement: XmlElement = this.element): JsonValue[] | undefined {
    const ids = statement.all('id');
    this.take(...ids.filter((id) => identifierOf(id) !== undefined));
    return listOf(identifiersOf(ids));
  }

  /** The text of an ED, on one line. */
  words(element: XmlElement | undefined): string | undefined {
    return this.#text(element, lineText);
  }

  /** The same with its lines, for what is read and names nothing: a report, a comment. */
  passage(element: XmlElement | undefined): string | undefined {
    return this.#text(element, passageText);
  }

  /** A reference to whoever an author, performer, participant or entity element names. */
  party(element: XmlElement | undefined): JsonObject | undefined {
    const reference = element && this.document.participants.referenceTo(element);
    if (reference !== undefined && element) this.#takeRole(element, reference);
    return reference;
  }

  /** The same, where FHIR allows only people and their roles. */
  person(element: XmlElement | undefined): JsonObject | undefined {
    const reference = element && this.document.participants.personTo(element);
    if (reference !== undefined && element) this.#takeRole(element, reference);
    return reference;
  }

  /**
   * `text` of the resource: the part of the narrative that the statement refers to. It is what a person wrote, so it may
   * say more than the entries (`additional`).
   */
  narrative(): JsonObject | undefined {
    const text = this.element.at('text');
    const reference = text?.at('reference');
    const target = this.document.narrative.elementAt(reference);
    if (target && reference && !this.document.narrative.isShared(reference, target)) {
      this.take(reference);
      return { status: 'additional', div: fragmentXhtml(target) };
    }
    return undefined;
  }

  /** The extensions that every resource of a document may have: the mood, what is left as sent. */
  extensions(more: readonly (JsonObject | undefined)[] = []): JsonValue[] | undefined {
    const mood = this.mood;
    const left = this.included.flatMap((statement) =>
      leftoversOf(statement, this.#carried).map((text) => `${this.#pathOf(statement)}${text}`),
    );
    return listOf([
      ...more,
      mood === 'EVN' ? undefined : valued(ourExtensions.mood, 'valueCode', mood),
      ...left.map((text) => valued(ourExtensions.asSent, 'valueString', text)),
    ]);
  }

  /** The concern a statement is tracked by: its status and its time. */
  concern(): JsonObject | undefined {
    const { wrapper } = this;
    if (wrapper === undefined) return undefined;
    const status = wrapper.at('statusCode');
    this.take(status);
    return nested(ourExtensions.concern, [
      valued('status', 'valueCode', status?.attribute('code')?.toLowerCase()),
      valued('period', 'valuePeriod', this.#concernPeriod(wrapper.at('effectiveTime'))),
    ]);
  }

  /** A concern that is dated by one point began then; nothing says that it ended. */
  #concernPeriod(time: XmlElement | undefined): JsonObject | undefined {
    if (pointOf(time) === undefined) return this.period(time);
    const start = this.dated('start', pointOf(time));
    this.take(time);
    return Object.keys(start).length > 0 ? start : undefined;
  }

  #text(element: XmlElement | undefined, textOf: typeof lineText): string | undefined {
    const words = element && encapsulatedText(element, this.document.narrative, textOf);
    if (words !== undefined) this.take(element);
    return words;
  }

  /** An interval is carried as a whole but for a width, or a value beside its ends, which no Period can say. */
  #takeInterval(element: XmlElement | undefined): void {
    if (element === undefined) return;
    const isWhole =
      element.at('width') === undefined &&
      (pointOf(element) === element || element.attribute('value') === undefined);
    if (isWhole) this.take(element);
    else this.take(element.at('low'), element.at('high'), element.at('center'));
  }

  /** A role is carried by its own resource; of the patient's own roles only the name, for the Patient has no more of it. */
  #takeRole(participation: XmlElement, reference: JsonObject): void {
    const role = this.document.participants.roleOf(participation);
    if (reference !== this.document.subject) this.take(role);
    else this.take(role?.at('assignedPerson', 'name'));
  }

  #isAround(statement: XmlElement): boolean {
    for (let parent = this.element.parent; parent !== undefined; parent = parent.parent) {
      if (parent === statement) return true;
    }
    return false;
  }

  /** Where an included statement lies: the way down to it, or its name when it is around. */
  #pathOf(statement: XmlElement): string {
    if (statement === this.element) return '';
    if (this.#isAround(statement)) return `${statement.name} (around it)/`;
    const own = this.element.xpath();
    const way = statement.xpath();
    return way.startsWith(`${own}/`) ? `${way.slice(own.length + 1)}/` : `${way}/`;
  }
}

/** True for an act that holds the statement as what it is about, and not as a comment or a reason. */
function wraps(act: XmlElement, statement: XmlElement): boolean {
  const type = statement.parent?.attribute('typeCode');
  return act.elements().includes(statement.parent ?? act) && type !== 'REFR' && type !== 'RSON';
}
