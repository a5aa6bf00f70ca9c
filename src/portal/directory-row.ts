import * as v from 'valibot';

const endpointSchema = v.object({
  /** FHIR base URL without a slash at the end, as published: nothing vouches for it. */
  baseUrl: v.string(),
  /** As stated, or as the address tells (`/DSTU2/`): `4.0.1`. */
  fhirVersion: v.optional(v.string()),
  /** `Endpoint.status`, where it is another than `active`. */
  status: v.optional(v.string()),
  name: v.optional(v.string()),
});

const portalSchema = v.object({
  name: v.optional(v.string()),
  url: v.optional(v.string()),
  endpoints: v.array(endpointSchema),
});

const placeSchema = v.object({
  city: v.optional(v.string()),
  state: v.optional(v.string()),
  postalCode: v.optional(v.string()),
});

/** One organization of a directory, with its portals: a line of the cached form. */
export const directoryRowSchema = v.object({
  /** Empty where the directory withholds it. */
  name: v.string(),
  aliases: v.optional(v.array(v.string())),
  places: v.optional(v.array(placeSchema)),
  websites: v.optional(v.array(v.string())),
  /** Names of the organizations above it, the nearest first. */
  partOf: v.optional(v.array(v.string())),
  /** False where the directory says it is no longer active. */
  active: v.optional(v.boolean()),
  /** Address of the organization's own directory. */
  bundle: v.optional(v.string()),
  portals: v.array(portalSchema),
});

export type DirectoryEndpoint = v.InferOutput<typeof endpointSchema>;
export type DirectoryPortal = v.InferOutput<typeof portalSchema>;
export type DirectoryPlace = v.InferOutput<typeof placeSchema>;
export type DirectoryRow = v.InferOutput<typeof directoryRowSchema>;

/** A line of the cached form as a row; undefined for a line that is none. */
export function readDirectoryRow(line: string): DirectoryRow | undefined {
  try {
    const parsed = v.safeParse(directoryRowSchema, JSON.parse(line));
    return parsed.success ? parsed.output : undefined;
  } catch {
    return undefined;
  }
}
