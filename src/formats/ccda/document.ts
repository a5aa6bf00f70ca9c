import { BlueButtonError } from '../../errors/index.ts';
import { isObject, type JsonObject, type JsonValue } from '../../json/index.ts';
import {
  containedEntries,
  ourExtensions,
  type Entry,
  type Finding,
  type Reading,
  type Resource,
} from '../../model/index.ts';
import { derivedEntry, derivedId } from '../derived-entry.ts';
import type { DocumentIdentity } from '../format.ts';
import type { XmlElement } from '../xml/element.ts';
import { compositionOf, sectionOf } from './composition.ts';
import { formatNameOf } from './format-name.ts';
import { guarded } from './guarded.ts';
import { careTeamOf } from './header-care-team.ts';
import { identifiersOf } from './identifier.ts';
import { Mapping, type DocumentScope } from './mapping.ts';
import type { Child } from './mapper.ts';
import { NarrativeIndex } from './narrative-index.ts';
import { absent } from '../absent.ts';
import { Participants } from './participants.ts';
import { patientOf } from './patient.ts';
import { nameText } from './person-name.ts';
import { producerOf } from './producer.ts';
import { scopeOf, scopeOfEntry, type SectionScope } from './section-scope.ts';
import { isStatement } from './statement.ts';
import { StatementReader } from './statement-reader.ts';
import { unstructuredDocument } from './statements/document-reference.ts';
import { headerEncounter } from './statements/encounter.ts';
import { readTime } from './time.ts';

/** A resource on its way into an entry: references to it are given out before it is finished. */
interface Draft {
  resource: Resource | undefined;
  element: XmlElement;
  included: readonly XmlElement[];
}

/**
 * Reads one ClinicalDocument whole: the person, the document itself, then everything its entries state, in document order
 * (CDA R2 §4; C-CDA on FHIR). Nothing throws on content.
 *
 * @throws BlueButtonError `not-a-health-record` for a document about two people.
 */
export function readClinicalDocument(root: XmlElement, name: string, identity: DocumentIdentity): Reading[] {
  return new DocumentReader(root, name, identity).read();
}

class DocumentReader {
  readonly #root: XmlElement;
  readonly #name: string;
  readonly #identity: DocumentIdentity;
  readonly #drafts: Draft[] = [];
  readonly #findings: Finding[] = [];
  readonly #sections = new Set<XmlElement>();

  constructor(root: XmlElement, name: string, identity: DocumentIdentity) {
    this.#root = root;
    this.#name = name;
    this.#identity = identity;
  }

