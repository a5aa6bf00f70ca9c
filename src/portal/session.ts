import { BlueButtonError } from '../errors/index.ts';
import type { PortalDescription } from './description.ts';
import type { Answer, Http } from './http.ts';
import type { TokenSet } from './token-set.ts';

/** Requests to one portal in one person's name. */
export interface Session {
  /**
   * Gets an address of the portal's own origin with the access token. Answered 401, the token is renewed once for all
   * requests under way and the request sent again.
   *
   * @throws BlueButtonError `login-needed` when the renewed token, or one that cannot be renewed, is refused; after
   *   that every further request throws the same without being sent.
   */
  get(url: URL, accept: string): Promise<Answer>;
}

export interface SessionOptions {
  http: Http;
  description: PortalDescription;
  tokens: TokenSet;
  renew?: ((old: TokenSet) => Promise<TokenSet>) | undefined;
  signal?: AbortSignal | undefined;
}

/**
 * @throws BlueButtonError `login-needed` when the tokens belong to another portal.
 */
export function openSession({ http, description, tokens, renew, signal }: SessionOptions): Session {
  const { origin, host } = new URL(description.baseUrl);
  if (tokens.baseUrl !== description.baseUrl) {
    throw new BlueButtonError(
      'login-needed',
      `The saved sign-in is for ${tokens.baseUrl}, not for ${description.baseUrl}.`,
      {
        try: 'sign in again: bluebutton login',
      },
    );
  }
  let current = tokens;
  let renewing: Promise<TokenSet> | undefined;
  let over: BlueButtonError | undefined;

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

  async function ask(url: URL, accept: string, { accessToken }: TokenSet): Promise<Answer> {
    if (over !== undefined) throw over;
    return http.get(url, { accept, bearer: { token: accessToken, origin }, signal });
  }

  return {
    async get(url, accept) {
      const used = current;
      const answer = await ask(url, accept, used);
      if (answer.status !== 401) return answer;
      await renewed(used);
      const again = await ask(url, accept, current);
      if (again.status === 401) throw (over ??= loginNeeded(host));
      return again;
    },
  };
}

function loginNeeded(host: string): BlueButtonError {
  return new BlueButtonError('login-needed', `${host} no longer accepts this sign-in.`, {
    why: 'It answered 401 (not signed in).',
    try: 'sign in again: bluebutton login',
  });
}
