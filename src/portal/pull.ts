import type { Ledger, LedgerRow, Pulled, PulledResource } from '../model/index.ts';
import { askDocref, askEverything, fillNarrowed } from './ask-operation.ts';
import { askSearch, type Asking } from './ask-search.ts';
import { readReferences } from './by-reference.ts';
import { requirePulled, type PortalDescription } from './description.ts';
import { askFhir, fhirJson, fhirJsonOf } from './fhir-answer.ts';
import { fetchAttachments } from './fetch-attachments.ts';
import { Harvest } from './harvest.ts';
import type { Http } from './http.ts';
import { addNotices, closeRow, openRow, worsen } from './ledger-row.ts';
import { mayAskSince, planQueries, type PlannedQuery, type PlanOptions } from './plan.ts';
import { resuming, type AnswersKept } from './resumed-session.ts';
import { readResource } from './searchset.ts';
import { openSession, type Session } from './session.ts';
import type { TokenSet } from './token-set.ts';
import type { SearchSeen } from './updated-since.ts';
import { vendorFor } from './vendors.ts';

/** Told when a query begins, and, with its row, when it has ended. */
export interface PullProgress {
  query: string;
  /** From 1; the references and the attachments count one each. */
  step: number;
  of: number;
  row?: LedgerRow;
}

export interface PullOptions {
  http: Http;
  description: PortalDescription;
  tokens: TokenSet;
  patientId: string;
  now: () => Date;
  onProgress?: ((progress: PullProgress) => void) | undefined;
  /** Gets new tokens, and keeps them, when the portal no longer accepts the old. */
  renew?: ((old: TokenSet) => Promise<TokenSet>) | undefined;
  signal?: AbortSignal | undefined;
  /** What a person and earlier pulls have to say about the plan. */
  plan?: PlanOptions | undefined;
  /** Answers of an earlier pull to go on from, and where those of this one are put aside. */
  answers?: AnswersKept | undefined;
  /** Told of every search that came to its end. */
  onSearched?: ((seen: SearchSeen) => void) | undefined;
}

/**
 * Brings one person's record out of a portal: the planned searches to their last page, what they refer to, and the
 * attachments. Yields every resource once, in an order that depends only on what the portal answers, and returns the
 * ledger; its `new`, `changed`, `unchanged` and `vanished` are for the archive to fill. What goes wrong with one query
 * is a row of the ledger, and the next is asked.
 *
 * @throws BlueButtonError `login-needed` when the portal no longer accepts the tokens, `failed` for another FHIR
 *   version, `interrupted` when `signal` fired.
 */
export async function* pull(options: PullOptions): AsyncGenerator<Pulled, Ledger> {
  const { description, tokens, patientId, now, onProgress, onSearched, plan: planOptions } = options;
  requirePulled(description);
  const { baseUrl, fhirVersion } = description;
  const vendor = vendorFor(description, planOptions?.vendor);
  const session = accepting(
    resuming(openSession(options), options.answers),
    vendor.accept ?? fhirJsonOf(fhirVersion),
  );
  const granted = tokens.scopesGranted;
  const started = options.answers?.begun ?? now().toISOString();
  const plan = planQueries(description, granted, patientId, planOptions);
  const harvest = new Harvest(patientId, baseUrl);
  const sinceOf = (query: string, type: string): string | undefined =>
    mayAskSince(vendor, description.types[type]) ? planOptions?.since?.[query] : undefined;
  const sources = { ...options, session, baseUrl };
  const asking = { session, harvest, baseUrl, sources, sinceOf, onSearched };
  const rows: LedgerRow[] = [];
  let of = plan.length + 2;

  for (const [index, planned] of plan.entries()) {
    onProgress?.({ query: planned.query, step: index + 1, of });
    const ended = yield* runPlanned(planned, asking, rows);
    if (planned.orElse !== undefined && ended[0]?.outcome === 'not-asked') {
      plan.push(...planned.orElse);
      of = plan.length + 2;
    }
    for (const row of ended) {
      rows.push(closeRow(row));
      onProgress?.({ query: row.query, step: index + 1, of, row });
    }
  }

  onProgress?.({ query: 'references', step: plan.length + 1, of });
  const byReference = new Map<string, LedgerRow>();
  yield* readReferences(session, harvest, description, granted, byReference);
  for (const row of byReference.values()) {
    rows.push(closeRow(row));
    onProgress?.({ query: row.query, step: plan.length + 1, of, row });
  }

  const attachments = openRow('attachments', 'Binary');
  onProgress?.({ query: attachments.query, step: of, of });
  yield* fetchAttachments(sources, harvest.attachments, attachments);
  rows.push(closeRow(attachments));
  onProgress?.({ query: attachments.query, step: of, of, row: attachments });

  return {
    schema: 'bluebutton/ledger/1',
    baseUrl,
    fhirVersion,
    patientId,
    scopesRequested: tokens.scopesRequested,
    scopesGranted: granted,
    started,
    finished: now().toISOString(),
    rows,
    vanished: [],
  };
}

async function* runPlanned(
  planned: PlannedQuery,
  asking: Asking,
  before: readonly LedgerRow[],
): AsyncGenerator<Pulled, LedgerRow[]> {
  const { query, resourceType, how, reason } = planned;
  if (planned.fills === true) return yield* fillNarrowed(planned, asking, before);
  if (how === 'search') return yield* askSearch(planned, asking);
  if (how === 'everything') return yield* askEverything(planned, asking);
  if (how === 'docref') return yield* askDocref(planned, asking);
  const row = openRow(query, resourceType);
  if (reason !== undefined) row.reason = reason;
  if (how === 'not-asked') row.outcome = 'not-asked';
  else yield* readOne(asking, row);
  return [row];
}

/** The session, asking for FHIR in the words its vendor or its release wants. */
function accepting(session: Session, fhir: string): Session {
  return { get: (url, accept, more) => session.get(url, accept === fhirJson ? fhir : accept, more) };
}

async function* readOne(
  { session, harvest, baseUrl }: Asking,
  row: LedgerRow,
): AsyncGenerator<PulledResource> {
  const answer = await askFhir(session, new URL(`${baseUrl}/${row.query}`), readResource);
  row.pages += 1;
  if (answer.status !== undefined) row.httpStatus = answer.status;
  if (answer.outcome !== 'answered') {
    addNotices(row, answer.notices);
    worsen(row, answer.outcome, answer.reason);
    return;
  }
  if (answer.value.resource.resourceType !== row.resourceType) {
    worsen(row, 'failed', 'The portal answered with another resource than the one asked for.');
    return;
  }
  const pulled = harvest.take(answer.value, row);
  if (pulled !== undefined) yield pulled;
}
