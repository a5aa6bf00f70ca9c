import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdir, readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { verifyArchive } from '../../src/archive/index.ts';
import { filesUnder, newArchive, observation, pull, temporaryFolder, treeHash } from './practice.ts';

/** The child runs what is built: Node 20 cannot run TypeScript. */
const dist = resolve('dist/archive/index.js');
const script = resolve('test/archive/faults.mjs');
const pointsTried = 10;

interface Ended {
  killed: boolean;
  steps: number;
  code?: string;
  why?: string;
}

async function pullWith(directory: string, fault: string, step: number): Promise<Ended> {
  const child = spawn(process.execPath, [script, dist, directory, fault, String(step)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let out = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  const signal = await new Promise((done) => child.on('close', (_status, received) => done(received)));
  return { killed: signal !== null, steps: 0, ...(out === '' ? {} : JSON.parse(out)) };
}

/** The folder as a reader sees it: without the lock and what is being built. */
async function seen(directory: string): Promise<string> {
  const copy = join(await temporaryFolder(), 'seen');
  await mkdir(copy);
  for (const name of (await readdir(directory)).filter((one) => !one.startsWith('.'))) {
    await cp(join(directory, name), join(copy, name), { recursive: true });
  }
  return treeHash(copy);
}

async function base(kind: 'no archive' | 'an archive'): Promise<string> {
  if (kind === 'no archive') return join(await temporaryFolder(), 'new');
  const archive = await newArchive();
  await pull(archive, [observation('a'), observation('z')]);
  return archive.directory;
}

/** Steps spread over the whole, the last few among them. */
function points(steps: number): number[] {
  const every = Math.max(1, Math.floor(steps / pointsTried));
  const last = steps - 6;
  return Array.from({ length: steps }, (_, index) => index + 1).filter(
    (step) => step % every === 0 || step > last,
  );
}

describe('a pull', () => {
  beforeAll(() => {
    if (!existsSync(dist)) throw new Error('dist/ is not built: npm run build');
  });

  test.each(['no archive', 'an archive'] as const)(
    'killed at any step leaves the old archive or the new one, and the next pull completes it: %s before',
    async (kind) => {
      const start = await base(kind);
      const whole = `${start}-whole`;
      if (kind === 'an archive') await cp(start, whole, { recursive: true });
      const { steps, code } = await pullWith(whole, 'none', 0);
      expect(code).toBeUndefined();
      const after = await seen(whole);
      const tried = points(steps);
      const before = kind === 'an archive' ? await seen(start) : undefined;
      const unfit: { step: number; problem: string }[] = [];
      for (const step of tried) {
        const directory = `${start}-${step}`;
        if (kind === 'an archive') await cp(start, directory, { recursive: true });
        const expectThat = (holds: boolean, problem: string): number =>
          holds ? 0 : unfit.push({ step, problem });
        expectThat((await pullWith(directory, 'kill', step)).killed, 'not killed');
        if (existsSync(join(directory, 'archive.json'))) {
          const people = (await filesUnder(directory)).filter((file) => file.startsWith('jane-doe'));
          const now = await seen(directory);
          expectThat(
            now === after || now === before || people.length === 0,
            'neither the old nor the new archive',
          );
          const { problems, notes } = await verifyArchive(directory);
          expectThat(problems.length + notes.length === 0, 'verify finds something');
        }
        const next = await pullWith(directory, 'none', 0);
        expectThat(next.code === undefined, `the next pull fails: ${next.why}`);
        expectThat((await seen(directory)) === after, 'the next pull does not complete it');
        expectThat(
          !(await readdir(directory)).some((name) => name.startsWith('.')),
          'something is left over',
        );
      }
      expect(unfit).toEqual([]);
      expect(tried.length).toBeGreaterThan(pointsTried);
    },
  );

  test('that the disk refuses at any step says why, and leaves the archive as it was', async () => {
    const start = await base('an archive');
    const before = await treeHash(start);
    await cp(start, `${start}-none`, { recursive: true });
    const { steps } = await pullWith(`${start}-none`, 'ENOSPC', 0);
    let refused = 0;
    const unfit: { step: number; problem: string }[] = [];
    for (const step of points(steps)) {
      const directory = `${start}-${step}`;
      await cp(start, directory, { recursive: true });
      const expectThat = (holds: boolean, problem: string): number =>
        holds ? 0 : unfit.push({ step, problem });
      const { code, why } = await pullWith(directory, 'ENOSPC', step);
      if (code === undefined) continue;
      refused += 1;
      expectThat(
        code === 'failed' && why?.startsWith('No space is left on the disk. (ENOSPC)\n') === true,
        `${code}: ${why}`,
      );
      const isCommitted = (await filesUnder(directory)).some((file) =>
        /medicare\/0002-.*bagit\.txt/.test(file),
      );
      expectThat(
        isCommitted || (await treeHash(directory)) === before,
        'neither the old nor the new archive',
      );
      const { problems, notes } = await verifyArchive(directory);
      expectThat(problems.length + notes.length === 0, 'verify finds something');
    }
    expect(unfit).toEqual([]);
    expect(refused).toBeGreaterThan(pointsTried);
  });
});
