import type { XmlElement } from '../xml/element.ts';

/** Where a document names who produced it, the most telling first (C-CDA, "US Realm Header": custodian, author). */
const places: readonly (readonly string[])[] = [
  ['custodian', 'assignedCustodian', 'representedCustodianOrganization', 'name'],
  ['author', 'assignedAuthor', 'representedOrganization', 'name'],
  ['author', 'assignedAuthor', 'assignedAuthoringDevice', 'softwareName'],
  ['author', 'assignedAuthor', 'assignedAuthoringDevice', 'manufacturerModelName'],
];

/**
 * Who produced a document, as it says itself: who keeps it, else the organization its author wrote it for, else the
 * software that wrote it. A person is not meant.
 */
export function producerOf(root: XmlElement): string | undefined {
  return places.flatMap((path) => root.all(...path).flatMap((name) => name.text() ?? []))[0];
}
