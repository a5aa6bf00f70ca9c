import { writeFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { newHome } from './bluebutton.ts';
import { openPortal, signUp } from './practice-portal.ts';

const patient = { resourceType: 'Patient', id: 'ann', birthDate: '1970-01-01', name: [{ family: 'Sample' }] };
const goal = (id: string) => ({
  resourceType: 'Goal',
  id,
  lifecycleStatus: 'active',
  description: { text: 'A goal' },
  subject: { reference: 'Patient/ann' },
});

it('a second pull finds what was added to the data files of a practice portal that runs', async () => {
  const home = await newHome();
  await writeFile(home.path('data.json'), JSON.stringify([patient, goal('one')]));
  const portal = await openPortal(home, ['--data', 'data.json']);
  await signUp(home, portal);
  await home.done(['pull']);
  await writeFile(home.path('data.json'), JSON.stringify([patient, goal('one'), goal('two')]));
  const before = (await portal.log()).length;
  await home.done(['pull']);
  const searches = (await portal.log()).slice(before).filter(({ path }) => path === '/fhir/Goal');
  expect(searches.map(({ served }) => served?.entries)).toEqual([3]);
});
