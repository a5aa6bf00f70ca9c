import { allowsType, namesFhirJson } from './accept.ts';
import { climbing } from './attachments.ts';
import { FhirRefusal } from './outcome.ts';
import type { Portal } from './portal.ts';
import { releaseOf } from './releases.ts';
import { fhirReply, type Reply } from './reply.ts';
import { keyOf, type Resource } from './resource.ts';
import { searchMannersOf } from './search-manners.ts';

/** The answer to a read of a Binary, its bytes or FHIR JSON, as Accept and the portal's manners have it. */
export function answerBinary(
  resource: Resource,
  accept: string | undefined,
  headers: Record<string, string>,
  portal: Portal,
): Reply {
  const { faults, elsewhere } = portal;
  const strikes = (name: string): boolean => faults.strikes(name, keyOf(resource));
  if (elsewhere !== undefined && strikes('attachment-redirect-other-origin')) {
    const location = elsewhere.sign(keyOf(resource), 'good');
    return { status: 302, headers: { location, 'cache-control': 'no-store' }, body: '' };
  }
  let sent = resource;
  if (strikes('binary-empty')) sent = { ...sent, data: '' };
  if (strikes('attachment-content-type-mismatch')) {
    const type = mediaTypeOf(sent).startsWith('application/pdf') ? 'text/html' : 'application/pdf';
    sent = { ...sent, contentType: type };
  }
  if (strikes('binary-bad-base64')) return fhirReply(200, { ...sent, data: '%%% no base64 %%%' }, headers);
  if (strikes('binary-always-json') || namesFhirJson(accept, releaseOf(portal.fhir)))
    return fhirReply(200, sent, headers);
  const { otherType, exact } = searchMannersOf(portal).binary;
  if (otherType !== 'sent' && !allowsType(accept, mediaTypeOf(resource), exact)) {
    const text = `This Binary is ${mediaTypeOf(resource)}.`;
    throw new FhirRefusal(otherType, { code: otherType === 404 ? 'not-found' : 'not-supported', text });
  }
  const disposition: Record<string, string> = strikes('attachment-title-traversal')
    ? { 'content-disposition': `attachment; filename="${climbing}"` }
    : {};
  return rawReply(sent, { ...headers, ...disposition });
}

/** The content of a Binary as it is, under its own type (FHIR R4 binary.html#rest). */
export function rawReply(resource: Resource, headers: Record<string, string>): Reply {
  // Before R4 the member is called `content`.
  const { data = resource['content'] } = resource;
  return {
    status: 200,
    headers: { 'content-type': mediaTypeOf(resource), 'cache-control': 'no-store', ...headers },
    body: Buffer.from(typeof data === 'string' ? data : '', 'base64'),
    served: { resourceType: 'Binary' },
  };
}

function mediaTypeOf({ contentType }: Resource): string {
  const isMediaType =
    typeof contentType === 'string' && /^[\w.+-]+\/[\w.+-]+(;[\x20-\x7e]*)?$/.test(contentType);
  return isMediaType ? contentType : 'application/octet-stream';
}
