import { expect } from 'vitest';
import type { TokenSet } from '../../src/portal/index.ts';
import { scopes, type End } from './practice.ts';

/** Holds the tokens, where there are any, to a row's members; some are written in words. */
export function expectTokens(
  end: End<TokenSet>,
  members: Readonly<Record<string, unknown>> = {},
  before?: TokenSet,
): void {
  if ('error' in end) return;
  const tokens = end.value;
  expect(tokens.accessToken).not.toBe('');
  const all = new Map<string, unknown>(Object.entries(tokens));
  for (const [name, value] of Object.entries(members)) {
    if (value === 'in an hour') {
      const seconds = (Date.parse(tokens.expires ?? '') - Date.parse(tokens.obtained)) / 1000;
      expect(seconds).toBe(3600);
    } else if (value === 'as asked') expect(all.get(name)).toEqual(scopes);
    else if (value === 'the old one') expect(all.get(name)).toBe(before?.refreshToken);
    else expect(all.get(name)).toEqual(value);
  }
}
