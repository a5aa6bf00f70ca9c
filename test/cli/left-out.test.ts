import { writeFile } from 'node:fs/promises';
import { beforeEach, expect, test } from 'vitest';
import { newHome, type Home } from './bluebutton.ts';
import { openPortal, signUp } from './practice-portal.ts';

const subject = { reference: 'Patient/ann' };

/** What no search by category, status or intent finds. */
const uncategorized = [
  { resourceType: 'Observation', id: 'no-category', status: 'final', subject, code: { text: 'Weight' } },
  { resourceType: 'CarePlan', id: 'no-category', status: 'active', intent: 'plan', subject },
];

let home: Home;

beforeEach(async () => {
  home = await newHome();
  const patient = { resourceType: 'Patient', id: 'ann', name: [{ family: 'Sample', given: ['Ann'] }] };
  const resources = [patient, ...uncategorized];
  const bundle = {
    resourceType: 'Bundle',
    type: 'collection',
    entry: resources.map((resource) => ({ resource })),
  };
  await writeFile(home.path('ann.json'), JSON.stringify(bundle));
});

async function pulledFrom(...options: string[]): Promise<{ names: string[]; said: string; asked: string[] }> {
  const portal = await openPortal(home, ['--data', home.path('ann.json'), ...options]);
  await signUp(home, portal);
  const { stderr } = await home.done(['pull']);
  const { stdout } = await home.done(['show', '--format', 'fhir']);
  const { entry }: { entry: { resource: { resourceType: string; id: string } }[] } = JSON.parse(stdout);
  const names = entry.map(({ resource }) => `${resource.resourceType}/${resource.id}`);
  const asked = (await portal.log()).map(({ path }) => path).filter((path) => path.endsWith('$everything'));
  return { names: names.toSorted(), said: stderr, asked };
}

test('what searches by category leave out comes by $everything, where the portal has it', async () => {
  const { names, said, asked } = await pulledFrom('--profile', 'strict');
  expect(names).toEqual(expect.arrayContaining(['CarePlan/no-category', 'Observation/no-category']));
  expect(said).not.toContain('by known values only');
  expect(asked).toHaveLength(1);
});

test('where it has not, the pull says for which kinds something may be left out', async () => {
  const { said, asked } = await pulledFrom('--profile', 'epic');
  expect(asked).toEqual([]);
  expect(said).toMatch(/asked for by known values only, .*Observation.* \(by category\)/);
  expect((await home.done(['pull', '-q'])).stderr).toBe('');
});

test.each([
  ['outcome-warning', /^practice: the portal says of .* and \d+ kinds more: Some results are missing/m],
  ['lost-between-pages', /^practice: of Observation the portal counts \d+, and fewer came\.$/m],
  [
    'attachment-hash-mismatch',
    /^practice: the portal says of attachments: |^practice: .*hash|^practice: .*SHA-1/m,
  ],
])('what a portal says or counts of a whole answer is told: %s', async (fault, told) => {
  const portal = await openPortal(home, ['--fault', fault]);
  await signUp(home, portal);
  expect((await home.done(['pull'])).stderr).toMatch(told);
});

test('what every answer of Epic says is not told of each pull', async () => {
  await signUp(home, await openPortal(home));
  expect((await home.done(['pull'])).stderr).not.toContain('the portal says');
});
