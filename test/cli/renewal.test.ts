import { readFile, writeFile } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { newHome, type Home } from './bluebutton.ts';
import { openPortal, signUp } from './practice-portal.ts';

describe('a kept sign-in', () => {
  let home: Home;
  const tokenFile = (): string => home.path('.local/state/bluebutton/tokens/practice.json');
  const tokens = async (): Promise<Record<string, string>> => JSON.parse(await readFile(tokenFile(), 'utf8'));
  const spoil = async (members: readonly string[]): Promise<void> => {
    const kept = await tokens();
    for (const member of members) kept[member] = 'no-longer-good';
    await writeFile(tokenFile(), JSON.stringify(kept));
  };

  beforeAll(async () => {
    home = await newHome();
    await signUp(home, await openPortal(home));
  });

  it('is renewed once when the portal no longer accepts the access token, and the rotated token is kept', async () => {
    const before = await tokens();
    await spoil(['accessToken']);
    expect(await home.run(['pull'])).toMatchObject({ status: 0 });
    const after = await tokens();
    expect(after['refreshToken']).not.toBe(before['refreshToken']);
    expect(after['accessToken']).not.toBe('no-longer-good');
    expect(await home.run(['pull'])).toMatchObject({ status: 0 });
  });

  it('that can no longer be renewed ends in exit 4 and says how to sign in again', async () => {
    await spoil(['accessToken', 'refreshToken']);
    const { status, stdout, stderr } = await home.run(['pull']);
    expect(status).toBe(4);
    expect(stdout).toBe('');
    expect(stderr).toContain('Try: ');
    expect(stderr).toContain('bluebutton login practice --token-store file');
    expect(stderr).not.toContain('no-longer-good');
  });
});
