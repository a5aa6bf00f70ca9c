import { existsSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { newHome, type Home } from './bluebutton.ts';
import { hashOf } from './folder.ts';
import { openPortal, signUp, type PracticePortal } from './practice-portal.ts';
import { refusalOf } from './refusal.ts';

describe('pull --dry-run', () => {
  let home: Home;
  let portal: PracticePortal;

  beforeAll(async () => {
    home = await newHome();
    portal = await openPortal(home);
    await signUp(home, portal);
  });

  test('tells what would be asked and what not, asks nothing of the record and writes nothing', async () => {
    const asked = (await portal.log()).length;
    const before = await hashOf(home.path('.local'));
    const { stdout, stderr } = await home.done(['pull', '--dry-run']);
    expect(stdout).toContain('  allergies\n    AllergyIntolerance?patient=jane-doe');
    const [, notOffered = ''] =
      /^Not asked \(\d+\)\. The portal does not offer it\.\n((?: {2}.*\n)+)/m.exec(stdout) ?? [];
    expect(notOffered).toContain('AuditEvent');
    expect(notOffered.split('\n').filter((line) => line.length > 80)).toEqual([]);
    expect(stderr).toMatch(/^Asking 127\.0\.0\.1:\d+ \(practice\)\.\nNothing of the record was asked for/);
    const log = await portal.log();
    expect(log.slice(asked).map(({ path }) => path)).toEqual([
      expect.stringMatching(/smart-configuration$/),
      expect.stringMatching(/metadata$/),
    ]);
    expect(existsSync(home.path('health-records'))).toBe(false);
    expect(await hashOf(home.path('.local'))).toBe(before);
  });

  test('names, as JSON, the very queries the pull then asks', async () => {
    const { stdout } = await home.done(['pull', '-n', '--json']);
    const plan: { schema: string; portals: { queries: { query: string; how: string }[] }[] } =
      JSON.parse(stdout);
    expect(plan.schema).toBe('bluebutton/plan/1');
    const pulled = await home.done(['pull', '--json']);
    const {
      portals,
    }: { portals: { ledger: { rows: { query: string; outcome: string; tried?: string[] }[] } }[] } =
      JSON.parse(pulled.stdout);
    const planned = plan.portals[0]?.queries.map(({ query, how }) => [query, how === 'not-asked']);
    const rows = (portals[0]?.ledger.rows ?? []).filter(
      ({ query }) => !/ \((by reference|Observation)\)$/.test(query) && query !== 'attachments',
    );
    // What was asked first counts, where the portal wanted it otherwise: observations by category.
    const asked = rows.map(({ query, outcome, tried = [query] }) => [
      tried[0]?.replace(/ \(\d+\)$/, ''),
      outcome === 'not-asked',
    ]);
    const [first, ...more] = rows.filter(({ tried }) => tried !== undefined);
    expect(first?.query).toContain('category=laboratory');
    expect(planned).toEqual(asked.filter((_, index) => !more.some((row) => row === rows[index])));
    expect(planned?.length).toBeGreaterThan(60);
  });

  test('needs a sign-in, for the plan depends on what was granted', async () => {
    const other = await newHome();
    await other.done(['portals', 'add', 'practice', portal.baseUrl, '--client-id', 'x']);
    expect(refusalOf(await other.run(['pull', '--dry-run']))).toMatchObject({
      status: 4,
      stdout: '',
      next: 'bluebutton login practice --token-store file',
    });
  });
});
