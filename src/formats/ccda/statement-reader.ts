import type { JsonObject, JsonValue } from '../../json/index.ts';
import { ourExtensions, type Resource } from '../../model/index.ts';
import type { XmlElement } from '../xml/element.ts';
import { isEntryReference, isOnlyId, mapperFor, wrappedBy } from './mapper-choice.ts';
import type { Child, Mapper } from './mapper.ts';
import { Mapping, type DocumentScope } from './mapping.ts';
import type { SectionScope } from './section-scope.ts';
import { guarded } from './guarded.ts';
import {
  isNegated,
  isStatement,
  nestedStatements,
  type NestedStatement,
  otherSubject,
  statementsAround,
} from './statement.ts';
import { bloodPressure, pressurePairOf } from './statements/blood-pressure.ts';

/** Puts a resource into the reading with the statements it states; returns a reference to it. */
export type EmitStatement = (
  resource: Resource,
  element: XmlElement,
  included: readonly XmlElement[],
) => string;

/** What stands around a statement that is read. */
interface Around {
  link?: XmlElement;
  wrapper?: XmlElement;
  /** Statements of the wrapper that are read apart. */
  apart?: ReadonlySet<XmlElement>;
}

/** Reads the clinical statements of a document into resources: each one, and every statement nested in it. */
export class StatementReader {
  readonly #document: DocumentScope;
  readonly #emit: EmitStatement;
  /** Statements with an id, by their whole text: the same one again is the same fact (C-CDA, "id"). */
  readonly #seen = new Map<string, { child: Child; included: XmlElement[] }>();

  constructor(document: DocumentScope, emit: EmitStatement) {
    this.#document = document;
    this.#emit = emit;
  }

  /** Reads an entry's statements; the resources they became, outermost only. */
  readEntry(entry: XmlElement, section: SectionScope): Child[] {
    return entry
      .elements()
      .filter(isStatement)
      .flatMap((statement) => this.#read({ statement, link: entry, type: '' }, section));
  }

  #read({ statement, type, link }: NestedStatement, section: SectionScope): Child[] {
    const wrapped = wrappedBy(statement, section);
    if (wrapped.length === 0)
      return [this.#readOne(statement, type, section, mapperFor(statement, section), { link })];
    const inside = new Set(wrapped.map((one) => one.statement));
    const all = new Set(nestedStatements(statement).map((other) => other.statement));
    return wrapped.map((one, index) =>
      this.#readOne(one.statement, type, section, mapperFor(one.statement, section), {
        link: one.link,
        wrapper: statement,
        // What the wrapper holds beside is told once, with the first.
        apart: index === 0 ? inside : all,
      }),
    );
  }

  #readOne(
    statement: XmlElement,
    type: string,
    section: SectionScope,
    mapper: Mapper,
    around: Around = {},
  ): Child {
    const mapping = new Mapping(statement, this.#document, section, around);
    const key = `${section.kind} ${identityOf(mapping) ?? statement.xpath()}`;
    const seen = this.#seen.get(key);
    if (seen && around.wrapper === undefined) {
      seen.included.push(...[...statement.descendants()].filter(isStatement));
      return { ...seen.child, type };
    }
    const identifier = mapping.identifiers();
    const { resourceType, extension: stated, ...members } = mapper.map(mapping);
    for (const { statement: nested } of mapping.included.flatMap((one) => mapping.nested(one))) {
      if (isEntryReference(nested) || isOnlyId(nested)) mapping.include(nested);
    }
    const narrative = mapping.narrative();
    const resource: Resource = guarded(mapping, {
      resourceType,
      ...(narrative && { text: narrative }),
      ...(identifier && resourceType !== 'Composition' && { identifier }),
      ...members,
    });
    const reference = this.#emit(resource, statement, mapping.included);
    const children = this.#children(mapping, section, around);
    const placed =
      mapper.adopt?.(
        resource,
        children.map(({ child }) => child),
      ) ?? [];
    const related = children
      .filter(({ child }) => !placed.includes(child))
      .map(({ child, negated }) => relatedTo(child, negated));
    const extension = mapping.extensions([...list(stated), ...related]);
    if (extension) resource['extension'] = extension;
    const child: Child = { type, resourceType, reference };
    this.#seen.set(key, { child, included: mapping.included });
    return child;
  }

  /** The resources of the statements inside, those of included ones too. */
  #children(
    mapping: Mapping,
    section: SectionScope,
    around: Around = {},
  ): { child: Child; negated: boolean }[] {
    const pair = section.kind === 'vital-signs' ? pressurePairOf(mapping.element) : undefined;
    const nested = mapping.included
      .flatMap((statement) => mapping.nested(statement))
      .filter(({ statement }) => around.apart?.has(statement) !== true && statement !== pair?.diastolic);
    return nested.flatMap((one) => {
      const negated = isNegated(one.link);
      const read =
        pair && one.statement === pair.systolic
          ? [this.#readOne(one.statement, one.type, section, bloodPressure(pair), { link: one.link })]
          : this.#read(one, section);
      return read.map((child) => ({ child, negated }));
    });
  }
}

/**
 * What makes a statement the same fact again: its whole text, where it has an id of its own, and all that its surroundings add:
 * whether it is denied or taken back, its mood, whose it is, and of what has no time or medicine of its own, those around it.
 */
function identityOf(mapping: Mapping): string | undefined {
  const { element } = mapping;
  if (!element.all('id').some((id) => id.attribute('root') !== undefined)) return undefined;
  const isWhole =
    element.at('effectiveTime') !== undefined &&
    (element.name !== 'supply' || element.at('product') !== undefined);
  const [holder] = isWhole ? [] : statementsAround(element);
  return [
    mapping.negated,
    mapping.nullified,
    mapping.mood,
    otherSubject(element)?.xpath() ?? '',
    holder?.xpath() ?? '',
    element.serialized(),
  ].join(' ');
}

/** How a statement belongs to another, where FHIR has no element for it. */
function relatedTo({ type, reference }: Child, negated: boolean): JsonObject {
  return {
    url: ourExtensions.related,
    extension: [
      { url: 'relationship', valueCode: `${negated ? 'not-' : ''}${type === '' ? 'COMP' : type}` },
      { url: 'target', valueReference: { reference } },
    ],
  };
}

function list(value: JsonValue | undefined): JsonObject[] {
  return Array.isArray(value)
    ? value.filter((item): item is JsonObject => typeof item === 'object' && item !== null)
    : [];
}
