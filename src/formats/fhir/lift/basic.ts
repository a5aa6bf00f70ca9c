import { isObject, writeJson, type JsonObject } from '../../../json/index.ts';
import { ourExtensions, type Resource } from '../../../model/index.ts';
import type { FhirVersion } from '../version.ts';

/** Statuses by which a resource says that it does not hold, whatever its kind. */
const takenBack = [
  'declined',
  'abandoned',
  'entered-in-error',
  'rejected',
  'cancelled',
  'failed',
  'aborted',
  'suspended',
  'revoked',
  'stopped',
  'not-done',
];

/**
 * A resource of a kind that R4 has nothing for, as it was sent, in R4's resource for what has no other. A status that takes
 * it back is a modifier there. Its id names its kind too, for several kinds become one; inside another resource it stays.
 */
export function asBasic(sent: JsonObject, version: FhirVersion, isContained: boolean): Resource {
  const { id, meta, text, resourceType } = sent;
  const type = typeof resourceType === 'string' ? resourceType : 'resource';
  const subject = [sent['subject'], sent['patient']].find((one) => isObject(one));
  const statuses = Object.entries(sent).flatMap(([name, value]) =>
    /status$/i.test(name) && typeof value === 'string' ? [value] : [],
  );
  const status = statuses.find((word) => takenBack.includes(word.toLowerCase()));
  return {
    resourceType: 'Basic',
    ...(typeof id === 'string' && { id: isContained ? id : idOfKind(type, id) }),
    ...(isObject(meta) && { meta }),
    ...(isObject(text) && { text }),
    extension: [{ url: ourExtensions.asSent, valueString: writeJson(sent) }],
    ...(status !== undefined && {
      modifierExtension: [{ url: ourExtensions.sentStatus, valueString: status }],
    }),
    code: { text: `${type} (FHIR ${version})` },
    ...(isObject(subject) && { subject }),
  };
}

/**
 * An id that names the kind of resource too, where several kinds become one; of one that would be longer than FHIR allows
 * the end is kept, where ids differ.
 */
export function idOfKind(type: string, id: string): string {
  return `${type}-${id}`.slice(-64).replace(/^-+/, '');
}
