import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { onTestFinished, test, expect } from 'vitest';
import { newHome } from '../cli/bluebutton.ts';
import { openPortal, signUp } from '../cli/practice-portal.ts';
import { jane, ledgerOf, newArchive, observation, observations, pull, row, stateOf } from './practice.ts';

interface Current {
  source: string;
  id: string;
  resource: string;
}

function byName(items: readonly Current[]): Current[] {
  return items.toSorted((one, other) => (`${one.source} ${one.id}` < `${other.source} ${other.id}` ? -1 : 1));
}

/** What the SQL in an archive's own README answers in DuckDB, started in the archive's folder as it says. */
async function currentBySql(directory: string): Promise<Current[]> {
  const readme = await readFile(join(directory, 'README.md'), 'utf8');
  const [, sql = ''] = /^## Read the current state with SQL$[\s\S]*?((?:^ {4}.+\n)+)/m.exec(readme) ?? [];
  const before = process.cwd();
  onTestFinished(() => process.chdir(before));
  process.chdir(directory);
  const database = await DuckDBInstance.create(':memory:');
  const connection = await database.connect();
  const answer = await connection.runAndReadAll(sql);
  connection.closeSync();
  return answer.getRowObjects().map(({ source, id, resource }) => ({
    source: String(source),
    id: String(id),
    resource: String(resource),
  }));
}

test('the SQL of the archive’s README gives the current state, digits and all: not what was before, vanished or renumbered', async () => {
  const archive = await newArchive();
  const renumbered = '"code":{"text":"Weight"}';
  await pull(archive, [
    observation('a', '"value":5.0'),
    observation('b'),
    observation('c', '"value":"é"'),
    observation('old', renumbered),
  ]);
  await pull(archive, [
    observation('a', '"value":5.00'),
    observation('c', '"value":"é"'),
    observation('x', renumbered),
  ]);
  const clinic = { ...jane.portal, name: 'clinic', baseUrl: 'https://clinic.example/r4' };
  await pull(archive, [observation('a', '"value":7')], undefined, { ...jane, portal: clinic });

  const older = { ...jane.portal, name: 'old clinic', baseUrl: 'https://old.example', fhirVersion: '1.0.2' };
  const inDstu2 = { ...ledgerOf(row(observations)), fhirVersion: '1.0.2' };
  await pull(archive, [observation('d', '"value":8.0')], inDstu2, { ...jane, portal: older });

  const ours = (await stateOf(archive)).all
    .filter(({ vanished }) => !vanished)
    .map(({ source, id, text }) => ({ source: `jane-doe/${source}`, id, resource: text }));
  expect(ours.map(({ source, id }) => `${source} ${id}`)).toEqual([
    'jane-doe/clinic a',
    'jane-doe/medicare a',
    'jane-doe/medicare x',
    'jane-doe/medicare c',
    'jane-doe/old-clinic d',
  ]);
  expect(await currentBySql(archive.directory)).toEqual(byName(ours));
});

test('the SQL finds every observation of a record pulled from the practice portal', async () => {
  const home = await newHome();
  await signUp(home, await openPortal(home));
  await home.done(['pull']);
  const { stdout } = await home.done(['convert', '--to', 'fhir']);
  const bundle: { entry: { resource: { resourceType: string; id: string } }[] } = JSON.parse(stdout);
  const ids = bundle.entry
    .filter(({ resource }) => resource.resourceType === 'Observation')
    .map(({ resource }) => resource.id);
  expect(ids.length).toBeGreaterThan(100);
  const found = await currentBySql(home.path('health-records'));
  expect(found.map(({ id }) => id)).toEqual(ids.toSorted());
});
