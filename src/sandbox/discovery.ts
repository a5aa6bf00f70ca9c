import type { Asked } from './asked.ts';
import { textOf, without, type JsonObject } from './json.ts';
import { medicareConfiguration, medicareOpenid } from './medicare.ts';
import type { Portal } from './portal.ts';
import { jsonReply, movedReply, textReply, type Reply } from './reply.ts';
import { openidConfiguration, smartConfiguration } from './smart-configuration.ts';

/** A fault's change to the smart-configuration. */
const changes: Record<string, (found: JsonObject, portal: Portal) => JsonObject> = {
  'discovery-no-s256': (found) => ({ ...found, code_challenge_methods_supported: ['plain'] }),
  'discovery-no-methods': (found) => without(found, 'code_challenge_methods_supported'),
  'discovery-missing-token-endpoint': (found) => without(found, 'token_endpoint'),
  'discovery-relative-endpoints': (found, { origin }) =>
    Object.fromEntries(
      Object.entries(found).map(([name, value]) => [
        name,
        name.endsWith('_endpoint') && typeof value === 'string' ? value.replace(origin, '') : value,
      ]),
    ),
  'discovery-foreign-endpoint': (found, { origin }) => ({
    ...found,
    token_endpoint: textOf(found['token_endpoint']).replace(origin, otherOrigin(origin)),
  }),
  'discovery-issuer-mismatch': (found) => ({ ...found, issuer: 'https://elsewhere.invalid' }),
  'discovery-bare': ({ authorization_endpoint, token_endpoint, capabilities, revocation_endpoint }) => ({
    authorization_endpoint,
    token_endpoint,
    revocation_endpoint,
    capabilities,
  }),
};

/**
 * `.well-known/smart-configuration`. Where a fault redirects, the query `redirected` marks the address it leads to, so
 * that the log shows who followed.
 */
export function answerSmartConfiguration({ path, query }: Asked, portal: Portal): Reply {
  const { faults, origin, manners } = portal;
  if (faults.strikes('discovery-404', path)) return textReply(404, 'Nothing is here.');
  if (faults.strikes('discovery-html', path)) {
    return {
      status: 200,
      headers: { 'content-type': 'text/html; charset=utf-8' },
      body: '<!doctype html><title>Sign in</title><p>Please sign in to the portal.</p>\n',
    };
  }
  if (!query.has('redirected')) {
    for (const status of [301, 302, 307, 308]) {
      if (faults.strikes(`discovery-redirect-${status}`, path)) {
        return movedReply(status, `${origin}${path}?redirected`);
      }
    }
    if (faults.strikes('discovery-redirect-http-other-origin', path)) {
      return movedReply(302, `${otherOrigin(origin)}${path}?redirected`);
    }
  }
  const found = manners.medicare === true ? medicareConfiguration(portal) : smartConfiguration(portal);
  const struck = Object.entries(changes).filter(([name]) => faults.strikes(name, path));
  return jsonReply(
    200,
    struck.reduce((document, [, change]) => change(document, portal), found),
  );
}

/** `.well-known/openid-configuration`; undefined where the profile has none. */
export function answerOpenidConfiguration(portal: Portal): Reply | undefined {
  if (portal.manners.medicare === true) return jsonReply(200, medicareOpenid(portal));
  return portal.manners.openid ? jsonReply(200, openidConfiguration(portal)) : undefined;
}

/** This portal under its other name: to a client that is a server of somebody else's. */
function otherOrigin(origin: string): string {
  return origin.replace('127.0.0.1', 'localhost');
}
