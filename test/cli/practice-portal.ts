import { readFile } from 'node:fs/promises';
import type { LogEntry } from '../../src/sandbox/options.ts';
import type { Ended, Home, RunOptions, Running } from './bluebutton.ts';

/** `bluebutton sandbox`, running. */
export interface PracticePortal extends Running {
  /** Where it serves FHIR. */
  baseUrl: string;
  port: number;
  /** What it has been asked so far. */
  log(): Promise<LogEntry[]>;
}

/** Starts the practice portal as a command of its own; `words` are further options of it. */
export async function openPortal(home: Home, words: readonly string[] = []): Promise<PracticePortal> {
  const file = home.path('sandbox.log');
  const running = home.start(['sandbox', '--json', '--log', file, ...words]);
  const [line] = await running.said(/^\{.*\}$/m);
  const { baseUrl, port }: { baseUrl: string; port: number } = JSON.parse(line);
  return {
    ...running,
    baseUrl,
    port,
    async log() {
      const lines = (await readFile(file, 'utf8')).split('\n').filter((text) => text !== '');
      return lines.map((text): LogEntry => JSON.parse(text));
    },
  };
}

/** The address `login` prints for the browser. */
export const signInAddress = /^ {2}(http:\/\/127\.0\.0\.1:\S+)$/m;

/** Answers the consent page without a browser: its form, posted to its own address (`src/sandbox/authorize.ts`). */
export async function answerConsent(address: string, decision: 'allow' | 'deny'): Promise<void> {
  await fetch(address, { method: 'POST', body: new URLSearchParams({ decision }) });
}

/** `bluebutton login`, with the consent page answered. */
export async function logIn(
  home: Home,
  name: string,
  { decision = 'allow', words = [], ...options }: LogInOptions = {},
): Promise<Ended> {
  const given = ['login', name, '--token-store', 'file', '--no-browser', ...words];
  const running = home.start(given, options);
  const [, address = ''] = await running.said(signInAddress);
  await answerConsent(address, decision);
  return running.ended;
}

export interface LogInOptions extends RunOptions {
  decision?: 'allow' | 'deny';
  words?: readonly string[];
}

/** Names the portal `practice` and signs in to it. */
export async function signUp(home: Home, { baseUrl }: PracticePortal): Promise<Ended[]> {
  return [
    await home.run(['portals', 'add', 'practice', baseUrl, '--client-id', 'practice']),
    await logIn(home, 'practice'),
  ];
}
