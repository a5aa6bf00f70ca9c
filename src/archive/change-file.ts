import * as v from 'valibot';

export const sha256Hex = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/));

/** Resource types name files, so only what FHIR allows in one may pass. */
export const resourceTypeName = /^[A-Z][A-Za-z]{0,63}$/;
const resourceType = v.pipe(v.string(), v.regex(resourceTypeName));

/**
 * A line of `data/changes.ndjson`: what a pull changed about one resource. `sha256` is that of the resource's NDJSON
 * line without its line end; the line is in this bag, but for a resource that reappeared as it was.
 */
export const changeLine = v.variant('change', [
  v.object({
    change: v.picklist(['new', 'changed', 'reappeared']),
    resourceType,
    id: v.string(),
    sha256: sha256Hex,
    /** `query` of the ledger row that brought it. */
    query: v.string(),
  }),
  v.object({ change: v.literal('vanished'), resourceType, id: v.string() }),
  /** The portal gives it under another id now, `to`, of the same type; that one's own line says `new`. */
  v.object({ change: v.literal('renumbered'), resourceType, id: v.string(), to: v.string() }),
]);

export type ChangeLine = v.InferOutput<typeof changeLine>;
