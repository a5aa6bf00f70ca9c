import { readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { newHome, type Home } from './bluebutton.ts';
import { hashOf } from './folder.ts';
import { refusalOf } from './refusal.ts';

/** An archive of three imports, and the names of its bags. */
async function threeBags(): Promise<{ home: Home; bags: string; names: string[] }> {
  const home = await newHome();
  for (const number of [1, 2, 3]) {
    const condition = { resourceType: 'Condition', id: `c${number}`, code: { text: `Problem ${number}` } };
    await writeFile(home.path('one.json'), JSON.stringify(condition));
    await home.done(['import', 'one.json', '--person', 'Jane Doe']);
  }
  const bags = home.path('health-records', 'jane-doe', 'files');
  const names = (await readdir(bags)).filter((name) => /^\d{4}-/.test(name)).toSorted();
  return { home, bags, names };
}

test('an archive that a living process writes to is busy, and the process is named', async () => {
  const { home } = await threeBags();
  const held = { pid: process.pid, host: hostname(), started: new Date().toISOString(), id: 'another' };
  const lock = home.path('health-records', '.lock');
  await writeFile(lock, `${JSON.stringify(held)}\n`, { mode: 0o600 });
  await writeFile(home.path('four.json'), '{"resourceType":"Condition","id":"c4"}');
  const before = await hashOf(home.path('health-records'));
  expect(refusalOf(await home.run(['import', 'four.json', '--person', 'Jane Doe']))).toEqual({
    status: 11,
    stdout: '',
    what: expect.stringMatching(new RegExp(`process ${process.pid}\\b`)),
    next: expect.stringMatching(/[Ww]ait/),
    internals: [],
  });
  expect(await hashOf(home.path('health-records'))).toBe(before);
  // Reading needs no lock.
  await home.done(['show']);
  await home.done(['verify']);
});

test('a flipped byte is damage, and the file is named', async () => {
  const { home, bags, names } = await threeBags();
  const documents = join(bags, names[1] ?? '', 'data', 'documents');
  const [name = ''] = await readdir(documents);
  const bytes = await readFile(join(documents, name));
  bytes[5] = (bytes[5] ?? 0) ^ 1;
  await writeFile(join(documents, name), bytes);
  const before = await hashOf(home.path('health-records'));
  const ended = await home.run(['verify']);
  expect(refusalOf(ended)).toEqual({
    status: 12,
    stdout: '',
    what: expect.stringMatching(/damaged: 1 problem/),
    next: expect.stringMatching(/restore/),
    internals: [],
  });
  expect(ended.stderr).toContain(`jane-doe/files/${names[1]}/data/documents/${name}`);
  expect(await hashOf(home.path('health-records'))).toBe(before);
});

test('a bag missing from the middle is damage to verify, readers and writers alike, and is named', async () => {
  const { home, bags, names } = await threeBags();
  const [, middle = ''] = names;
  await rename(join(bags, middle), home.path('taken-away'));
  const before = await hashOf(home.path('health-records'));
  for (const words of [['verify'], ['show'], ['import', 'one.json', '--person', 'Jane Doe']]) {
    const ended = await home.run(words);
    expect(refusalOf(ended)).toMatchObject({ status: 12, stdout: '', next: expect.stringMatching(/./) });
    expect(ended.stderr).toContain(middle);
  }
  expect(await hashOf(home.path('health-records'))).toBe(before);
});
