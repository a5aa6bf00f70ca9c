import { decodeJson, parseJson } from '../json/index.ts';
import { isResource, type LedgerRow, type PulledDocument } from '../model/index.ts';
import { resolveAddress } from './address.ts';
import type { NamedAttachment } from './attachments.ts';
import { atOnce } from './by-reference.ts';
import { notAnswered, send, type NoAnswer } from './fhir-answer.ts';
import type { Answer } from './http.ts';
import { groupBy } from './grouping.ts';
import { inOrder } from './in-order.ts';
import { addNotices, worsen } from './ledger-row.ts';
import type { Session } from './session.ts';

/** The bytes behind an address, or why there are none. */
type Fetched =
  { outcome: 'answered'; status: number; bytes: Uint8Array; contentType?: string } | NoAnswer | Elsewhere;

interface Elsewhere {
  outcome: 'elsewhere';
  host: string;
}

/**
 * Fetches the original bytes of every attachment that lies at the portal's own origin. An address that several
 * resources name is fetched once and yielded for each of them.
 */
export async function* fetchAttachments(
  session: Session,
  attachments: readonly NamedAttachment[],
  baseUrl: string,
  row: LedgerRow,
): AsyncGenerator<PulledDocument> {
  const byAddress = groupBy(attachments, ({ url }) => resolveAddress(url, `${baseUrl}/`)?.href ?? url);
  const fetching = inOrder(byAddress, atOnce, ([address, named]) =>
    fetchOne(session, address, named[0]?.contentType, baseUrl),
  );
  for await (const [[, named], fetched] of fetching) {
    if (fetched.outcome === 'answered') {
      row.pages += 1;
      row.httpStatus = fetched.status;
      row.returned += 1;
      row.repeated += named.length - 1;
      for (const attachment of named) yield documentOf(attachment, fetched, row.query);
    } else {
      note(named, fetched, row);
    }
  }
}

async function fetchOne(
  session: Session,
  address: string,
  stated: string | undefined,
  baseUrl: string,
): Promise<Fetched> {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '') {
    return { outcome: 'failed', reason: 'An attachment has no address that can be fetched.', notices: [] };
  }
  if (url.origin !== new URL(baseUrl).origin) return { outcome: 'elsewhere', host: url.host };
  // Oracle Health answers 404 unless Accept is exactly the attachment's content type.
  const answer = await send(session, url, acceptFor(stated));
  if ('outcome' in answer) return answer;
  if (answer.status !== 200) return notAnswered(answer);
  return content(answer, stated);
}

function acceptFor(stated: string | undefined): string {
  return stated !== undefined && /^[\w.+-]+\/[\w.+-]+( *; *[\w-]+=[\w."-]+)*$/.test(stated) ? stated : '*/*';
}

/** The bytes of an answer: as they are, or out of a FHIR Binary where one came in their place. */
function content(answer: Answer, stated: string | undefined): Fetched {
  const { status } = answer;
  const sent = answer.headers.get('content-type') ?? undefined;
  const failed = (reason: string): Fetched => ({ outcome: 'failed', status, reason, notices: [] });
  if (isHtml(sent) && stated !== undefined && !isHtml(stated)) {
    return failed('A web page came instead of an attachment.');
  }
  if (isFhirJson(sent) && !isFhirJson(stated)) {
    const binary = readBinary(answer.bytes);
    return binary === undefined
      ? failed('FHIR came instead of an attachment, and no content in it.')
      : { outcome: 'answered', status, ...binary };
  }
  if (answer.bytes.length === 0) return failed('An attachment came empty.');
  return {
    outcome: 'answered',
    status,
    bytes: answer.bytes,
    ...(sent === undefined ? {} : { contentType: sent }),
  };
}

function isHtml(type: string | undefined): boolean {
  return /^(text\/html|application\/xhtml\+xml)\b/i.test(type ?? '');
}

function isFhirJson(type: string | undefined): boolean {
  return /^application\/(fhir\+json|json\+fhir|json)\b/i.test(type ?? '');
}

function readBinary(bytes: Uint8Array): { bytes: Uint8Array; contentType?: string } | undefined {
  try {
    const value = parseJson(decodeJson(bytes));
    if (!isResource(value) || value.resourceType !== 'Binary' || typeof value['data'] !== 'string')
      return undefined;
    const data = value['data'].replaceAll(/\s/g, '');
    if (data === '' || !/^[A-Za-z0-9+/]*={0,2}$/.test(data)) return undefined;
    const { contentType } = value;
    return { bytes: Buffer.from(data, 'base64'), ...(typeof contentType === 'string' && { contentType }) };
  } catch {
    return undefined;
  }
}

function documentOf(
  attachment: NamedAttachment,
  fetched: Fetched & { outcome: 'answered' },
  query: string,
): PulledDocument {
  const { resourceType, id, pointer, url, title, date } = attachment;
  return {
    kind: 'document',
    query,
    resource: { resourceType, id, pointer },
    url,
    contentType: attachment.contentType ?? fetched.contentType ?? 'application/octet-stream',
    ...(title === undefined ? {} : { title }),
    ...(date === undefined ? {} : { date }),
    bytes: fetched.bytes,
  };
}

function note(named: readonly NamedAttachment[], fetched: NoAnswer | Elsewhere, row: LedgerRow): void {
  const first = named[0];
  if (first === undefined) return;
  const name = `${first.resourceType}/${first.id}${first.pointer}`;
  if (fetched.outcome === 'elsewhere') {
    row.missing.push(`${name} (at ${fetched.host})`);
    worsen(row, 'truncated', 'Attachments at another server than the portal are not fetched yet.');
    return;
  }
  row.pages += 1;
  if (fetched.status !== undefined) row.httpStatus = fetched.status;
  addNotices(row, fetched.notices);
  row.missing.push(
    `${name} (${fetched.status === undefined || fetched.status === 200 ? 'no content' : fetched.status})`,
  );
  worsen(row, fetched.outcome, fetched.reason);
}
