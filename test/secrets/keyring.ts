import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

/** Whether this machine can run a real keychain of its own. */
export const hasKeyring =
  process.platform === 'linux' &&
  ['dbus-run-session', 'gnome-keyring-daemon'].every((each) => spawnSync('which', [each]).status === 0);

/** Follows the name of a suite that needs a keychain: where there is none, it says that the suite did not run. */
export const absence = hasKeyring
  ? ''
  : ' (DID NOT RUN: no gnome-keyring-daemon and dbus-run-session on this machine)';

if (!hasKeyring) process.stdout.write(`keychain absent: tests not run${absence}\n`);

/** A session of a desktop: a D-Bus and a keychain on it. */
export interface KeyringSession {
  /** The variables by which a program finds it. */
  env: Record<string, string>;
  end(): Promise<void>;
}

const open = new Set<KeyringSession>();
afterAll(async () => {
  for (const session of open) await session.end();
});

/**
 * Starts a session with a GNOME Keyring whose files are in the home. With a password the keyring is unlocked by it, or made
 * when there is none; without one the keyring runs but stays locked.
 */
export async function keyringSession(home: string, password?: string): Promise<KeyringSession> {
  const runtime = await mkdtemp(join(tmpdir(), 'bluebutton-run-'));
  const start =
    password === undefined
      ? 'gnome-keyring-daemon --start --components=secrets'
      : `printf %s '${password}' | gnome-keyring-daemon --unlock --components=secrets`;
  const script = `${start} >/dev/null 2>&1; echo "bus=$DBUS_SESSION_BUS_ADDRESS"; cat`;
  const child = spawn('dbus-run-session', ['--', 'sh', '-c', script], {
    env: { PATH: process.env['PATH'], HOME: home, XDG_RUNTIME_DIR: runtime },
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  let said = '';
  child.stdout.setEncoding('utf8');
  while (!/bus=.*\n/.test(said)) {
    const [piece]: unknown[] = await once(child.stdout, 'data');
    said += String(piece);
  }
  const session: KeyringSession = {
    env: {
      DBUS_SESSION_BUS_ADDRESS: /bus=(.*)\n/.exec(said)?.[1] ?? '',
      XDG_RUNTIME_DIR: runtime,
    },
    async end() {
      if (!open.delete(session)) return;
      const closed = once(child, 'close');
      child.stdin.end();
      await closed;
      await rm(runtime, { recursive: true, force: true });
    },
  };
  open.add(session);
  return session;
}
