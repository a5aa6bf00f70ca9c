import { BlueButtonError } from '../errors/index.ts';
import { openLoopback } from './loopback.ts';
import { pauseFor } from './retry.ts';
import { signInAgain } from './sign-in-command.ts';

/** Where the portal sends its answer, and how the answer is had. */
export interface Redirect {
  uri: string;
  /**
   * The parameters of the answer: from the browser coming back to this computer, or from an address pasted by the
   * person, whichever is first.
   *
   * @throws BlueButtonError `login-needed` when none came in time or nobody could paste one, `interrupted` when `signal`
   *   fired.
   */
  answer(
    milliseconds: number,
    paste: ((signal: AbortSignal) => Promise<string | undefined>) | undefined,
    signal?: AbortSignal,
  ): Promise<URLSearchParams>;
  close(): Promise<void>;
}

/**
 * Opens the way back from the portal: a listener on 127.0.0.1, unless a registered address elsewhere is given.
 *
 * @throws BlueButtonError `failed` when the port is taken.
 */
export async function openRedirect(
  elsewhere: string | undefined,
  port: number,
  state: string,
): Promise<Redirect> {
  const loopback = elsewhere === undefined ? await openLoopback(port, state) : undefined;
  const uri = loopback?.redirectUri ?? elsewhere ?? '';
  return {
    uri,
    async answer(milliseconds, paste, signal) {
      const over = new AbortController();
      const stop = signal === undefined ? over.signal : AbortSignal.any([over.signal, signal]);
      const pasted = paste === undefined ? undefined : pastedAnswer(paste, uri, state, stop);
      // Nobody there to paste leaves the browser alone to answer.
      const fromPaste = pasted?.then((found) => found ?? never);
      fromPaste?.catch(() => undefined);
      try {
        if (loopback === undefined) {
          const timeUp = pauseFor(milliseconds, stop).then(() => undefined);
          timeUp.catch(() => undefined);
          const found = await Promise.race([pasted ?? Promise.resolve(undefined), timeUp]);
          if (found === undefined) throw nobodyPasted(uri);
          return found;
        }
        const answers = [
          loopback.answer(milliseconds, stop),
          ...(fromPaste === undefined ? [] : [fromPaste]),
        ];
        return await Promise.race(answers);
      } finally {
        over.abort();
      }
    },
    close: async () => loopback?.close(),
  };
}

const never = new Promise<never>(() => undefined);

/** Reads pasted addresses until one is an answer to this sign-in; undefined when nobody pastes any more. */
async function pastedAnswer(
  paste: (signal: AbortSignal) => Promise<string | undefined>,
  uri: string,
  state: string,
  signal: AbortSignal,
): Promise<URLSearchParams | undefined> {
  for (let tries = 0; tries < 5 && !signal.aborted; tries += 1) {
    const line = await paste(signal);
    if (line === undefined) return undefined;
    const found = parametersIn(line.trim(), uri);
    if (found?.get('state') === state) return found;
  }
  throw new BlueButtonError('login-needed', 'What was pasted is no answer to this sign-in.', {
    why: `The address begins ${uri} and holds code= and the state= of this very sign-in.`,
    try: signInAgain,
  });
}

/** The parameters of a pasted address, which may carry them in the fragment, or of its query alone. */
function parametersIn(line: string, uri: string): URLSearchParams | undefined {
  const text = line.replace(/^["'<]+|[>"']+$/g, '');
  if (!URL.canParse(text)) {
    const bare = new URLSearchParams(text.replace(/^[?#]/, ''));
    return bare.has('state') ? bare : undefined;
  }
  const url = new URL(text);
  const expected = new URL(uri);
  if (url.origin !== expected.origin || url.pathname !== expected.pathname) return undefined;
  return url.searchParams.has('state') ? url.searchParams : new URLSearchParams(url.hash.slice(1));
}

function nobodyPasted(uri: string): BlueButtonError {
  return new BlueButtonError('login-needed', 'The answer of the portal never came.', {
    why: `It goes to ${uri}, which is not on this computer: its address has to be pasted here.`,
    try: `${signInAgain}, and paste the address your browser ends at`,
  });
}
