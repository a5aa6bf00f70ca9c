import { readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, test } from 'vitest';
import { gapsOf, type LedgerRow } from '../../src/model/index.ts';
import { row } from '../archive/practice.ts';
import { newHome, type Home } from './bluebutton.ts';
import { logIn, openPortal, signUp, type PracticePortal } from './practice-portal.ts';

describe('gaps a person accepts', () => {
  let home: Home;
  let portal: PracticePortal;

  /** The portal again at the same address, refusing other types. */
  async function refusing(...types: string[]): Promise<void> {
    await portal.stop('SIGTERM');
    portal = await openPortal(home, ['--port', String(portal.port), '--refuse', ...types]);
    await logIn(home, 'practice');
  }

  beforeAll(async () => {
    home = await newHome();
    portal = await openPortal(home, ['--refuse', 'Coverage', 'Specimen']);
    await signUp(home, portal);
    await home.run(['pull']);
  });

  test('are named once more, stay in the ledger, and no longer make the status 3', async () => {
    const accepting = await home.run(['pull', '--accept-gaps']);
    expect(accepting.status).toBe(0);
    expect(accepting.stderr).toMatch(
      /practice: accepted from now on: Coverage\?patient=jane-doe\S* refused \(403\)/,
    );
    expect(accepting.stderr).toContain('accepted from now on: Specimen (by reference): refused (403)');

    expect(await home.run(['pull', '-q'])).toEqual({ status: 0, stdout: '', stderr: '' });
    const told = await home.run(['pull']);
    expect(told.stderr).toMatch(/practice: 3 accepted gaps; the ledger names what did not come/);
    const { stdout } = await home.done(['pull', '--json']);
    expect(JSON.parse(stdout)).toMatchObject({
      portals: [
        { gaps: [], acceptedGaps: expect.arrayContaining(['Specimen (by reference): refused (403)']) },
      ],
    });
    expect((await home.done(['status'])).stdout).toContain(
      'did not come: Coverage (accepted), Specimen (accepted)\n',
    );
    const shown = await home.done(['show']);
    expect(shown.stdout).toContain('Jane Doe');
  });

  test('a new one beside them is named and makes it 3 again', async () => {
    await refusing('Coverage', 'Specimen', 'Immunization');
    const { status, stderr } = await home.run(['pull']);
    expect(status).toBe(3);
    expect(stderr).toMatch(/not everything came\.\n {2}Immunization\?patient=jane-doe/);
    expect(stderr).not.toMatch(/^ {2}Coverage/m);
    expect((await home.done(['status'])).stdout).toContain('Immunization, Coverage (accepted)');
  });

  test('are forgotten where they ended, once gaps are accepted anew', async () => {
    await refusing('Immunization');
    await home.done(['pull', '--accept-gaps']);
    await refusing('Coverage', 'Immunization');
    const { status, stderr } = await home.run(['pull']);
    expect(status).toBe(3);
    expect(stderr).toContain('Coverage?patient=jane-doe');
  });

  test('stay when the portal is named anew with another client id', async () => {
    await home.done(['portals', 'add', 'practice', portal.baseUrl, '--client-id', 'another']);
    expect(await readFile(home.path('.config/bluebutton/portals.json'), 'utf8')).toContain('acceptedGaps');
  });
});

const refused: Partial<LedgerRow> = { outcome: 'refused', httpStatus: 403 };

test.each<[string, LedgerRow, string[]]>([
  ['a row that came whole', row('Goal?patient=1'), []],
  ['a query that was refused', row('Goal?patient=1', refused), ['Goal?patient=1: refused (403)']],
  [
    'a query without an answer',
    row('Goal?patient=1', { outcome: 'failed' }),
    ['Goal?patient=1: failed (no answer)'],
  ],
  [
    'a type refused by id altogether is one gap, whatever ids come to be named',
    row('Specimen (by reference)', { ...refused, missing: ['Specimen/1 (403)', 'Specimen/2 (403)'] }),
    ['Specimen (by reference): refused (403)'],
  ],
  [
    'of a type that is given by id, each that is refused is a gap of its own',
    row('Specimen (by reference)', {
      ...refused,
      returned: 3,
      missing: ['Specimen/1 (403)', 'Specimen/2 (404)'],
    }),
    ['Specimen (by reference): Specimen/1 (403)', 'Specimen (by reference): Specimen/2 (404)'],
  ],
  [
    'each attachment that did not come is a gap of its own, also when none came',
    row('attachments', { ...refused, missing: ['DocumentReference/1 (404)'] }),
    ['attachments: DocumentReference/1 (404)'],
  ],
  [
    'a search cut short that also left something out is two',
    row('Goal?patient=1', { outcome: 'truncated', httpStatus: 200, missing: ['Goal without an id'] }),
    ['Goal?patient=1: truncated (200)', 'Goal?patient=1: Goal without an id'],
  ],
])('%s', (_, given, gaps) => {
  expect(gapsOf(given)).toEqual(gaps);
});