  read(): Reading[] {
    const root = this.#root;
    const narrative = new NarrativeIndex(root);
    const role = this.#patientRole();
    const subject: JsonObject =
      role === undefined
        ? { extension: [absent('unknown')] }
        : { reference: `Patient/${this.#idOf(role, 'Patient')}`, ...displayOf(role) };
    const emit = (resource: Resource, element: XmlElement, included: readonly XmlElement[] = []): string =>
      this.#emit(resource, element, included);
    const participants = new Participants(emit, narrative, subject, identifiersOf(role?.all('id') ?? []));
    const nullified = root.at('sdtc:statusCode')?.attribute('code') === 'nullified';
    const date = readTime(root.at('effectiveTime')?.attribute('value') ?? '').value;
    const document: DocumentScope = { narrative, participants, subject, date, nullified };
    if (role) this.#emitMapped(new Mapping(role, document, noSection), patientOf);
    const encounter = root.at('componentOf', 'encompassingEncounter');
    const encounterReference =
      encounter && this.#emitMapped(new Mapping(encounter, document, noSection), headerEncounter, true);

    const composition = this.#reserve(root);
    const reader = new StatementReader(document, emit);
    const sections = sectionsIn(root).map((section) => this.#readSection(section, reader, narrative));
    const header = new Mapping(root, document, noSection);
    const visit = encounterReference === undefined ? undefined : { reference: encounterReference };
    const isUnstructured = root.at('component', 'nonXMLBody') !== undefined;
    const team = careTeamOf(header);
    const resource = isUnstructured
      ? unstructuredDocument(header, visit)
      : compositionOf(header, sections, visit);
    this.#finish(composition, guarded(header, withExtensions(header, resource)));
    if (team) emit(guarded(header, team), root.at('documentationOf', 'serviceEvent') ?? root);
    if (!isUnstructured && sections.length === 0) {
      const isEmpty = role === undefined;
      const message = isEmpty ? 'the document names no person and has no body' : 'the document has no body';
      this.#find(isEmpty ? 'lost' : 'warning', 'no-body', root, message);
    }
    this.#nameUnread();
    return [...this.#aboutDocument(), ...this.#entries(), ...this.#found(narrative)];
  }

  /** The one patient of the document. Two that are not the same cannot be told apart in its entries. */
  #patientRole(): XmlElement | undefined {
    const roles = this.#root.all('recordTarget', 'patientRole');
    const [first, ...more] = roles;
    if (first === undefined) this.#find('warning', 'no-patient', this.#root, 'the document names no patient');
    const people = roles.reduce((count, role) => count + Math.max(1, role.all('patient').length), 0);
    const isOther = people > roles.length || more.some((role) => first === undefined || !isSame(role, first));
    if (isOther) {
      throw new BlueButtonError('not-a-health-record', `${this.#name} is about ${people} patients at once.`, {
        why: 'A C-CDA document does not say which of them each statement is about, and two records must never mix.',
        try: 'ask the portal for a document of one person',
      });
    }
    return first;
  }

  #readSection(
    section: XmlElement,
    reader: StatementReader,
    narrative: NarrativeIndex,
    outer?: SectionScope,
  ): JsonObject {
    const scope = scopeOf(section, outer);
    this.#sections.add(section);
    const entries = section.all('entry').flatMap((entry): Child[] => {
      const children = reader.readEntry(entry, scopeOfEntry(entry, scope));
      if (children.length === 0) this.#find('note', 'empty-entry', entry, 'an entry without a statement');
      return children;
    });
    const inner = sectionsIn(section).map((part) => this.#readSection(part, reader, narrative, scope));
    return sectionOf(section, entries, inner, narrative);
  }

  #emitMapped(mapping: Mapping, map: (mapping: Mapping) => Resource, withIds = false): string {
    const identifier = withIds ? mapping.identifiers() : undefined;
    const { resourceType, ...members } = map(mapping);
    const resource = withExtensions(mapping, { resourceType, ...(identifier && { identifier }), ...members });
    return this.#emit(
      resourceType === 'Patient' ? resource : guarded(mapping, resource),
      mapping.element,
      [],
    );
  }

  #emit(resource: Resource, element: XmlElement, included: readonly XmlElement[]): string {
    const type = resource.resourceType;
    const id = this.#idOf(element, type);
    resource['id'] = id;
    this.#drafts.push({ resource, element, included });
    return `${type}/${id}`;
  }

  /** A place in the order of entries for a resource that is finished later. */
  #reserve(element: XmlElement): Draft {
    const draft: Draft = { resource: undefined, element, included: [] };
    this.#drafts.push(draft);
    return draft;
  }

  #finish(draft: Draft, resource: Resource): void {
    draft.resource = { ...resource, id: this.#idOf(draft.element, resource.resourceType) };
  }

  #idOf(element: XmlElement, type: string): string {
    return derivedId(this.#identity, element.xpath(), type);
  }

  #entries(): Reading[] {
    return this.#drafts.flatMap((draft): Reading[] => {
      const entry = this.#entryOf(draft);
      if (entry === undefined) return [];
      if (unreadDates(draft.resource).length > 0)
        this.#find('warning', 'bad-date', draft.element, 'a date that is none was kept as sent');
      return [entry, ...containedEntries(entry)].map((one) => ({ entry: one }));
    });
  }

  #entryOf({ resource: drafted, element, included }: Draft): Entry | undefined {
    if (drafted === undefined) return undefined;
    const also = included.filter((statement) => statement !== element).map((statement) => statement.xpath());
    return derivedEntry(drafted, {
      ...this.#identity,
      line: element.line,
      pointer: element.xpath(),
      ...(also.length > 0 && { also }),
    });
  }

  /** Statements that stand where CDA has no place for them are named: nothing is passed over. */
  #nameUnread(): void {
    const read = new Set(this.#drafts.flatMap(({ element, included }) => [element, ...included]));
    for (const element of this.#root.descendants()) {
      if (element.name === 'section' && !this.#sections.has(element))
        this.#find(
          'lost',
          'unread-section',
          element,
          'a section stands where none belongs, and was not read',
        );
      if (isStatement(element) && !read.has(element))
        this.#find(
          'lost',
          'unread-statement',
          element,
          `a statement (${element.name}) stands where none belongs, and was not read`,
        );
    }
  }

  /** What the document says of itself: its kind, who produced it, and its date. */
  #aboutDocument(): Reading[] {
    const producer = producerOf(this.#root);
    return [
      { format: formatNameOf(this.#root) },
      ...(producer === undefined ? [] : [{ producer }]),
      ...this.#asOf(),
    ];
  }

  /** The document's own date: what it says is current is current as of then. */
  #asOf(): Reading[] {
    const literal = this.#root.at('effectiveTime')?.attribute('value');
    const { value } = literal === undefined ? {} : readTime(literal);
    if (value === undefined)
      this.#find('warning', 'no-date', this.#root, 'the document has no readable date of its own');
    return value === undefined ? [] : [{ asOf: value }];
  }

  #found(narrative: NarrativeIndex): Reading[] {
    const dangling = narrative.dangling;
    if (dangling[0]) {
      const times = dangling.length === 1 ? 'A reference leads' : `${dangling.length} references lead`;
      this.#find('note', 'dangling-reference', dangling[0], `${times} to no part of the narrative`);
    }
    const [ambiguous] = narrative.ambiguous;
    if (ambiguous)
      this.#find(
        'warning',
        'ambiguous-reference',
        ambiguous,
        'a reference leads to several texts that differ',
      );
    return this.#findings.map((finding) => ({ finding }));
  }

  #find(severity: Finding['severity'], code: string, element: XmlElement, message: string): void {
    const { source } = this.#identity;
    this.#findings.push({ severity, code, message, source, line: element.line, pointer: element.xpath() });
  }
}

