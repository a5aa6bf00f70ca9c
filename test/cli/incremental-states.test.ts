import { describe, expect, test } from 'vitest';
import type { Archive, PullResult } from '../../src/archive/index.ts';
import { beginPull, lockArchive } from '../../src/archive/index.ts';
import { boundsOf, SyncWatch } from '../../src/commands/pull-sync.ts';
import { pull } from '../../src/portal/index.ts';
import type { SyncPoints } from '../../src/settings/index.ts';
import { holder, jane, newArchive, now as bagClock, stateOf } from '../archive/practice.ts';
import { portalBy } from '../portal/pulling.ts';
import { describe4, openType, testHttp, tokensFor, type Stub } from '../portal/stub.ts';

const hour = 3_600_000;
const types = {
  Goal: { ...openType, searchParams: ['patient', '_lastUpdated'] },
  Flag: { ...openType, searchParams: ['patient', '_lastUpdated'] },
};

interface Kept {
  resourceType: 'Goal' | 'Flag';
  id: string;
  text: string;
  updated: number;
  /** When the portal begins to show it. */
  visible: number;
}

/** A portal whose clock and record a test moves. */
class MovingPortal {
  clock = Date.UTC(2026, 0, 1);
  readonly record = new Map<string, Kept>();
  readonly #random: () => number;
  readonly #tricks: readonly Trick[];
  #next = 0;

  constructor(random: () => number, tricks: readonly Trick[]) {
    this.#random = random;
    this.#tricks = tricks;
    for (let count = 0; count < 8; count += 1) this.#create();
  }

  /** Some time passes, in which some things are made, changed, touched, taken away or renumbered. */
  live(): void {
    for (let count = Math.floor(this.#random() * 4); count >= 0; count -= 1) {
      this.clock += Math.floor(this.#random() * 40) * hour;
      const all = [...this.record.values()];
      const one = all[Math.floor(this.#random() * all.length)];
      const what = this.#random();
      if (one === undefined || what < 0.3) this.#create();
      else if (what < 0.6) this.#put({ ...one, text: `said ${(this.#next += 1)}` });
      else if (what < 0.7) this.#put(one);
      else this.#remove(one);
    }
    this.clock += hour;
  }

  async open(): Promise<Stub> {
    return portalBy(({ path }) => {
      const url = new URL(path, 'http://x');
      const since = url.searchParams.get('_lastUpdated')?.slice(2);
      const type = url.pathname.split('/').at(-1);
      const shown = [...this.record.values()].filter(
        ({ resourceType, updated, visible }) =>
          resourceType === type && visible <= this.clock && updated >= Date.parse(since ?? '1900-01-01'),
      );
      const entry = shown.map(({ resourceType, id, text, updated }) => {
        const meta = { lastUpdated: new Date(updated).toISOString() };
        return { resource: { resourceType, id, meta, subject: { reference: 'Patient/1' }, text } };
      });
      const json = url.pathname.includes('/Patient/')
        ? { resourceType: 'Patient', id: '1' }
        : { resourceType: 'Bundle', type: 'searchset', entry };
      return { json, headers: { date: new Date(this.clock).toUTCString() } };
    });
  }

  #create(text = `said ${(this.#next += 1)}`, resourceType = this.#random() < 0.7 ? 'Goal' : 'Flag'): void {
    this.#next += 1;
    const isLate = this.#tricks.includes('shows late') && this.#random() < 0.4;
    const visible = isLate ? this.clock + 200 * hour : this.clock;
    const type = resourceType === 'Goal' ? 'Goal' : 'Flag';
    this.#put({ resourceType: type, id: `r${this.#next}`, text, updated: 0, visible });
  }

  #put(one: Kept): void {
    const keepsDate = this.#tricks.includes('changes silently') && one.updated > 0 && this.#random() < 0.4;
    const updated = keepsDate ? one.updated : this.clock;
    this.record.set(one.id, { ...one, updated });
  }

  #remove(one: Kept): void {
    this.record.delete(one.id);
    if (this.#random() < 0.4) this.#create(one.text, one.resourceType);
  }
}

type Trick = 'shows late' | 'changes silently';

/** Mulberry32: the same numbers for the same seed. */
function numbersFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const http = testHttp();

async function bring(
  archive: Archive,
  stub: Stub,
  portal: MovingPortal,
  since: Record<string, string>,
  watch: SyncWatch,
): Promise<PullResult | undefined> {
  const description = describe4(stub.origin, types);
  const items = pull({
    http,
    description,
    tokens: tokensFor(stub.origin),
    patientId: '1',
    now: () => new Date(portal.clock),
    plan: { since },
    onSearched: watch.searched,
  });
  const lock = await lockArchive(archive, holder);
  try {
    const draft = await beginPull(archive, lock, { ...jane, now: bagClock });
    for (;;) {
      const step = await items.next();
      if (step.done !== true) watch.kept(step.value, await draft.add(step.value));
      else if (!(await draft.needsEverything(step.value.rows))) return await draft.finish(step.value);
      else {
        await draft.discard();
        return undefined;
      }
    }
  } finally {
    await lock.release();
  }
}

const told = async (archive: Archive): Promise<string[]> => {
  const { all } = await stateOf(archive);
  const lines = all.map(({ resourceType, id, text, vanished }) => {
    const { text: said }: { text?: string } = JSON.parse(text);
    return `${resourceType}/${id} ${said ?? ''}${vanished ? ', vanished' : ''}`;
  });
  return lines.toSorted();
};

const given = (lines: readonly string[]): string[] => lines.filter((line) => !line.endsWith('vanished'));

describe('pulls that ask for what is new only, and one of everything at the end', () => {
  test.each<[number, string, Trick[]]>([
    [1, 'an honest portal', []],
    [2, 'an honest portal', []],
    [3, 'a portal that shows some things late', ['shows late']],
    [4, 'a portal that changes things without saying so', ['changes silently']],
    [5, 'a portal that does both', ['shows late', 'changes silently']],
  ])(
    '(seed %i) leave of %s the record that pulls of everything leave',
    async (seed, _name, tricks) => {
      const portal = new MovingPortal(numbersFrom(seed), tricks);
      const stub = await portal.open();
      const [sparing, whole] = [await newArchive(), await newArchive()];
      let points: SyncPoints | undefined;
      let spared = 0;
      for (let pulls = 0; pulls < 10; pulls += 1) {
        const isLast = pulls === 9;
        const bounds = isLast ? {} : boundsOf(points);
        let watch = new SyncWatch(points);
        let result = await bring(sparing, stub, portal, bounds, watch);
        if (result === undefined) {
          watch = new SyncWatch(points);
          result = await bring(sparing, stub, portal, {}, watch);
        }
        if (result === undefined) throw new Error('a pull of everything is never in doubt');
        spared += result.ledger.rows.filter(({ since }) => since !== undefined).length;
        points = watch.points('head', result.ledger, new Date(portal.clock));
        await bring(whole, stub, portal, {}, new SyncWatch(undefined));
        if (!isLast) portal.live();
      }
      const [one, other] = [await told(sparing), await told(whole)];
      expect(spared).toBeGreaterThan(0);
      // What came late and was gone again before everything was asked for, nobody can have seen.
      const toCompare = tricks.length === 0 ? (lines: readonly string[]): readonly string[] => lines : given;
      expect(toCompare(one)).toEqual(toCompare(other));
    },
    60_000,
  );
});
