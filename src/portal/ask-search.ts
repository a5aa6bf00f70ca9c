import type { AttachmentSources } from './attachment-request.ts';
import type { LedgerRow, PulledResource } from '../model/index.ts';
import type { NoAnswer } from './fhir-answer.ts';
import type { Harvest } from './harvest.ts';
import { addNotices, openRow } from './ledger-row.ts';
import { askedBy, withNeed, type PlannedQuery } from './plan.ts';
import type { Need } from './plan-table.ts';
import { withoutParts } from './query-parts.ts';
import { reactionTo, refusesValue, saysLeftOut } from './reaction.ts';
import { search } from './search.ts';
import type { Session } from './session.ts';
import { UpdateWatch, type SearchSeen } from './updated-since.ts';

/** What asking needs besides the question. */
export interface Asking {
  session: Session;
  harvest: Harvest;
  baseUrl: string;
  /** What attachments are fetched with. */
  sources: AttachmentSources;
  /** The instant since which alone a query need be asked. */
  sinceOf: (query: string, resourceType: string) => string | undefined;
  onSearched?: ((seen: SearchSeen) => void) | undefined;
}

/** One search of those that a planned one comes to. */
interface Step {
  query: string;
  pageSize?: number | undefined;
  since?: string | undefined;
  /** False once the portal has refused `since`. */
  honoured?: false | undefined;
  /** Values added to what was planned; at most `mostAdded`. */
  added: readonly string[];
  tried: readonly string[];
  /** What the portal said to those. */
  notices: readonly string[];
  reason?: string | undefined;
  narrowedBy: readonly string[];
  /** True for a search beside one that was answered in full, by a parameter the portal does not declare. */
  unasked?: boolean | undefined;
}

interface Asked {
  step: Step;
  row: LedgerRow;
  /** Why there was no first page, where there was none. */
  refusal: NoAnswer | undefined;
}

const mostAdded = 2;

/**
 * Asks a planned search, and reacts to what the portal says of it (`reactionTo`): with the parameter it insists on, or
 * without the one it does not know. A search that leaves something out, by the portal's own words or for a reason in
 * the plan, is followed by the same by category. Returns the rows of the searches that were answered, or refused for
 * good; `tried` of a row names those asked before it in its place.
 */
export async function* askSearch(
  planned: PlannedQuery,
  asking: Asking,
): AsyncGenerator<PulledResource, LedgerRow[]> {
  const { query, resourceType, pageSize, since, reason, needs = [], instead, narrowedBy = [] } = planned;
  const byValues = (step: Step, { parameter, values }: Need): Step[] =>
    values.map((value) => {
      const narrower = withNeed(step.query, parameter, value);
      const from = asking.sinceOf(narrower, resourceType);
      return { ...step, query: narrower, since: from, honoured: undefined, added: [...step.added, value] };
    });
  const ended: Asked[] = [];
  let refused: LedgerRow | undefined;
  /** The same, where the search for all of it was not answered. */
  const inParts = (step: Step, need: Need): Step[] => {
    if (need.all === true) return byValues(step, need);
    const { parameter } = need;
    const reasons = [...(step.reason === undefined ? [] : [step.reason]), askedBy(parameter)];
    return byValues(
      { ...step, reason: reasons.join(' '), narrowedBy: [...step.narrowedBy, parameter] },
      need,
    );
  };
  let queue: Step[] = [{ query, pageSize, since, added: [], tried: [], notices: [], reason, narrowedBy }];
  for (let step = queue.shift(); step !== undefined; step = queue.shift()) {
    const { row, refusal } = yield* askOnce(step, resourceType, asking);
    const again = {
      ...step,
      tried: [...step.tried, `${addressOf(step)} (${row.httpStatus ?? 'no answer'})`],
      notices: row.notices,
    };
    const isFresh = step.added.length === 0;
    const mayAdd = step.added.length < mostAdded;
    const reaction = refusal && reactionTo(refusal, addressOf(step), mayAdd ? needs : []);
    if (reaction !== undefined && 'drop' in reaction) {
      queue = [again, ...queue].map((one) => without(one, reaction.drop));
    } else if (reaction !== undefined && mayAdd) {
      queue = [...inParts(again, reaction.add), ...queue];
    } else if (instead !== undefined && isFresh && refusal?.outcome === 'refused') {
      refused = row;
      queue = [...inParts(again, instead), ...queue];
    } else {
      ended.push({ step, row, refusal });
      const isBroken = refusal?.status !== undefined || row.outcome === 'truncated';
      if (isFresh && isBroken && instead !== undefined) queue = [...inParts(step, instead), ...queue];
      const more = isFresh && !isBroken ? leftOut(row, needs) : undefined;
      if (more !== undefined)
        queue = [...byValues({ ...step, unasked: isInVain(row, more) }, more), ...queue];
    }
  }
  if (refused !== undefined && ended.every(({ refusal }) => refusal?.outcome === 'refused')) return [refused];
  excuseUnknown(ended);
  return ended.map(({ row }) => row);
}