/** The sections inside an element, whatever lies between: the body, a component, in some exports nothing. */
function sectionsIn(element: XmlElement): XmlElement[] {
  return element.elements().flatMap((child) => {
    if (child.name === 'section') return [child];
    return isStatement(child) || child.name === 'text' ? [] : sectionsIn(child);
  });
}

const noSection: SectionScope = { kind: 'other', element: undefined };

function withExtensions(mapping: Mapping, resource: Resource): Resource {
  const own = Array.isArray(resource['extension']) ? resource['extension'].filter(isObject) : [];
  const extension = mapping.extensions(own);
  return { ...resource, extension };
}

function displayOf(role: XmlElement): JsonObject {
  const display = nameText(role.at('patient', 'name'));
  return display === undefined ? {} : { display };
}

/** True for two roles of one person: name, birth date and sex are stated and the same. */
function isSame(one: XmlElement, other: XmlElement): boolean {
  const [first, second] = [one, other].map((role) => {
    const patient = role.at('patient');
    const name = nameText(patient?.at('name'));
    const birth = patient?.at('birthTime')?.attribute('value')?.slice(0, 8);
    const sex = patient?.at('administrativeGenderCode')?.attribute('code');
    return name === undefined || birth === undefined || birth.length < 8 || sex === undefined
      ? undefined
      : `${name} ${birth} ${sex}`;
  });
  return first !== undefined && first === second;
}

/** The dates in a resource that could not be read. */
function unreadDates(value: JsonValue | undefined): string[] {
  if (Array.isArray(value)) return value.flatMap(unreadDates);
  if (!isObject(value)) return [];
  const literal = value['url'] === ourExtensions.dateNotRead ? value['valueString'] : undefined;
  return [...(typeof literal === 'string' ? [literal] : []), ...Object.values(value).flatMap(unreadDates)];
}
