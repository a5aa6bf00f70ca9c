import { readFile, rm, writeFile } from 'node:fs/promises';
import { beforeAll, describe, expect, test } from 'vitest';
import type { LogEntry } from '../../src/sandbox/options.ts';
import { newHome, type Home } from './bluebutton.ts';
import { hashOf } from './folder.ts';
import { openPortal, signUp, type PracticePortal } from './practice-portal.ts';

/** A record in which every resource says when it was last updated. */
const resource = (resourceType: string, id: string, updated: string, text: string) => ({
  resource: {
    resourceType,
    id,
    meta: { lastUpdated: updated },
    ...(resourceType === 'Patient'
      ? { name: [{ family: 'Doe', given: ['Jane'] }], birthDate: '1975-05-01' }
      : { subject: { reference: 'Patient/jane' }, description: { text }, lifecycleStatus: 'active' }),
  },
});
const first = [
  resource('Patient', 'jane', '2026-01-01T00:00:00Z', ''),
  resource('Goal', 'walk', '2025-02-01T00:00:00Z', 'Walk'),
  resource('Goal', 'swim', '2026-03-01T00:00:00Z', 'Swim'),
];

const bundle = (entry: readonly object[]) => ({ resourceType: 'Bundle', type: 'collection', entry });

interface Row {
  query: string;
  outcome: string;
  since?: string;
  returned: number;
}

describe('pull after pull from a portal that declares _lastUpdated', () => {
  let home: Home;
  let portal: PracticePortal;

  async function serve(entry: readonly object[]): Promise<void> {
    const words = portal === undefined ? [] : ['--port', String(portal.port)];
    if (portal !== undefined) await portal.stop('SIGINT');
    await writeFile(home.path('record.json'), JSON.stringify(bundle(entry)));
    portal = await openPortal(home, ['--data', 'record.json', ...words]);
    await signUp(home, portal);
  }

  async function pull(
    ...words: string[]
  ): Promise<{ goals: Row | undefined; vanished: string[]; asked: LogEntry[] }> {
    const before = (await portal.log()).length;
    const { stdout } = await home.done(['pull', '--json', ...words]);
    const { portals }: { portals: { ledger: { rows: Row[]; vanished: string[] } }[] } = JSON.parse(stdout);
    const { rows = [], vanished = [] } = portals[0]?.ledger ?? {};
    const asked = (await portal.log()).slice(before).filter(({ path }) => path === '/fhir/Goal');
    return { goals: rows.find(({ query }) => query.startsWith('Goal?')), vanished, asked };
  }

  beforeAll(async () => {
    home = await newHome();
    await serve(first);
  });

  test('asks for everything twice, then for what was updated since, with days to spare; and forgets nothing', async () => {
    for (const count of [2, 2]) {
      const { goals, asked } = await pull();
      expect(goals).toMatchObject({ outcome: 'complete', returned: count });
      expect(asked.map(({ query }) => query['_lastUpdated'])).toEqual([undefined]);
    }
    const before = await hashOf(home.path('health-records'));
    const { stdout } = await home.done(['pull', '--dry-run']);
    expect(stdout).toContain('only what was updated since 2026-02-27T00:00:00Z');
    const { goals, vanished, asked } = await pull();
    expect(asked.map(({ query }) => query['_lastUpdated'])).toEqual(['ge2026-02-27T00:00:00Z']);
    expect(goals).toMatchObject({ outcome: 'complete', returned: 1, since: '2026-02-27T00:00:00Z' });
    expect(vanished).toEqual([]);
    expect(await hashOf(home.path('health-records'))).toBe(before);
    expect((await home.done(['show', '--section', 'other'])).stdout).toContain('Walk');
  });

  test('brings what is new, and says only of a pull of everything what is gone', async () => {
    const later = resource('Goal', 'climb', new Date().toISOString(), 'Climb');
    await serve([...first.filter(({ resource: { id } }) => id !== 'walk'), later]);
    const sparing = await pull();
    expect(sparing.goals).toMatchObject({ returned: 2, since: '2026-02-27T00:00:00Z' });
    expect(sparing.vanished).toEqual([]);
    expect((await pull('--full')).vanished).toEqual(['Goal/walk']);
  });

  test('asks for everything once something has come that says it is older than the last asking', async () => {
    const hidden = resource('Goal', 'crawl', '2026-05-01T00:00:00Z', 'Crawl');
    const one = await newHome();
    await writeFile(one.path('record.json'), JSON.stringify(bundle(first)));
    const own = await openPortal(one, ['--data', 'record.json']);
    await signUp(one, own);
    const sinceOf = async (): Promise<string | undefined> => {
      const { stdout } = await one.done(['pull', '--json']);
      const { portals }: { portals: { ledger: { rows: Row[] } }[] } = JSON.parse(stdout);
      return portals[0]?.ledger.rows.find(({ query }) => query.startsWith('Goal?'))?.since;
    };
    for (let count = 0; count < 2; count += 1) expect(await sinceOf()).toBeUndefined();
    await writeFile(one.path('record.json'), JSON.stringify(bundle([...first, hidden])));
    expect(await sinceOf()).toBeDefined();
    expect(await sinceOf()).toBeUndefined();
  });

  test('asks for everything where the archive is not as the last pull left it', async () => {
    expect((await pull()).goals?.since).toBeDefined();
    const points = home.path('.local', 'state', 'bluebutton', 'sync-points.json');
    const text = await readFile(points, 'utf8');
    await writeFile(points, text.replace(/("head": ")[^"]+/, '$1another'));
    expect((await pull()).goals?.since).toBeUndefined();
    await rm(points);
    expect((await pull()).goals?.since).toBeUndefined();
  });
});
