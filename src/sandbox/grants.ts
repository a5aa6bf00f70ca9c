import { createHash, randomBytes } from 'node:crypto';
import { OAuthRefusal } from './oauth-refusal.ts';

/** What a person allowed: which app may see whose record, and what of it. */
export interface Grant {
  clientId: string;
  patient: string;
  scopes: string[];
  /** Whether it comes with a refresh token. */
  refreshable: boolean;
  /** For the id_token. */
  nonce?: string;
  /** When it ends altogether; absent: never. */
  until?: Date;
}

/** What one authorization code is bound to. */
interface Code {
  grant: HeldGrant;
  redirectUri: string;
  challenge: string;
  expires: number;
  used: boolean;
}

interface HeldGrant extends Grant {
  revoked: boolean;
}

interface AccessToken {
  grant: HeldGrant;
  scopes: string[];
  expires: number;
  uses: number;
}

interface RefreshToken {
  grant: HeldGrant;
  replaced: boolean;
}

/** Tokens as the token endpoint hands them out. */
export interface Tokens {
  access: string;
  refresh: string | undefined;
  scopes: string[];
  /** Of the access token, in seconds. */
  lifetime: number;
  grant: Grant;
}

/** How a refresh is done. */
export interface Refreshing {
  /** What using a refresh token does to it; after `reuse revokes`, using it again ends the whole grant. */
  rotation: 'rotates' | 'kept' | 'reuse revokes';
  /** Of the new access token, in seconds. */
  lifetime: number;
}

const codeSeconds = 60;

/** The codes and tokens of a running portal; they live in memory and end with it. */
export class Grants {
  readonly #now: () => Date;
  readonly #codes = new Map<string, Code>();
  readonly #accessTokens = new Map<string, AccessToken>();
  readonly #refreshTokens = new Map<string, RefreshToken>();

  constructor(now: () => Date) {
    this.#now = now;
  }

