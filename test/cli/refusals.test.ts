import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Ledger } from '../../src/model/ledger.ts';
import { newHome, type Home } from './bluebutton.ts';
import { hashOf } from './folder.ts';
import { logIn, openPortal, signUp } from './practice-portal.ts';

/** The newest bag of the practice portal. */
async function newestBag(home: Home): Promise<string> {
  const source = home.path('health-records', 'jane-doe', 'practice');
  const names = (await readdir(source)).filter((name) => name !== 'source.json').toSorted();
  return join(source, names.at(-1) ?? '');
}

async function ledgerIn(bag: string): Promise<Ledger> {
  return JSON.parse(await readFile(join(bag, 'data', 'ledger.json'), 'utf8'));
}

test('a refused search is in the ledger, named on standard error, and gives status 3 each time', async () => {
  const home = await newHome();
  await signUp(home, await openPortal(home, ['--refuse', 'Coverage']));
  const first = await home.run(['pull']);
  expect(first.status).toBe(3);
  expect(first.stderr).toMatch(/not everything came/);
  expect(first.stderr).toMatch(/Coverage\?patient=jane-doe.*refused \(403\)/);
  const bag = await newestBag(home);
  const { rows } = await ledgerIn(bag);
  const refused = rows.filter(({ outcome }) => outcome === 'refused');
  // Coverage is also asked for by id, because the claim names one.
  expect(refused).toMatchObject([
    { query: expect.stringMatching(/^Coverage\?patient=jane-doe/), httpStatus: 403, returned: 0 },
    { query: 'Coverage (by reference)', missing: ['Coverage/blue-harbor (403)'], returned: 0 },
  ]);
  expect(await readdir(join(bag, 'data', 'fhir'))).not.toContain('Coverage.ndjson');
  expect(await readdir(join(bag, 'data', 'fhir'))).toContain('Observation.ndjson');

  const before = await hashOf(home.path('health-records'));
  const again = await home.run(['pull']);
  expect(again.status).toBe(3);
  expect(again.stderr).toContain('Coverage');
  expect(await hashOf(home.path('health-records'))).toBe(before);
  const status = await home.run(['status']);
  expect(status.stdout).toContain('did not come: Coverage\n');
});

test('refused references are named one by one, and come with the next pull once they are allowed', async () => {
  const home = await newHome();
  const refusing = await openPortal(home, ['--refuse', 'Specimen']);
  await signUp(home, refusing);
  const first = await home.run(['pull']);
  expect(first.status).toBe(3);
  const { rows } = await ledgerIn(await newestBag(home));
  const missing = rows.find(({ query }) => query === 'Specimen (by reference)')?.missing ?? [];
  expect(missing).toHaveLength(7);
  for (const each of missing) {
    expect(each).toMatch(/^Specimen\/[\w-]+ \(403\)$/);
    expect(first.stderr).toContain(each);
  }
  await refusing.stop('SIGTERM');

  await openPortal(home, ['--port', String(refusing.port)]);
  await logIn(home, 'practice');
  const second = await home.run(['pull']);
  expect(second).toMatchObject({ status: 0, stdout: expect.stringMatching(/: 7 new, 0 changed/) });
  const bag = await newestBag(home);
  expect(await readdir(join(bag, 'data', 'fhir'))).toEqual(['Specimen.ndjson']);
  expect((await home.run(['verify'])).status).toBe(0);
});
