import type { LedgerRow, PulledDocument } from '../model/index.ts';
import { differences, type Content } from './attachment-content.ts';
import { fetchAttachment, fullAddress, type AttachmentSources } from './attachment-request.ts';
import type { NamedAttachment } from './attachments.ts';
import { atOnce } from './by-reference.ts';
import type { NoAnswer } from './fhir-answer.ts';
import { groupBy } from './grouping.ts';
import { inOrder } from './in-order.ts';
import { addNotices, worsen } from './ledger-row.ts';

/**
 * Fetches the original bytes of every attachment. An address that several resources name is fetched once and yielded for
 * each of them. What differs from the size, hash or type stated is kept, and noted in the row.
 */
export async function* fetchAttachments(
  sources: AttachmentSources,
  attachments: readonly NamedAttachment[],
  row: LedgerRow,
): AsyncGenerator<PulledDocument> {
  const byAddress = groupBy(attachments, (attachment) => fullAddress(attachment, sources.baseUrl));
  const fetching = inOrder(byAddress.values(), atOnce, async (named) => {
    const [first] = named;
    return first && fetchAttachment(first, sources);
  });
  for await (const [named, fetched] of fetching) {
    if (fetched === undefined) continue;
    row.pages += 1;
    if (fetched.status !== undefined) row.httpStatus = fetched.status;
    if (fetched.outcome !== 'answered') {
      note(named, fetched, row);
      continue;
    }
    row.returned += 1;
    row.repeated += named.length - 1;
    for (const attachment of named) {
      const differing = differences(attachment, fetched);
      addNotices(
        row,
        differing.map((sentence) => `${nameOf(attachment)}: ${sentence}`),
      );
      yield documentOf(attachment, fetched, row.query);
    }
  }
}

function nameOf({ resourceType, id, pointer }: NamedAttachment): string {
  return `${resourceType}/${id}${pointer}`;
}

function documentOf(
  attachment: NamedAttachment,
  { bytes, contentType }: Content,
  query: string,
): PulledDocument {
  const { resourceType, id, pointer, url, title, date } = attachment;
  return {
    kind: 'document',
    query,
    resource: { resourceType, id, pointer },
    // What a data: address holds is not written down a second time.
    url: url.startsWith('data:') ? url.replace(/,[\s\S]*$/, ',') : url,
    contentType: attachment.contentType ?? contentType ?? 'application/octet-stream',
    ...(title === undefined ? {} : { title }),
    ...(date === undefined ? {} : { date }),
    bytes,
  };
}

function note(named: readonly NamedAttachment[], fetched: NoAnswer, row: LedgerRow): void {
  const [first] = named;
  if (first === undefined) return;
  addNotices(row, fetched.notices);
  const why = fetched.status === undefined || fetched.status === 200 ? 'no content' : fetched.status;
  row.missing.push(`${nameOf(first)} (${why})`);
  worsen(row, fetched.outcome, fetched.reason);
}
