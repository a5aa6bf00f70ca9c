import { readdir } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { newHome } from './bluebutton.ts';
import { typed } from './typed.ts';

it('a passphrase is typed unseen, twice when it is a new one, once later', async () => {
  const home = await newHome();
  const create = ['keys', 'create', '--token-store', 'passphrase'];
  const slip = await typed(home, create, ['first phrase', 'frist phrase']);
  expect(slip.status).toBe(2);
  expect(slip.said).toContain('The two passphrases are not the same.');
  expect(await readdir(home.folder)).toEqual([]);

  const made = await typed(home, create, ['first phrase', 'first phrase']);
  expect(made.status).toBe(0);
  const shown = await typed(home, ['keys', 'show'], ['first phrase']);
  expect(shown.status).toBe(0);
  expect(shown.said).toContain('"P-384"');
  expect(shown.said).not.toContain('The same again');
  const wrong = await typed(home, ['keys', 'show'], ['other phrase']);
  expect(wrong.status).toBe(2);
  expect(wrong.said).toContain('That is not the passphrase of the kept sign-ins.');
  for (const { said } of [slip, made, shown, wrong]) expect(said).not.toMatch(/(first|frist|other) phrase/);
});

it('--no-input asks nothing, on a terminal too', async () => {
  const home = await newHome();
  const { said, status } = await typed(
    home,
    ['keys', 'create', '--token-store', 'passphrase', '--no-input'],
    [],
  );
  expect(status).toBe(2);
  expect(said).toContain('The passphrase of the kept sign-ins is needed.');
});
