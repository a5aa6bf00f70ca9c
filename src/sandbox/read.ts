import { createHash } from 'node:crypto';
import { accessOf, mayReach, requireReach } from './access.ts';
import { acceptsJson, namesFhirJson } from './accept.ts';
import type { Asked } from './asked.ts';
import { requireParent } from './attachments.ts';
import { answerBinary } from './binary.ts';
import { isObject } from './json.ts';
import { FhirRefusal } from './outcome.ts';
import type { Portal } from './portal.ts';
import { presented } from './presented.ts';
import { releaseOf } from './releases.ts';
import { fhirReply, type Reply } from './reply.ts';
import type { Resource } from './resource.ts';
import { searchMannersOf } from './search-manners.ts';

/** `GET [base]/Type/id`. */
export function answerRead(type: string, id: string, { headers }: Asked, portal: Portal): Reply {
  const access = accessOf(headers, portal);
  requireReach(type, 'r', access, portal);
  const { foreign, binaryNeedsParent, conditional } = searchMannersOf(portal);
  const key = `${type}/${id}`;
  const resource = portal.records.at(key);
  if (resource === undefined) {
    throw new FhirRefusal(404, { code: 'not-found', text: `This portal has no such ${type}.` });
  }
  if (!portal.records.mayRead(resource, access.patient) || portal.refuse.has(key)) {
    throw new FhirRefusal(foreign, {
      code: 'forbidden',
      text: `This ${type} is not part of the patient's record.`,
    });
  }
  if (portal.faults.strikes('resource-gone', key)) {
    throw new FhirRefusal(410, { code: 'deleted', text: `This ${type} was deleted.` });
  }
  if (type === 'Binary') {
    if (binaryNeedsParent === true) requireParent((parent) => mayReach(parent, 'r', access, portal));
    return answerBinary(resource, headers.accept, versionHeaders(resource), portal);
  }
  requireJson(headers.accept, portal);
  const sent = presented(resource, portal);
  const reply = fhirReply(200, sent, versionHeaders(sent));
  return conditional === true ? conditionally(reply, headers) : reply;
}

/**
 * @throws FhirRefusal 406 when the Accept header leaves no room for JSON; at Oracle Health and before R4, when it does not
 * name the media type of FHIR JSON.
 */
export function requireJson(accept: string | undefined, portal: Portal): void {
  const release = releaseOf(portal.fhir);
  const isFree = searchMannersOf(portal).accept === 'json';
  if (isFree ? acceptsJson(accept) : namesFhirJson(accept, release)) return;
  throw new FhirRefusal(406, { code: 'not-supported', text: `This portal speaks ${release.mediaType}.` });
}

/** ETag and Last-Modified, where `meta` knows them (FHIR R4 http.html#versioning). */
function versionHeaders({ meta }: Resource): Record<string, string> {
  if (!isObject(meta)) return {};
  const { versionId, lastUpdated } = meta;
  const updated = typeof lastUpdated === 'string' ? new Date(lastUpdated) : undefined;
  return {
    ...(typeof versionId === 'string' && /^[\w.-]+$/.test(versionId) ? { etag: `W/"${versionId}"` } : {}),
    ...(updated === undefined || Number.isNaN(updated.getTime())
      ? {}
      : { 'last-modified': updated.toUTCString() }),
  };
}

/** 304 where the client holds what would be sent (RFC 9110 §13.2.2): If-None-Match goes before If-Modified-Since. */
function conditionally(reply: Reply, asked: Asked['headers']): Reply {
  const etag =
    reply.headers['etag'] ?? `W/"${createHash('sha256').update(reply.body).digest('hex').slice(0, 16)}"`;
  const headers = { ...reply.headers, etag };
  const wanted = asked['if-none-match'];
  const since = Date.parse(asked['if-modified-since'] ?? '');
  const modified = Date.parse(reply.headers['last-modified'] ?? '');
  const held = wanted === undefined ? modified <= since : wanted.split(/ *, */).includes(etag);
  return held ? { status: 304, headers, body: '' } : { ...reply, headers };
}
