import type { Asked } from './asked.ts';
import { answerAuthorize } from './authorize.ts';
import { capabilityStatement } from './capability-statement.ts';
import { FhirRefusal } from './outcome.ts';
import type { Portal } from './portal.ts';
import { answerRead, requireJson } from './read.ts';
import { fhirReply, jsonReply, textReply, type Reply } from './reply.ts';
import { answerPage, answerSearch } from './search.ts';
import { authorizePath, revokePath, smartConfiguration, tokenPath } from './smart-configuration.ts';
import { answerRevoke, answerToken } from './token.ts';

/** The portal's answer to any request. */
export function answer(asked: Asked, portal: Portal): Reply {
  const { method, path } = asked;
  if (path === authorizePath) {
    return method === 'GET' || method === 'POST'
      ? answerAuthorize(asked, portal)
      : notAllowed('GET, HEAD, POST');
  }
  if (path === tokenPath) return method === 'POST' ? answerToken(asked, portal) : notAllowed('POST');
  if (path === revokePath) return method === 'POST' ? answerRevoke(asked, portal) : notAllowed('POST');
  if (path !== '/fhir' && !path.startsWith('/fhir/')) return textReply(404, 'Nothing is here.');
  try {
    return answerFhir(asked, portal);
  } catch (thrown) {
    if (thrown instanceof FhirRefusal) return thrown.reply;
    throw thrown;
  }
}

function answerFhir(asked: Asked, portal: Portal): Reply {
  if (asked.method !== 'GET') {
    const issue = { code: 'not-supported', text: 'This portal is read only.' };
    throw new FhirRefusal(405, issue, { allow: 'GET, HEAD' });
  }
  const segments = decodedSegments(asked.path);
  const [first, second] = segments;
  // Discovery is JSON whatever Accept says (SMART App Launch 2.2).
  if (segments.join('/') === '.well-known/smart-configuration')
    return jsonReply(200, smartConfiguration(portal));
  if (first !== undefined && second !== undefined && segments.length === 2) {
    return answerRead(first, second, asked, portal);
  }
  requireJson(asked.headers.accept);
  if (segments.length === 0) return answerPage(asked, portal);
  if (first === 'metadata' && segments.length === 1) return fhirReply(200, capabilityStatement(portal));
  if (first !== undefined && segments.length === 1) return answerSearch(first, asked, portal);
  throw new FhirRefusal(404, { code: 'not-supported', text: 'This portal has no such operation.' });
}

/** The parts of the path after `/fhir`; a slash at the end adds none. */
function decodedSegments(path: string): string[] {
  try {
    return path.replace(/\/$/, '').split('/').slice(2).map(decodeURIComponent);
  } catch {
    throw new FhirRefusal(400, { code: 'invalid', text: 'The address is not well formed.' });
  }
}

function notAllowed(allow: string): Reply {
  return textReply(405, `Only ${allow} is answered here.`, { allow });
}
