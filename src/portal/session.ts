import { BlueButtonError } from '../errors/index.ts';
import type { PortalDescription } from './description.ts';
import type { Answer, GetOptions, Http } from './http.ts';
import { wantsLongWait } from './retry.ts';
import { signInAgain } from './sign-in-command.ts';
import type { TokenSet } from './token-set.ts';

/** Requests to one portal in one person's name. */
export interface Session {
  /**
   * Gets an address of the portal's own origin with the access token. A token about to lapse is renewed before, one
   * answered 401 after, once for all requests under way; the request is then sent again.
   *
   * @throws BlueButtonError `login-needed` when the renewed token, or one that cannot be renewed, is refused; after
   *   that every further request throws the same without being sent. `temporary` when no answer came; after three such
   *   requests in a row, or when the portal wants a longer wait than it is granted, nothing more is sent.
   */
  get(url: URL, accept: string, more?: SessionGetOptions): Promise<Answer>;
}

export type SessionGetOptions = Pick<GetOptions, 'attachment'>;

export interface SessionOptions {
  http: Http;
  description: PortalDescription;
  tokens: TokenSet;
  now: () => Date;
  renew?: ((old: TokenSet) => Promise<TokenSet>) | undefined;
  signal?: AbortSignal | undefined;
}

/** Requests in a row that may go unanswered before the portal counts as gone. */
const maxUnanswered = 3;

/**
 * @throws BlueButtonError `login-needed` when the tokens belong to another portal.
 */
export function openSession({ http, description, tokens, now, renew, signal }: SessionOptions): Session {
  const { origin, host } = new URL(description.baseUrl);
  if (tokens.baseUrl !== description.baseUrl) {
    throw new BlueButtonError(
      'login-needed',
      `The saved sign-in is for ${tokens.baseUrl}, not for ${description.baseUrl}.`,
      { why: 'A sign-in is good for one portal only.', try: signInAgain },
    );
  }
  let current = tokens;
  let renewing: Promise<TokenSet> | undefined;
  let over: BlueButtonError | undefined;
  let unanswered = 0;

  /** False for what a storage service answers to a redirect: it knows nothing of the token. */
  const isOwn = (answer: Answer): boolean => answer.url.origin === origin;

  async function renewed(used: TokenSet): Promise<void> {
    if (current !== used) return;
    if (renew === undefined) throw (over = loginNeeded(host));
    renewing ??= renew(used).finally(() => (renewing = undefined));
    try {
      current = await renewing;
    } catch (thrown) {
      if (thrown instanceof BlueButtonError) over = thrown;
      throw thrown;
    }
  }

  async function ask(
    url: URL,
    accept: string,
    { accessToken }: TokenSet,
    more?: SessionGetOptions,
  ): Promise<Answer> {
    if (over !== undefined) throw over;
    try {
      const answer = await http.get(url, {
        ...more,
        accept,
        bearer: { token: accessToken, origin },
        signal,
      });
      unanswered = 0;
      if (isOwn(answer) && wantsLongWait(answer, now()))
        over ??= stoppedAnswering('It asks for a longer wait than a pull grants.');
      return answer;
    } catch (thrown) {
      if (thrown instanceof BlueButtonError && thrown.code === 'temporary') unanswered += 1;
      if (unanswered >= maxUnanswered)
        over ??= stoppedAnswering(`${maxUnanswered} requests in a row went unanswered.`);
      throw thrown;
    }
  }

  return {
    async get(url, accept, more) {
      if (renew !== undefined && isLapsing(current, now())) await renewed(current);
      const used = current;
      const answer = await ask(url, accept, used, more);
      if (answer.status !== 401 || !isOwn(answer)) return answer;
      await renewed(used);
      const again = await ask(url, accept, current, more);
      if (again.status === 401 && isOwn(again)) throw (over ??= loginNeeded(host));
      return again;
    },
  };
}

/**
 * True for a token that can be renewed and lives less than a minute more, or less than a quarter of its life where that is
 * shorter: a renewal during a pull costs less than an answer lost half-way (Oracle Health's tokens live 570 seconds).
 */
export function isLapsing({ expires, obtained, refreshToken }: TokenSet, now: Date): boolean {
  if (expires === undefined || refreshToken === undefined) return false;
  const end = Date.parse(expires);
  const margin = Math.min(60_000, (end - Date.parse(obtained)) / 4);
  return end - margin <= now.getTime();
}

function stoppedAnswering(why: string): BlueButtonError {
  return new BlueButtonError('temporary', 'The portal stopped answering.', {
    why,
    try: 'try again later',
  });
}

function loginNeeded(host: string): BlueButtonError {
  return new BlueButtonError('login-needed', `${host} no longer accepts this sign-in.`, {
    why: 'It answered 401 (not signed in).',
    try: signInAgain,
  });
}