async function* askOnce(
  step: Step,
  resourceType: string,
  { session, harvest, baseUrl, onSearched }: Asking,
): AsyncGenerator<PulledResource, Asked> {
  const row = openRow(step.query, resourceType);
  if (step.reason !== undefined) row.reason = step.reason;
  if (step.tried.length > 0) row.tried = [...step.tried];
  if (step.narrowedBy.length > 0) row.narrowedBy = [...step.narrowedBy];
  addNotices(row, step.notices);
  if (step.since !== undefined) row.since = step.since;
  const watch = new UpdateWatch(resourceType, step.since);
  const onPage = watch.see.bind(watch);
  const refusal = yield* search(session, harvest, baseUrl, row, { address: addressOf(step), onPage });
  const isWhole = row.outcome === 'complete';
  if (!isWhole || watch.isAsAsked) {
    if (isWhole) onSearched?.(watch.seen(step.query, step.since === undefined ? step.honoured : true));
    return { step, row, refusal };
  }
  // Not only the new came, or nothing at all: what is missing cannot be told, so all is asked for.
  delete row.since;
  const whole = new UpdateWatch(resourceType, undefined);
  const address = addressOf({ ...step, since: undefined });
  const none = yield* search(session, harvest, baseUrl, row, { address, onPage: whole.see.bind(whole) });
  if (row.outcome === 'complete') onSearched?.(whole.seen(step.query, watch.isIgnored ? false : undefined));
  return { step, row, refusal: none };
}

/** What is sent: the row's query, how much of it at a time, and since when. */
function addressOf({ query, pageSize, since }: Step): string {
  const sized = pageSize === undefined ? query : `${query}&_count=${pageSize}`;
  return since === undefined ? sized : `${sized}&_lastUpdated=ge${since}`;
}

function without(step: Step, names: readonly string[]): Step {
  const { query, pageSize, since, ...rest } = step;
  return {
    ...rest,
    query: withoutParts(query, names),
    ...(!names.includes('_count') && { pageSize }),
    ...(names.includes('_lastUpdated') ? since !== undefined && { honoured: false } : { since }),
  };
}

/** What a search is to be asked by as well, because it may have left something out. */
function leftOut(
  { outcome, returned, repeated, notices, since }: LedgerRow,
  needs: readonly Need[],
): Need | undefined {
  if (outcome !== 'complete' || since !== undefined) return undefined;
  const isSilent = returned + repeated === 0;
  return needs.find(({ parameter, ifEmpty }) =>
    isSilent ? ifEmpty === true : parameter === 'category' && saysLeftOut(notices),
  );
}

/** True for a need asked for only because nothing came, by a parameter the portal does not declare. */
function isInVain({ returned, repeated, notices }: LedgerRow, { undeclared }: Need): boolean {
  return undeclared === true && returned + repeated === 0 && !saysLeftOut(notices);
}

/**
 * A portal that answers for some values, and says of another that it does not know it, withholds nothing by that: such
 * a search counts as not asked. So does one beside a full answer, by a parameter that the portal never said it knows.
 */
function excuseUnknown(ended: readonly Asked[]): void {
  const split = ended.filter(({ step }) => step.added.length > 0);
  for (const { step, row, refusal } of split) {
    if (step.unasked !== true || (refusal?.status !== 400 && refusal?.status !== 422)) continue;
    row.outcome = 'not-asked';
    row.reason = `The portal takes no such search, and declares none: it answered ${refusal.status}.`;
  }
  if (!split.some(({ refusal }) => refusal === undefined)) return;
  for (const { step, row, refusal } of split) {
    const value = step.added.at(-1) ?? '';
    if (refusal === undefined || step.unasked === true || !refusesValue(refusal, value)) continue;
    row.outcome = 'not-asked';
    row.reason = `The portal takes no search for ${value}: it answered ${row.httpStatus ?? 'nothing'}.`;
  }
}
