import * as v from 'valibot';
import type { PersonIdentity } from '../model/index.ts';

/** What tells one person from another, as a source states it. */
export const personIdentity: v.GenericSchema<unknown, PersonIdentity> = v.object({
  name: v.exactOptional(v.string()),
  family: v.exactOptional(v.string()),
  birthDate: v.exactOptional(v.string()),
});

/** `source.json`: what a source folder holds, written once when the folder is made. */
export const sourceFile = v.variant('kind', [
  v.object({
    schema: v.literal('bluebutton/source/1'),
    kind: v.literal('portal'),
    /** The portal's name as the person gave it. */
    name: v.string(),
    baseUrl: v.string(),
    fhirVersion: v.string(),
    patientId: v.string(),
    /** Whom the portal said the record is about when the folder was made. */
    person: personIdentity,
  }),
  v.object({
    schema: v.literal('bluebutton/source/1'),
    kind: v.literal('files'),
    name: v.literal('files'),
    /** What the first imported document said. */
    person: personIdentity,
  }),
]);

export type SourceDescription = v.InferOutput<typeof sourceFile>;
export type PortalDescription = Extract<SourceDescription, { kind: 'portal' }>;

/** Two spellings of one base URL differ at most in slashes at the end. */
export function sameBaseUrl(one: string, other: string): boolean {
  return one.replace(/\/+$/, '') === other.replace(/\/+$/, '');
}
