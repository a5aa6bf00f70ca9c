import { describe, expect, test } from 'vitest';
import { discover, pull, refresh, type TokenSet } from '../../src/portal/index.ts';
import type { SandboxOptions } from '../../src/sandbox/index.ts';
import {
  endOf,
  expectNothingTwice,
  http,
  outcomeOf,
  renewed,
  saidAt,
  scene,
  signedIn,
  tokenRequests,
  type Scene,
} from './practice.ts';
import { accessRows, renewalRows } from './rows.ts';
import { expectTokens } from './tokens.ts';

const renewals = ({ log }: Scene): string[] =>
  tokenRequests(log).filter((request) => request.startsWith('refresh_token'));

describe('a renewal', () => {
  test.each(renewalRows)('$fault: $ends', async ({ fault, ends, says, asks, tokens }) => {
    const portal = await scene([fault.startsWith('token-') ? `${fault}@refresh_token` : fault]);
    const before = await signedIn(portal);
    const end = await endOf(renewed(portal, before), portal, [before]);
    expect(outcomeOf(end)).toBe(ends);
    expect(saidAt(end)).toMatch(says ?? /^/);
    expectTokens(end, { patientId: 'ann', ...tokens }, before);
    expect(renewals(portal)).toEqual(asks);
    expectNothingTwice(portal.log);
  });

  test('again after an answer that was lost: the portal has the last word, and is asked once', async () => {
    const portal = await scene(['refresh-response-lost']);
    const before = await signedIn(portal);
    expect(outcomeOf(await endOf(renewed(portal, before), portal))).toBe('temporary');
    expect(outcomeOf(await endOf(renewed(portal, before), portal))).toBe('login-needed');
    expect(renewals(portal)).toEqual(['refresh_token 200', 'refresh_token 400']);
  });

  test('where reuse ends the sign-in, one after another never reuses', async () => {
    const portal = await scene(['refresh-reuse-revokes']);
    let tokens = await signedIn(portal);
    for (let time = 0; time < 4; time += 1) tokens = await renewed(portal, tokens);
    expect(renewals(portal)).toEqual(Array.from({ length: 4 }, () => 'refresh_token 200'));
    expectNothingTwice(portal.log);
  });
});

/** A record with much to read by id, several at a time. */
const busy: SandboxOptions['data'] = [
  {
    name: 'busy',
    text: JSON.stringify([
      { resourceType: 'Patient', id: 'ann' },
      ...Array.from({ length: 40 }, (_, index) => [
        {
          resourceType: 'Condition',
          id: `c${index}`,
          subject: { reference: 'Patient/ann' },
          recorder: { reference: `Practitioner/p${index}` },
        },
        { resourceType: 'Practitioner', id: `p${index}` },
      ]).flat(),
    ]),
  },
];

/** Pulls all there is, renewing as it must; `Type/id` of what came. */
async function pulled({ sandbox, now }: Scene, tokens: TokenSet): Promise<string[]> {
  const description = await discover(http, sandbox.baseUrl);
  const renew = (old: TokenSet): Promise<TokenSet> => refresh(http, description, old, { now });
  const run = pull({ http, description, tokens, patientId: 'ann', now, renew });
  const all: string[] = [];
  for await (const item of run) all.push(item.kind === 'resource' ? `${item.resourceType}/${item.id}` : '');
  return all;
}

describe('a pull', () => {
  test.each(accessRows)('$fault: $ends', async ({ fault, ends, says, asks }) => {
    const whole = await scene([], { data: busy });
    const expected = await pulled(whole, await signedIn(whole));
    expect(expected.length).toBeGreaterThan(80);
    const portal = await scene([fault], { data: busy, tick: 200 });
    const tokens = await signedIn(portal);
    const end = await endOf(pulled(portal, tokens), portal, [tokens]);
    expect(outcomeOf(end)).toBe(ends);
    expect(saidAt(end)).toMatch(says ?? /^$/);
    expect('value' in end ? end.value : expected).toEqual(expected);
    expectOneAtATime(renewals(portal), asks);
    expectNothingTwice(portal.log);
  });

  test('refused with fresh access too asks nothing more', async () => {
    const portal = await scene(['always-401'], { data: busy });
    await endOf(pulled(portal, await signedIn(portal)), portal);
    const asked = portal.log.filter(({ path }) => path.startsWith('/fhir/Patient'));
    expect(asked.map(({ status }) => status)).toEqual([401, 401]);
    expect(portal.log.at(-1)).toEqual(asked.at(-1));
  });

  test.each([2, 5])('with access of %d seconds renews one at a time', async (accessTokenSeconds) => {
    const portal = await scene([], { data: busy, tick: 100, accessTokenSeconds });
    expect(await pulled(portal, await signedIn(portal))).toHaveLength(81);
    expectOneAtATime(renewals(portal));
    expectNothingTwice(portal.log);
  });
});

/** A second renewal at the same time would have sent a refresh token that was good once only. */
function expectOneAtATime(all: readonly string[], exactly: readonly string[] = []): void {
  expect(all.length).toBeGreaterThan(exactly.length === 0 ? 1 : 0);
  expect(exactly.length === 0 ? [...new Set(all)] : all).toEqual(['refresh_token 200']);
}
