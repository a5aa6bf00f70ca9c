import { isObject, type JsonValue } from '../json/index.ts';
import type { Entry } from './entry.ts';

/** HL7's extension for the version a CDA document gives itself. */
export const documentVersionUrl =
  'http://hl7.org/fhir/StructureDefinition/composition-clinicaldocument-versionNumber';

/**
 * The identity that a document gives itself (`Composition.identifier`) with its version, as one text; undefined for
 * entries of no document or of several. Two files with the same are copies of one document, whatever their bytes.
 */
export function documentIdOf(entries: readonly Entry[]): string | undefined {
  const [composition, ...others] = entries
    .map(({ resource }) => resource)
    .filter(({ resourceType }) => resourceType === 'Composition');
  if (composition === undefined || others.length > 0) return undefined;
  const { identifier, extension } = composition;
  if (!isObject(identifier)) return undefined;
  const parts = [identifier['system'], identifier['value']].filter((part) => typeof part === 'string');
  if (parts.length === 0) return undefined;
  const version = versionIn(extension);
  return [parts.join('|'), ...(version === undefined ? [] : [`version ${version}`])].join(' ');
}

function versionIn(extensions: JsonValue | undefined): string | undefined {
  if (!Array.isArray(extensions)) return undefined;
  for (const extension of extensions) {
    if (!isObject(extension) || extension['url'] !== documentVersionUrl) continue;
    const { valueString } = extension;
    if (typeof valueString === 'string') return valueString;
  }
  return undefined;
}
