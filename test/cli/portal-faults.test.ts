import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { newHome } from './bluebutton.ts';
import { openPortal, signUp } from './practice-portal.ts';

interface Row {
  fault: string;
  status: number;
  /** What standard error says. */
  says: RegExp;
  /** False where nothing is kept. */
  kept?: false;
  /** The most requests of the pull. */
  requests?: number;
}

const table: Row[] = [
  { fault: '503-once@Observation', status: 0, says: /^Next: bluebutton summary$/m },
  { fault: 'next-capital', status: 0, says: /^Next: bluebutton summary$/m },
  {
    fault: 'next-other-port@Observation',
    status: 3,
    says: /Observation\?\S+: truncated \(200\): The link to the next page leads away from the portal, to 127\.0\.0\.1:\d+\.$/m,
  },
  {
    fault: 'html-login-page@Binary',
    status: 3,
    says: /attachments: failed \(200\): A web page came instead/,
  },
  {
    fault: 'outcome-error@Condition',
    status: 3,
    says: /the portal says: Some results are missing: a system behind this one did not answer\.$/m,
  },
  { fault: 'html-login-page', status: 5, says: /^Try: /m, kept: false },
];

describe('a pull from a portal with a fault', () => {
  it.each(table)('$fault ends with $status', async ({ fault, status, says, kept = true, requests = 200 }) => {
    const home = await newHome();
    const portal = await openPortal(home, ['--fault', fault]);
    await signUp(home, portal);
    const begun = (await portal.log()).length;
    const ended = await home.run(['pull']);
    expect(ended.status).toBe(status);
    expect(ended.stderr).toMatch(says);
    expect(ended.stderr).toMatch(/^(Try|Next): \S/m);
    expect(existsSync(home.path('health-records'))).toBe(kept);
    const log = await portal.log();
    expect(log.length - begun).toBeLessThan(requests);
    expect(log.filter(({ elsewhere }) => elsewhere?.authorization === true)).toEqual([]);
    const secrets = log.flatMap(({ form = {} }) =>
      ['code', 'code_verifier', 'refresh_token'].flatMap((name) => form[name] ?? []),
    );
    expect(secrets.length).toBeGreaterThan(0);
    for (const secret of secrets) expect(ended.stderr).not.toContain(secret);
    expect(ended.stderr).not.toMatch(/Bearer|_getpages=|<form|^\s+at /m);
  });

  it.each([
    ['500-always', 3, 5],
    // Strikes once.
    ['429-huge', 1, 0],
  ])(
    '%s costs no second consent: the sign-in is kept, after no more than %i requests for the record',
    async (fault, most, status) => {
      const home = await newHome();
      const portal = await openPortal(home, ['--fault', fault]);
      const [, login] = await signUp(home, portal);
      expect(login).toMatchObject({ status: 0, stderr: expect.stringContaining('The next pull will ask.') });
      expect((await portal.log()).filter(({ path }) => path.includes('/Patient'))).toHaveLength(most);
      const pull = await home.run(['pull', 'practice']);
      expect(pull).toMatchObject({ status, stderr: expect.stringMatching(/^(Try|Next): /m) });
    },
  );
});
