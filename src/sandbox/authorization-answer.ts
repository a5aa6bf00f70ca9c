import type { Portal } from './portal.ts';
import { redirectReply, type Reply } from './reply.ts';

type Parameters = [string, string][];

/** A fault's change to what goes back to the app. */
const changes: Record<string, (parameters: Parameters) => Parameters> = {
  'authorize-wrong-state': (parameters) => [
    ...without('state', parameters),
    ['state', 'not-the-state-asked'],
  ],
  'authorize-no-state': (parameters) => without('state', parameters),
  'authorize-duplicate-state': (parameters) => [...parameters, ['state', 'a-second-state-of-another']],
  'authorize-wrong-iss': (parameters) => [
    ...without('iss', parameters),
    ['iss', 'https://elsewhere.invalid'],
  ],
  // Node takes 16 KiB of headers, the address among them: long, but within.
  'authorize-huge': (parameters) => [...parameters, ['session', 'x'.repeat(12_000)]],
};

/**
 * Sends the browser back to the app, with `state`, and with `iss` where the portal has an issuer (RFC 9207 §2).
 */
export function authorizationAnswer(
  redirectUri: string,
  parameters: Record<string, string>,
  state: string | null,
  { faults, manners, origin }: Portal,
): Reply {
  const whole: Parameters = [
    ...Object.entries(parameters),
    ...(state === null ? [] : [['state', state] satisfies [string, string]]),
    ...(manners.openid ? [['iss', origin] satisfies [string, string]] : []),
  ];
  const struck = Object.entries(changes).filter(([name]) => faults.strikes(name));
  const sent = struck.reduce((changed, [, change]) => change(changed), whole);
  const reply = redirectReply(redirectUri, sent);
  if (!faults.strikes('authorize-fragment')) return reply;
  return redirectFragment(redirectUri, sent, reply);
}

function redirectFragment(redirectUri: string, parameters: Parameters, reply: Reply): Reply {
  const location = `${redirectUri}#${new URLSearchParams(parameters).toString()}`;
  return { ...reply, headers: { ...reply.headers, location } };
}

function without(name: string, parameters: Parameters): Parameters {
  return parameters.filter(([one]) => one !== name);
}
