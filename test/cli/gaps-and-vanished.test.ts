import { readFile, writeFile } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { jane, newHome, type Ended, type Home } from './bluebutton.ts';
import { logIn, openPortal, signUp } from './practice-portal.ts';

describe('what a portal refused', () => {
  let home: Home;

  beforeAll(async () => {
    home = await newHome();
    const portal = await openPortal(home, ['--refuse', 'AllergyIntolerance', 'MedicationRequest']);
    await signUp(home, portal);
    await home.run(['pull']);
  });

  it.each(['show', 'summary'])(
    'is never "not recorded" in %s: an empty section says that it was withheld',
    async (command) => {
      const { stdout } = await home.done([command]);
      const flat = stdout.replaceAll(/\s+/g, ' ');
      expect(flat).toMatch(/Withheld by the source \(AllergyIntolerance: The portal answered 403\.\)/);
      expect(flat).not.toMatch(/Not recorded[^:]*: Allergies/);
    },
  );

  it.each(['show', 'summary'])(
    'is named in %s also where other rows of the section came',
    async (command) => {
      const { stdout } = await home.done([command]);
      expect(stdout.replaceAll(/\s+/g, ' ')).toContain(
        'Not everything came. Withheld by the source (MedicationRequest: The portal answered 403.)',
      );
    },
  );

  it('stands in sectionStates beside the rows that came', async () => {
    const { stdout } = await home.done(['show', '--json']);
    const { sectionStates }: { sectionStates: Record<string, { state: string }[]> } = JSON.parse(stdout);
    expect(sectionStates['medications']?.map(({ state }) => state)).toEqual(['stated-rows', 'withheld']);
    expect(sectionStates['allergies']?.map(({ state }) => state)).toEqual(['withheld']);
  });
});

describe('what was not asked for', () => {
  it('because the sign-in does not cover it is not read, never "not recorded" or "none"', async () => {
    const home = await newHome();
    const portal = await openPortal(home);
    const scopes = 'launch/patient patient/Patient.rs patient/AllergyIntolerance.rs patient/Observation.rs';
    const words = ['portals', 'add', 'practice', portal.baseUrl, '--client-id', 'x', '--scope', scopes];
    await home.done(words);
    await logIn(home, 'practice');
    // What was never asked for is no gap: the person chose the scopes.
    expect((await home.run(['pull'])).status).toBe(0);
    const { stdout } = await home.done(['show', '--json']);
    const {
      sectionStates,
      sections,
    }: { sectionStates: Record<string, object[]>; sections: Record<string, object[]> } = JSON.parse(stdout);
    expect(sectionStates['immunizations']).toEqual([
      {
        source: 'practice',
        state: 'not-read',
        reason: 'Immunization: The granted access does not cover it.',
      },
    ]);
    expect(sections['immunizations']).toEqual([]);
    expect(sectionStates['allergies']).toMatchObject([{ state: 'stated-rows' }]);
    const text = (await home.done(['show'])).stdout.replaceAll(/\s+/g, ' ');
    expect(text).toContain('Not read (Immunization: The granted access does not cover it.): Immunizations');
  });
});

describe('what a portal no longer provides', () => {
  let home: Home;
  let secondPull: Ended;

  it('is named by the pull that misses it', () => {
    expect(secondPull.stderr).toContain('no longer provided, and kept: AllergyIntolerance/penicillin');
  });

  beforeAll(async () => {
    home = await newHome();
    const text = await readFile(jane, 'utf8');
    const less: { entry: { resource: { id: string } }[] } = JSON.parse(text);
    less.entry = less.entry.filter(({ resource }) => resource.id !== 'penicillin');
    await writeFile(home.path('less.json'), JSON.stringify(less));
    const first = await openPortal(home);
    await signUp(home, first);
    await home.done(['pull']);
    await first.stop('SIGINT');
    await openPortal(home, ['--port', String(first.port), '--data', 'less.json']);
    await logIn(home, 'practice');
    secondPull = await home.done(['pull']);
  });

  it.each(['show', 'summary'])('stays in %s, with a word of care and not as current', async (command) => {
    const { stdout } = await home.done([command]);
    const flat = stdout.replaceAll(/\s+/g, ' ');
    expect(flat).toContain('Penicillin');
    expect(flat).toMatch(/no longer.* provided/);
  });

  it('is a row with a caution in JSON, and no part of FHIR output', async () => {
    const { stdout } = await home.done(['show', '--json']);
    const { sections }: { sections: Record<string, { id: string; status: string; cautions?: string[] }[]> } =
      JSON.parse(stdout);
    const row = sections['allergies']?.find(({ id }) => id === 'AllergyIntolerance/penicillin');
    expect(row).toMatchObject({ status: 'not stated', cautions: ['no longer provided by its source'] });
    expect((await home.done(['convert', '--to', 'fhir'])).stdout).not.toContain('"id":"penicillin"');
  });
});

describe('sharing one section as FHIR', () => {
  it('gives away only that section', async () => {
    const home = await newHome();
    const { stdout } = await home.done(['convert', jane, '--to', 'fhir', '--section', 'allergies']);
    const { entry }: { entry: { resource: { resourceType: string } }[] } = JSON.parse(stdout);
    expect(new Set(entry.map(({ resource }) => resource.resourceType))).toEqual(
      new Set(['AllergyIntolerance']),
    );
    expect(entry).toHaveLength(5);
  });
});
