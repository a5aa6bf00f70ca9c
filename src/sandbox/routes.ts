import type { Asked } from './asked.ts';
import { answerAuthorize } from './authorize.ts';
import { capabilityStatement } from './capability-statement.ts';
import { answerOpenidConfiguration, answerSmartConfiguration } from './discovery.ts';
import { answerDocref } from './docref.ts';
import { answerEverything } from './everything.ts';
import { medicareSlash, medicareUserinfo, medicareUserinfoPath } from './medicare.ts';
import { FhirRefusal, refusalReply } from './outcome.ts';
import type { Portal } from './portal.ts';
import { answerRead, requireJson } from './read.ts';
import { answerRegister } from './registration.ts';
import { releaseOf } from './releases.ts';
import { fhirReply, jsonReply, textReply, type Reply } from './reply.ts';
import { answerPage, answerSearch } from './search.ts';
import { searchMannersOf } from './search-manners.ts';
import { jwksPath, registerPath } from './smart-configuration.ts';
import { asSent, faultInstead } from './spoiled-answers.ts';
import { strikeAccess } from './access-faults.ts';
import { answerRevoke, answerToken } from './token.ts';

/** The portal's answer to any request. */
export async function answer(asked: Asked, portal: Portal): Promise<Reply> {
  const { path } = asked;
  const { fhirPath } = portal.manners;
  if (path !== fhirPath && !path.startsWith(`${fhirPath}/`)) {
    const oauth = await answerOAuth(asked, portal);
    return oauth ?? textReply(404, 'Nothing is here.');
  }
  return inRelease(asSent(fhirOrRefusal(asked, portal), asked, portal), portal);
}

/** FHIR under the media type that the portal's release has for it. */
function inRelease(reply: Reply, { fhir }: Portal): Reply {
  const type = 'content-type';
  if (reply.headers[type] !== 'application/fhir+json') return reply;
  return { ...reply, headers: { ...reply.headers, [type]: releaseOf(fhir).mediaType } };
}

function fhirOrRefusal(asked: Asked, portal: Portal): Reply {
  try {
    return faultInstead(asked, portal) ?? answerFhir(asked, portal);
  } catch (thrown) {
    if (thrown instanceof FhirRefusal) return refusalReply(thrown, searchMannersOf(portal).errors);
    throw thrown;
  }
}

/** Signing in: every route may have a slash at its end. */
async function answerOAuth(asked: Asked, portal: Portal): Promise<Reply | undefined> {
  const { method } = asked;
  const { manners } = portal;
  const { authorize, token, revoke } = manners.paths;
  const path = asked.path.replace(/\/$/, '');
  const moved = medicareSlash(asked, portal);
  if (moved !== undefined) return moved;
  if (path === authorize) {
    const answered = method === 'GET' || method === 'POST';
    return answered ? answerAuthorize(asked, portal) : notAllowed('GET, HEAD, POST');
  }
  if (path === token) return method === 'POST' ? answerToken(asked, portal) : notAllowed('POST');
  if (path === revoke) return method === 'POST' ? answerRevoke(asked, portal) : notAllowed('POST');
  if (manners.registration && path === registerPath) {
    return method === 'POST' ? answerRegister(asked, portal) : notAllowed('POST');
  }
  if (manners.openid && path === jwksPath) return jsonReply(200, await portal.signingKey.set());
  if (path === '/.well-known/openid-configuration') return answerOpenidConfiguration(portal);
  if (manners.medicare === true) {
    if (path === '/v2/o/revoke') {
      return method === 'POST' ? answerRevoke(asked, portal, true) : notAllowed('POST');
    }
    if (path === '/v2/connect/.well-known/openid-configuration') return answerOpenidConfiguration(portal);
    if (path === medicareUserinfoPath) return medicareUserinfo(asked, portal);
  }
  return undefined;
}

function answerFhir(asked: Asked, portal: Portal): Reply {
  const operation = asked.path.split('/').at(-1);
  if (asked.method !== 'GET' && !(asked.method === 'POST' && operation === '$docref')) {
    const issue = { code: 'not-supported', text: 'This portal is read only.' };
    throw new FhirRefusal(405, issue, { allow: 'GET, HEAD' });
  }
  const segments = decodedSegments(asked.path, portal.manners.fhirPath);
  const [first, second, third] = segments;
  // Discovery is JSON whatever Accept says (SMART App Launch 2.2).
  if (segments.join('/') === '.well-known/smart-configuration')
    return answerSmartConfiguration(asked, portal);
  if (first !== 'metadata') strikeAccess(asked, portal);
  if (segments.join('/') === 'DocumentReference/$docref') return answerDocref(asked, portal);
  if (first === 'Patient' && second !== undefined && third === '$everything' && segments.length === 3) {
    return answerEverything(second, asked, portal);
  }
  if (first !== undefined && second !== undefined && segments.length === 2) {
    return answerRead(first, second, asked, portal);
  }
  requireJson(asked.headers.accept, portal);
  if (segments.length === 0) return answerPage(asked, portal);
  if (first === 'metadata' && segments.length === 1) return fhirReply(200, capabilityStatement(portal));
  if (first !== undefined && segments.length === 1) return answerSearch(first, asked, portal);
  throw new FhirRefusal(404, { code: 'not-supported', text: 'This portal has no such operation.' });
}

/** The parts of the path after the base; a slash at the end adds none. */
function decodedSegments(path: string, fhirPath: string): string[] {
  try {
    return path.slice(fhirPath.length).replace(/\/$/, '').split('/').slice(1).map(decodeURIComponent);
  } catch {
    throw new FhirRefusal(400, { code: 'invalid', text: 'The address is not well formed.' });
  }
}

function notAllowed(allow: string): Reply {
  return textReply(405, `Only ${allow} is answered here.`, { allow });
}
