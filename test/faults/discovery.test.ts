import { expect, test } from 'vitest';
import { endOf, expectNothingTwice, outcomeOf, saidAt, scene, signedIn, tokenRequests } from './practice.ts';
import { discoveryRows } from './rows.ts';
import { expectTokens } from './tokens.ts';

test.each(discoveryRows)('$fault: $ends', async ({ fault, ends, says, asks }) => {
  const portal = await scene([fault]);
  const end = await endOf(signedIn(portal), portal);
  expect(outcomeOf(end)).toBe(ends);
  expect(saidAt(end)).toMatch(says ?? /^$/);
  expectTokens(end, { patientId: 'ann' });
  expect(tokenRequests(portal.log)).toEqual(asks);
  expectNothingTwice(portal.log);
  const followed = portal.log.filter(({ query }) => 'redirected' in query);
  expect(followed).toHaveLength(/redirect-30\d/.test(fault) ? 1 : 0);
  // Where it is of no use to go on, nobody is asked to allow anything.
  const isRefusedEarly = ends !== 'works' && fault !== 'discovery-issuer-mismatch';
  expect(portal.log.some(({ path }) => path.endsWith('/authorize'))).toBe(!isRefusedEarly);
});