  /** A code for an allowed grant: good once, for a minute, at the same redirect_uri, with the challenge's verifier. */
  issueCode(grant: Grant, redirectUri: string, challenge: string): string {
    const code = secret();
    const expires = this.#in(codeSeconds);
    this.#codes.set(code, {
      grant: { ...grant, revoked: false },
      redirectUri,
      challenge,
      expires,
      used: false,
    });
    return code;
  }

  /**
   * Exchanges a code for tokens (RFC 6749 §4.1.3, RFC 7636 §4.6). A code that comes a second time is refused and ends
   * the tokens of the first (RFC 6749 §4.1.2); a code that comes with a wrong verifier stays good.
   */
  exchange(
    code: string,
    { clientId, redirectUri, verifier }: { clientId: string; redirectUri: string; verifier: string },
    lifetime: number,
  ): Tokens {
    const held = this.#codes.get(code);
    if (held === undefined) throw invalidGrant('The code is unknown.');
    if (held.used) {
      held.grant.revoked = true;
      throw invalidGrant('The code was used before; the tokens it gave are revoked.');
    }
    if (this.#isPast(held.expires)) throw invalidGrant('The code has expired.');
    if (held.grant.clientId !== clientId) throw invalidGrant('The code was given to another client_id.');
    if (held.redirectUri !== redirectUri)
      throw invalidGrant('The redirect_uri is not the one of the request.');
    if (!/^[A-Za-z0-9._~-]{43,128}$/.test(verifier)) {
      throw invalidGrant('The code_verifier is not 43 to 128 unreserved characters.');
    }
    if (createHash('sha256').update(verifier).digest('base64url') !== held.challenge) {
      throw invalidGrant('The code_verifier does not fit the code_challenge.');
    }
    held.used = true;
    return this.#issue(held.grant, held.grant.scopes, lifetime, held.grant.refreshable);
  }

  /**
   * Exchanges a refresh token for new tokens; `scope` may narrow the access token (RFC 6749 §6). A token that was
   * replaced is refused.
   */
  refresh(
    token: string,
    clientId: string,
    scope: string | undefined,
    { rotation, lifetime }: Refreshing,
  ): Tokens {
    const held = this.#refreshTokens.get(token);
    if (held === undefined) throw invalidGrant('The refresh token is unknown.');
    if (held.grant.clientId !== clientId)
      throw invalidGrant('The refresh token was given to another client_id.');
    if (held.grant.revoked) throw invalidGrant('The refresh token is revoked.');
    if (held.replaced) {
      if (rotation === 'reuse revokes') held.grant.revoked = true;
      throw invalidGrant('The refresh token was replaced by a newer one.');
    }
    if (this.#isOver(held.grant)) {
      throw new OAuthRefusal(
        'invalid_grant',
        'User access has timed out. The person must sign in again.',
        401,
      );
    }
    const scopes = scope === undefined ? held.grant.scopes : scope.split(' ');
    if (!scopes.every((asked) => held.grant.scopes.includes(asked))) {
      throw new OAuthRefusal('invalid_scope', 'A refresh may not widen the scope.');
    }
    held.replaced = rotation !== 'kept';
    return this.#issue(held.grant, scopes, lifetime, held.replaced);
  }

  /**
   * Ends a token; a refresh token takes all of its grant along (RFC 7009 §2.1), and so does any where `whole` says so. An
   * unknown token is no error.
   */
  revoke(token: string, clientId: string, whole = false): void {
    const access = this.#accessTokens.get(token);
    const refresh = this.#refreshTokens.get(token);
    const grant = (access ?? refresh)?.grant;
    if (grant === undefined) return;
    if (grant.clientId !== clientId) throw invalidGrant('The token was given to another client_id.');
    if (refresh !== undefined || whole) grant.revoked = true;
    this.#accessTokens.delete(token);
  }

  /** Forgets every token that an app has of a person: none is even known afterwards. */
  forget(clientId: string, patient: string): void {
    for (const tokens of [this.#accessTokens, this.#refreshTokens]) {
      for (const [token, { grant }] of tokens) {
        if (grant.clientId === clientId && grant.patient === patient) tokens.delete(token);
      }
    }
  }

  /** Whether a refresh token was ever given out and is not forgotten. */
  knowsRefresh(token: string): boolean {
    return this.#refreshTokens.has(token);
  }

  /** What an access token opens; undefined when it is unknown, expired or revoked. */
  access(token: string): { patient: string; scopes: string[] } | undefined {
    const held = this.#accessTokens.get(token);
    if (held === undefined || held.grant.revoked || this.#isPast(held.expires) || this.#isOver(held.grant)) {
      return undefined;
    }
    return { patient: held.grant.patient, scopes: held.scopes };
  }

  /** Ends an access token, as if its time were over. */
  expire(token: string): void {
    this.#accessTokens.delete(token);
  }

  /** Counts a request that an access token is used for, and says the how manieth it is. */
  countUse(token: string): number {
    const held = this.#accessTokens.get(token);
    if (held === undefined) return 0;
    held.uses += 1;
    return held.uses;
  }

  #issue(grant: HeldGrant, scopes: string[], lifetime: number, refreshable: boolean): Tokens {
    const access = secret();
    this.#accessTokens.set(access, { grant, scopes, expires: this.#in(lifetime), uses: 0 });
    const refresh = refreshable ? secret() : undefined;
    if (refresh !== undefined) this.#refreshTokens.set(refresh, { grant, replaced: false });
    return { access, refresh, scopes, lifetime, grant };
  }

  #isOver({ until }: Grant): boolean {
    return until !== undefined && this.#isPast(until.getTime());
  }

  #in(seconds: number): number {
    return this.#now().getTime() + seconds * 1000;
  }

  #isPast(time: number): boolean {
    return this.#now().getTime() >= time;
  }
}

function secret(): string {
  return randomBytes(32).toString('base64url');
}

function invalidGrant(description: string): OAuthRefusal {
  return new OAuthRefusal('invalid_grant', description);
}
