import type { Ledger, LedgerRow, Pulled, PulledResource } from '../model/index.ts';
import { readReferences } from './by-reference.ts';
import { requireR4, type PortalDescription } from './description.ts';
import { askFhir } from './fhir-answer.ts';
import { fetchAttachments } from './fetch-attachments.ts';
import { Harvest } from './harvest.ts';
import type { Http } from './http.ts';
import { addNotices, closeRow, openRow, worsen } from './ledger-row.ts';
import { planQueries, type PlannedQuery } from './plan.ts';
import { search } from './search.ts';
import { readResource } from './searchset.ts';
import { openSession, type Session } from './session.ts';
import type { TokenSet } from './token-set.ts';

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
  const { description, tokens, patientId, now, onProgress } = options;
  requireR4(description);
  const { baseUrl, fhirVersion } = description;
  const session = openSession(options);
  const granted = tokens.scopesGranted;
  const started = now().toISOString();
  const plan = planQueries(description, granted, patientId);
  const harvest = new Harvest(patientId, baseUrl);
  const rows: LedgerRow[] = [];
  const of = plan.length + 2;

  for (const [index, planned] of plan.entries()) {
    onProgress?.({ query: planned.query, step: index + 1, of });
    const row = yield* runPlanned(planned, session, harvest, baseUrl);
    rows.push(closeRow(row));
    onProgress?.({ query: row.query, step: index + 1, of, row });
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
  yield* fetchAttachments({ ...options, session, baseUrl }, harvest.attachments, attachments);
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
  session: Session,
  harvest: Harvest,
  baseUrl: string,
): AsyncGenerator<PulledResource, LedgerRow> {
  const row = openRow(planned.query, planned.resourceType);
  if (planned.reason !== undefined) row.reason = planned.reason;
  if (planned.how === 'not-asked') {
    row.outcome = 'not-asked';
    return row;
  }
  if (planned.how === 'read') {
    yield* readOne(session, harvest, baseUrl, row);
    return row;
  }
  yield* search(session, harvest, baseUrl, row);
  const insists =
    row.pages === 1 && row.outcome === 'refused' && (row.httpStatus === 400 || row.httpStatus === 422);
  if (!insists || planned.ifRefused === undefined) return row;
  const instead = openRow(planned.ifRefused, planned.resourceType);
  addNotices(instead, row.notices);
  yield* search(session, harvest, baseUrl, instead);
  return instead;
}

async function* readOne(
  session: Session,
  harvest: Harvest,
  baseUrl: string,
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
