import type { JsonObject } from '../../json/index.ts';
import type { XmlElement } from '../xml/element.ts';
import { isUuid, systemOf } from './code-system.ts';
import { filled, present } from '../json-parts.ts';
import { nullFlavorOf } from './null-flavor.ts';

/** Identifiers whose extension is itself an address, split at its last separator (C-CDA on FHIR, "Identifiers"). */
const addressRoot = '2.16.840.1.113883.4.873';

/** An II as a FHIR Identifier (C-CDA on FHIR, "CDA id → FHIR identifier"); undefined for a null flavour alone. */
export function identifierOf(id: XmlElement): JsonObject | undefined {
  const root = id.attribute('root');
  const extension = id.attribute('extension');
  const name = id.attribute('assigningAuthorityName');
  const assigner = name === undefined ? undefined : { display: name };
  // A masked number leaves only whose number it is, which identifies nobody.
  if (extension === undefined && nullFlavorOf(id) !== undefined) return undefined;
  if (root === undefined) return extension === undefined ? undefined : filled({ value: extension, assigner });
  if (extension === undefined) return filled({ system: 'urn:ietf:rfc:3986', value: urnOf(root), assigner });
  if (root === addressRoot) {
    const cut = extension.lastIndexOf(extension.startsWith('urn:') ? ':' : '/');
    return filled({ system: extension.slice(0, cut), value: extension.slice(cut + 1), assigner });
  }
  return filled({ system: systemOf(root) ?? root, value: extension, assigner });
}

/** The identifiers among `id` elements. */
export function identifiersOf(ids: readonly XmlElement[]): JsonObject[] {
  return present(ids.map(identifierOf));
}

function urnOf(root: string): string {
  if (isUuid(root)) return `urn:uuid:${root.toLowerCase()}`;
  return /^\d+(\.\d+)+$/.test(root) ? `urn:oid:${root}` : root;
}
