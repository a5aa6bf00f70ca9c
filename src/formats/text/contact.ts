import type { JsonObject } from '../../json/index.ts';
import { filledOrNone, listOf } from '../json-parts.ts';

/** A phone number or address as a ContactPoint; undefined without a value. */
export function contactPoint(
  system: string,
  value: string | undefined,
  use?: string,
): JsonObject | undefined {
  return value === undefined ? undefined : { system, value, ...(use !== undefined && { use }) };
}

/** The parts of a postal address, those that are there. */
export interface AddressParts {
  line: readonly (string | undefined)[];
  city?: string | undefined;
  state?: string | undefined;
  postalCode?: string | undefined;
  country?: string | undefined;
}

/** An Address of its parts; undefined without any. */
export function addressOf({ line, ...place }: AddressParts): JsonObject | undefined {
  return filledOrNone({ line: listOf([...line]), ...place });
}
