import { writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import type { Ledger, LedgerRow } from '../../src/model/ledger.ts';
import { searchFaults } from '../../src/sandbox/search-faults.ts';
import { newHome, type Home } from './bluebutton.ts';
import { logIn, openPortal, signUp } from './practice-portal.ts';

const subject = { reference: 'Patient/ann' };
const patient = { resourceType: 'Patient', id: 'ann', birthDate: '1970-01-01', name: [{ family: 'Sample' }] };
const confirmed = { coding: [{ code: 'confirmed' }] };
const wrong = { coding: [{ code: 'entered-in-error' }] };
const allergy = (id: string, text: string, year: string, verificationStatus = confirmed) => ({
  resourceType: 'AllergyIntolerance',
  id,
  meta: { lastUpdated: `${year}-01-01T00:00:00Z` },
  patient: subject,
  verificationStatus,
  code: { text },
});
const before = [
  patient,
  allergy('same', 'nuts', '2010'),
  allergy('changing', 'eggs', '2010'),
  allergy('going', 'milk', '2010'),
  allergy('latest', 'soy', '2020'),
];
/** The data states the old time still: a portal that is honest about updates stamps what changed (profile strict). */
const after = [
  patient,
  allergy('same', 'nuts', '2010'),
  allergy('changing', 'hen eggs', '2010'),
  allergy('coming', 'fish', '2010'),
  allergy('latest', 'soy', '2020'),
];

interface Pulled {
  row: LedgerRow | undefined;
  vanished: string[];
}

/** Pulls, and tells the row of the allergies. */
async function pull(home: Home, ...words: string[]): Promise<Pulled> {
  const { stdout } = await home.run(['pull', '--json', ...words]);
  const { portals }: { portals: { ledger: Ledger }[] } = JSON.parse(stdout);
  const [{ ledger } = { ledger: undefined }] = portals;
  return {
    row: ledger?.rows.find(({ resourceType }) => resourceType === 'AllergyIntolerance'),
    vanished: ledger?.vanished ?? [],
  };
}

/** The allergies the archive gives now, sorted. */
async function allergies(home: Home): Promise<string[]> {
  const { stdout } = await home.done(['convert', '--to', 'fhir', '--section', 'allergies']);
  const { entry }: { entry: { resource: { resourceType: string; code?: { text: string } } }[] } =
    JSON.parse(stdout);
  return entry.flatMap(({ resource: { code } }) => code?.text ?? []).toSorted();
}

const now = ['fish', 'hen eggs', 'nuts', 'soy'];
const table = [
  // Only what is new is asked for, and what is gone is found out by the next pull of everything.
  { fault: undefined, since: true, found: [...now, 'milk'] },
  // The old ones that come betray it, and what came is all there is.
  { fault: 'ignores-last-updated', since: false, found: now },
  { fault: 'last-updated-missing', since: false, found: now },
  // Nothing betrays it until everything is asked for again, at the latest in the tenth pull.
  { fault: 'last-updated-dishonest', since: true, found: ['eggs', 'milk', 'nuts', 'soy'] },
];

describe('a pull of what was updated', () => {
  it.each(table)('with the fault $fault', async ({ fault, since, found }) => {
    const home = await newHome();
    await writeFile(home.path('data.json'), JSON.stringify(before));
    const words = ['--data', 'data.json', '--profile', 'strict'];
    const portal = await openPortal(home, fault === undefined ? words : [...words, '--fault', fault]);
    await signUp(home, portal);
    await pull(home);
    // The second pull of everything shows that what is stated of updates is true.
    await pull(home);
    await writeFile(home.path('data.json'), JSON.stringify(after));
    const third = await pull(home);
    expect(third.row).toMatchObject({ outcome: 'complete' });
    expect(third.row?.since !== undefined).toBe(since);
    expect(await allergies(home)).toEqual(found.toSorted());
    const asked = (await portal.log()).flatMap(({ path, query: { _lastUpdated: bound } }) =>
      path.endsWith('/AllergyIntolerance') && bound !== undefined ? bound : [],
    );
    expect(asked).toEqual(fault === 'last-updated-missing' ? [] : ['ge2019-12-30T00:00:00Z']);

    const full = await pull(home, '--full');
    expect([...third.vanished, ...full.vanished]).toEqual(['AllergyIntolerance/going']);
    expect(await allergies(home)).toEqual(now);
  });

  it('every fault of updates is in the table', () => {
    const names = searchFaults.map(({ name }) => name).filter((name) => name.includes('last-updated'));
    expect(table.flatMap(({ fault }) => fault ?? []).toSorted()).toEqual(names.toSorted());
  });
});

it('what was entered in error, what is no longer given and what is refused this time are told apart', async () => {
  const home = await newHome();
  const goal = { resourceType: 'Goal', id: 'walk', subject, description: { text: 'walk' } };
  const immunization = {
    resourceType: 'Immunization',
    id: 'flu',
    status: 'completed',
    patient: subject,
    vaccineCode: { text: 'flu shot' },
  };
  await writeFile(home.path('data.json'), JSON.stringify([...before, goal, immunization]));
  const first = await openPortal(home, ['--data', 'data.json']);
  await signUp(home, first);
  await home.done(['pull']);
  await first.stop('SIGINT');
  const less = [
    patient,
    allergy('same', 'nuts', '2010'),
    allergy('changing', 'eggs', '2010', wrong),
    goal,
    immunization,
  ];
  await writeFile(home.path('data.json'), JSON.stringify(less));
  await openPortal(home, ['--port', String(first.port), '--data', 'data.json', '--refuse', 'Immunization']);
  await logIn(home, 'practice');
  const { status, stdout, stderr } = await home.run(['pull']);
  expect(status).toBe(3);
  expect(stdout).toContain('1 changed, 3 unchanged, 2 no longer provided (kept)');
  expect(stderr).toMatch(
    /no longer provided, and kept: AllergyIntolerance\/going, AllergyIntolerance\/latest\.$/m,
  );
  expect(stderr).toMatch(/^ {2}Immunization\?\S+: refused \(403\)/m);
  expect((await home.done(['status'])).stdout).toMatch(/did not come: Immunization$/m);
  const shown = (await home.done(['show'])).stdout;
  expect(shown).toMatch(/^ALLERGIES \(3, and 1 recorded as not so\)$/m);
  expect(shown).toMatch(/^ {2}nuts$/m);
  expect(shown).toMatch(/^ {2}milk \(no longer provided by its source\)$/m);
  expect(shown).toMatch(/^ {2}\[ENTERED IN ERROR\] eggs$/m);
  expect(shown.replaceAll(/\s+/g, ' ')).toContain(
    'Not everything came. Withheld by the source (Immunization: The portal answered 403.) Name Status flu shot',
  );
});
