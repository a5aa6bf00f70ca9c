import { isNumber, writeJson, type JsonValue } from '../json/index.ts';
import { isSaid, type Leaf } from './detail.ts';
import { jsonDifferences, type JsonDifference } from './json-difference.ts';
import type { Row } from './row.ts';

/** What differs between two versions of one resource. */
export interface RowDifference {
  /** The fields of the row that differ, in the order of the row. */
  fields: string[];
  /** Every place of the JSON that differs, `note[0].text`. */
  members: string[];
  /** Those of them of which no field tells, without the numbers of lists: `note.authorString`. */
  untold: string[];
}

/** What says where a row is from, and not what it says. `asOf` follows the pull. */
const places: readonly string[] = ['id', 'resourceType', 'sources', 'asOf'];

/** What a row says only because its source no longer gives it. */
const ofWithdrawal: readonly string[] = ['status', 'cautions'];

/**
 * Compares two versions of a resource: as rows, and as JSON without what may change by itself (`stableForm` of the
 * archive). With `withdrawn`, one of them is no longer given by its source, which is no difference of its own.
 */
export function rowDifference(
  before: { row: Row; json: JsonValue },
  after: { row: Row; json: JsonValue },
  { withdrawn = false } = {},
): RowDifference {
  const fields = [...new Set([...Object.keys(before.row), ...Object.keys(after.row)])].filter(
    (field) =>
      !places.includes(field) &&
      !(withdrawn && ofWithdrawal.includes(field)) &&
      writeJson([before.row[field]]) !== writeJson([after.row[field]]),
  );
  const differences = jsonDifferences(before.json, after.json).filter(({ path }) => path !== 'id');
  const told = (row: Row): string => writeJson(fields.map((field) => row[field])).toLowerCase();
  const [toldBefore, toldAfter] = [told(before.row), told(after.row)];
  const untold = differences.filter((difference) => !isTold(difference, toldBefore, toldAfter));
  return {
    fields,
    members: differences.map(({ path }) => path),
    untold: [...new Set(untold.map(({ path }) => path.replaceAll(/\[\d+\]/g, '')))],
  };
}

/** True when the fields that differ have the value as it is now; where it is gone, as it was. Case is of no account. */
function isTold({ before, after }: JsonDifference, toldBefore: string, toldAfter: string): boolean {
  const value = after ?? before;
  const told = after === undefined ? toldBefore : toldAfter;
  return isLeaf(value) && isSaid(told, typeof value === 'string' ? value.toLowerCase() : value);
}

function isLeaf(value: JsonValue | undefined): value is Leaf {
  return typeof value === 'string' || typeof value === 'boolean' || isNumber(value);
}
