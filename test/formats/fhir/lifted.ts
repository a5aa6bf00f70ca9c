import type { JsonObject } from '../../../src/json/index.ts';
import { read } from '../../facts/reading.ts';

/** The resource that one sent in another release becomes. */
export async function lifted(sent: object): Promise<JsonObject> {
  const { entries } = await read(JSON.stringify(sent));
  const [entry] = entries;
  if (entry === undefined) throw new Error('nothing was read');
  return entry.resource;
}

export const terminology = 'http://terminology.hl7.org/CodeSystem/';

/** The extension of a member that R4 has no place for. */
export const kept = (version: string, path: string): string =>
  `http://hl7.org/fhir/${version}/StructureDefinition/extension-${path}`;

export const somebody = { reference: 'Patient/1' };

/** A concept with one code. */
export const coded = (system: string, code: string): object => ({ coding: [{ system, code }] });
