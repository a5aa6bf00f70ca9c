import type { JsonObject, JsonValue } from '../../json/index.ts';
import { documentVersionUrl, lookUp, ourExtensions, type Resource } from '../../model/index.ts';
import type { XmlElement } from '../xml/element.ts';
import { noConcept, conceptOf } from './concept.ts';
import { filled, listOf, present, valued } from '../json-parts.ts';
import { leftoversOf } from './leftovers.ts';
import type { Mapping } from './mapping.ts';
import type { Child } from './mapper.ts';
import { narrativeXhtml } from './narrative.ts';
import type { NarrativeIndex } from './narrative-index.ts';
import { absent } from '../absent.ts';
import { nullFlavorOf } from './null-flavor.ts';
import { identifierOf } from './identifier.ts';

/** Relations of a document to an earlier one → Composition.relatesTo. */
const relations: Readonly<Record<string, string>> = { RPLC: 'replaces', APND: 'appends', XFRM: 'transforms' };

/** The document's header → Composition (C-CDA on FHIR, "US Realm Header"). `sections` are its sections, in order. */
export function compositionOf(
  mapping: Mapping,
  sections: readonly JsonObject[],
  encounter: JsonObject | undefined,
): Resource {
  const { element: root } = mapping;
  const authors = present(root.all('author').map((author) => mapping.party(author)));
  const id = root.at('id');
  mapping.take(id, root.at('component'), root.at('recordTarget'), root.at('componentOf'));
  const date = mapping.dated('date', root.at('effectiveTime'));
  const title = root.at('title');
  mapping.take(title);
  const confidentiality = root.at('confidentialityCode');
  const level = confidentiality?.attribute('code');
  const isLevel = ['U', 'L', 'M', 'N', 'R', 'V'].includes(level ?? '');
  if (isLevel) mapping.take(confidentiality);
  return {
    resourceType: 'Composition',
    ...filled({
      language: languageOf(mapping, root.at('languageCode')),
      extension: listOf([versionOf(mapping)]),
      identifier: id && identifierOf(id),
    }),
    status: 'final',
    type: conceptOf(root.at('code'), mapping.document.narrative) ?? noConcept('unknown'),
    ...filled({ category: mapping.concepts(root.all('sdtc:category')) }),
    subject: mapping.document.subject,
    ...filled({ encounter }),
    ...(Object.keys(date).length > 0 ? date : { _date: { extension: [absent('unknown')] } }),
    author: authors.length > 0 ? authors : [{ extension: [absent('unknown')] }],
    ...titleOf(root),
    ...(isLevel && { confidentiality: level }),
    ...filled({
      attester: attesters(mapping),
      custodian: mapping.party(root.at('custodian', 'assignedCustodian', 'representedCustodianOrganization')),
      relatesTo: relatesTo(mapping),
      event: events(mapping),
      section: [...sections],
    }),
  };
}

function versionOf(mapping: Mapping): JsonObject | undefined {
  const element = mapping.element.at('versionNumber');
  const value = element?.attribute('value');
  if (value !== undefined) mapping.take(element);
  return valued(documentVersionUrl, 'valueString', value);
}

/** R4 demands a title; a document without one is called by its code. */
function titleOf(root: XmlElement): JsonObject {
  const title = root.at('title')?.text() ?? root.at('code')?.attribute('displayName');
  return title === undefined ? { _title: { extension: [absent('unknown')] } } : { title };
}

function languageOf(mapping: Mapping, element: XmlElement | undefined): string | undefined {
  const code = element?.attribute('code');
  if (code === undefined || !/^[a-z]{2,3}(-[a-z0-9]{2,8})*$/i.test(code)) return undefined;
  mapping.take(element);
  return code;
}

function attesters(mapping: Mapping): JsonValue[] | undefined {
  const of = (name: string, mode: string): (JsonObject | undefined)[] =>
    mapping.element.all(name).map((element) => {
      const party = mapping.party(element);
      return filled({ mode, ...mapping.dated('time', element.at('time')), party });
    });
  return listOf([...of('legalAuthenticator', 'legal'), ...of('authenticator', 'professional')]);
}

function relatesTo(mapping: Mapping): JsonValue[] | undefined {
  return listOf(
    mapping.element.all('relatedDocument').map((related) => {
      const code = lookUp(relations, related.attribute('typeCode'));
      const id = related.at('parentDocument', 'id');
      const targetIdentifier = id && identifierOf(id);
      if (code === undefined || targetIdentifier === undefined) return undefined;
      mapping.take(id);
      return { code, targetIdentifier };
    }),
  );
}

/** What the document is about: its service events, and the time each covers. */
function events(mapping: Mapping): JsonValue[] | undefined {
  return listOf(
    mapping.element.all('documentationOf', 'serviceEvent').map((event) => {
      const found = filled({
        code: listOf([mapping.concept(event.at('code'))]),
        period: mapping.period(event.at('effectiveTime')),
      });
      return Object.keys(found).length === 0 ? undefined : found;
    }),
  );
}

/** Why a section is empty, by its null flavour (C-CDA on FHIR: no map; `list-empty-reason`). */
const emptyReasons: Readonly<Record<string, string>> = {
  NI: 'unavailable',
  UNK: 'unavailable',
  NAV: 'unavailable',
  NA: 'unavailable',
  ASKU: 'unavailable',
  NASK: 'notasked',
  MSK: 'withheld',
};

/** A section → Composition.section, its narrative whole, its entries as references, what else it says as sent. */
export function sectionOf(
  section: XmlElement,
  entries: readonly Child[],
  inner: readonly JsonObject[],
  narrative: NarrativeIndex,
): JsonObject {
  const [code, title, text] = ['code', 'title', 'text'].map((name) => section.at(name));
  const carried = new Set(
    [code, title, text, ...section.all('entry'), ...section.all('component')].flatMap((element) =>
      element ? [...element.descendants()] : [],
    ),
  );
  const left = [
    ...leftoversOf(section, carried),
    ...section.all('entry').flatMap((entry) => leftoversOf(entry, new Set(), 'entry/')),
    ...(text === undefined || text.text() !== undefined ? [] : leftoversOf(text, new Set(), 'text/')),
  ];
  const says = text !== undefined && (text.text() !== undefined || text.elements().length > 0);
  const flavor = nullFlavorOf(section);
  const reason = entries.length === 0 ? lookUp(emptyReasons, flavor) : undefined;
  return filled({
    extension: listOf([
      valued(ourExtensions.nullFlavor, 'valueCode', flavor),
      ...left.map((item) => valued(ourExtensions.asSent, 'valueString', item)),
    ]),
    title: title?.text(),
    code: conceptOf(code, narrative),
    text: says
      ? { status: 'additional', div: narrativeXhtml(text) }
      : entries.length === 0 && inner.length === 0
        ? { status: 'empty', div: '<div xmlns="http://www.w3.org/1999/xhtml">(no text)</div>' }
        : undefined,
    entry: listOf(entries.map(({ reference }) => ({ reference }))),
    emptyReason:
      reason === undefined || inner.length > 0
        ? undefined
        : { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/list-empty-reason', code: reason }] },
    section: [...inner],
  });
}
