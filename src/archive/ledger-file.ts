import * as v from 'valibot';
import type { Ledger } from '../model/index.ts';

const count = v.pipe(v.number(), v.integer(), v.minValue(0));

const row = v.object({
  query: v.string(),
  resourceType: v.string(),
  outcome: v.picklist(['complete', 'empty', 'refused', 'failed', 'truncated', 'not-asked']),
  httpStatus: v.exactOptional(v.number()),
  pages: count,
  returned: count,
  repeated: count,
  new: count,
  changed: count,
  unchanged: count,
  missing: v.array(v.string()),
  notices: v.array(v.string()),
  reason: v.exactOptional(v.string()),
  tried: v.exactOptional(v.array(v.string())),
  narrowedBy: v.exactOptional(v.array(v.string())),
  since: v.exactOptional(v.string()),
  counted: v.exactOptional(count),
});

/** `data/ledger.json`. */
export const ledgerFile: v.GenericSchema<unknown, Ledger> = v.object({
  schema: v.literal('bluebutton/ledger/1'),
  baseUrl: v.string(),
  fhirVersion: v.string(),
  patientId: v.string(),
  scopesRequested: v.array(v.string()),
  scopesGranted: v.array(v.string()),
  started: v.string(),
  finished: v.string(),
  rows: v.array(row),
  vanished: v.array(v.string()),
});
