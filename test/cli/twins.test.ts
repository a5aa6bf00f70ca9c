import { readdir, writeFile } from 'node:fs/promises';
import { beforeAll, describe, expect, test } from 'vitest';
import { newHome, type Home } from './bluebutton.ts';

/** A record of one allergy of a person, born on the same day as all of them here. */
function recordOf(id: string, given: string, family: string, allergy: string): string {
  return JSON.stringify({
    resourceType: 'Bundle',
    type: 'collection',
    entry: [
      {
        resource: {
          resourceType: 'Patient',
          id,
          name: [{ given: given === '' ? [] : [given], family }],
          birthDate: '1975-05-01',
        },
      },
      {
        resource: {
          resourceType: 'AllergyIntolerance',
          id: 'a',
          code: { text: allergy },
          patient: { reference: `Patient/${id}` },
        },
      },
    ],
  });
}

/** Twins, and a record so vague that it could be of either. */
const files: Readonly<Record<string, string>> = {
  'jane.json': recordOf('1', 'Jane', 'Doe', 'Latex'),
  'joan.json': recordOf('2', 'Joan', 'Doe', 'Eggs'),
  'initial.json': recordOf('3', 'J', 'Doe', 'Nuts'),
  'nameless.json': recordOf('4', '', 'Doe', 'Cats'),
};

let home: Home;

beforeAll(async () => {
  home = await newHome();
  for (const [name, text] of Object.entries(files)) await writeFile(home.path(name), text);
});

/** Every order of three things. */
function orders<Item>([a, b, c]: readonly [Item, Item, Item]): Item[][] {
  return [
    [a, b, c],
    [a, c, b],
    [b, a, c],
    [b, c, a],
    [c, a, b],
    [c, b, a],
  ].map((order) => [...order]);
}

describe.each(['initial.json', 'nameless.json'])(
  'twins with a record between them that names neither: %s',
  (vague) => {
    const each = orders(['jane.json', 'joan.json', vague]);

    test.each(each)('are never one person, shown in the order %s, %s, %s', async (...names) => {
      const { status, stdout, stderr } = await home.run(['show', ...names]);
      expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
      expect(stderr).toContain('the records of 3 patients');
    });

    test.each(each)('are never imported in one go, in the order %s, %s, %s', async (...names) => {
      const own = `${vague}-${names.join()}`;
      const { status, stderr } = await home.run(['import', ...names, '--archive', own]);
      expect({ status, says: stderr.includes('about different people') }).toEqual({ status: 2, says: true });
      expect(await readdir(home.folder)).not.toContain(own);
    });

    test.each(each)('never come into one folder, imported one by one: %s, %s, %s', async (...names) => {
      const archive = ['--archive', `one-by-one-${vague}-${names.join()}`];
      for (const name of names) await home.run(['import', name, ...archive]);
      const { stdout } = await home.run(['show', '--json', ...archive]);
      expect(stdout.includes('Latex') && stdout.includes('Eggs')).toBe(false);
    });
  },
);

test('a folder begun without a name takes nobody else once it knows whose it is', async () => {
  const nobody = { resourceType: 'Condition', id: 'c', code: { text: 'Cough' } };
  await writeFile(home.path('nobody.json'), JSON.stringify(nobody));
  await writeFile(home.path('john.json'), recordOf('5', 'John', 'Roe', 'Dust').replace('1975', '1980'));
  const into = ['--person', 'somebody', '--archive', 'begun'];
  await home.done(['import', 'nobody.json', ...into]);
  await home.done(['import', 'jane.json', ...into]);
  const { status, stderr } = await home.run(['import', 'john.json', ...into]);
  expect({ status, says: stderr.includes('somebody else than somebody') }).toEqual({ status: 2, says: true });
  expect((await home.done(['show', '--archive', 'begun'])).stdout).not.toContain('Dust');
  // The person's own records go on coming in by themselves.
  expect((await home.run(['import', 'jane.json', '--archive', 'begun'])).status).toBe(0);
});
