import { createHash, randomBytes } from 'node:crypto';
import { OAuthRefusal } from './oauth-refusal.ts';

/** What a person allowed: which app may see whose record, and what of it. */
export interface Grant {
  clientId: string;
  patient: string;
  scopes: string[];
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
  patient: string;
}

const codeSeconds = 60;

/** The codes and tokens of a running portal; they live in memory and end with it. */
export class Grants {
  readonly accessTokenSeconds: number;
  readonly #now: () => Date;
  readonly #codes = new Map<string, Code>();
  readonly #accessTokens = new Map<string, AccessToken>();
  readonly #refreshTokens = new Map<string, RefreshToken>();

  constructor(now: () => Date, accessTokenSeconds: number) {
    this.#now = now;
    this.accessTokenSeconds = accessTokenSeconds;
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
  exchange(code: string, clientId: string, redirectUri: string, verifier: string): Tokens {
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
    return this.#issue(held.grant, held.grant.scopes);
  }

  /** Exchanges a refresh token for new tokens and replaces it; `scope` may narrow the access token (RFC 6749 §6). */
  refresh(token: string, clientId: string, scope: string | undefined): Tokens {
    const held = this.#refreshTokens.get(token);
    if (held === undefined) throw invalidGrant('The refresh token is unknown.');
    if (held.grant.clientId !== clientId)
      throw invalidGrant('The refresh token was given to another client_id.');
    if (held.grant.revoked) throw invalidGrant('The refresh token is revoked.');
    if (held.replaced) throw invalidGrant('The refresh token was replaced by a newer one.');
    const scopes = scope === undefined ? held.grant.scopes : scope.split(' ');
    if (!scopes.every((asked) => held.grant.scopes.includes(asked))) {
      throw new OAuthRefusal('invalid_scope', 'A refresh may not widen the scope.');
    }
    held.replaced = true;
    return this.#issue(held.grant, scopes);
  }

  /** Ends a token; a refresh token takes all of its grant along (RFC 7009 §2.1). An unknown token is no error. */
  revoke(token: string, clientId: string): void {
    const access = this.#accessTokens.get(token);
    const refresh = this.#refreshTokens.get(token);
    const grant = (access ?? refresh)?.grant;
    if (grant === undefined) return;
    if (grant.clientId !== clientId) throw invalidGrant('The token was given to another client_id.');
    if (refresh !== undefined) grant.revoked = true;
    this.#accessTokens.delete(token);
  }

  /** What an access token opens; undefined when it is unknown, expired or revoked. */
  access(token: string): { patient: string; scopes: string[] } | undefined {
    const held = this.#accessTokens.get(token);
    if (held === undefined || held.grant.revoked || this.#isPast(held.expires)) return undefined;
    return { patient: held.grant.patient, scopes: held.scopes };
  }

  #issue(grant: HeldGrant, scopes: string[]): Tokens {
    const access = secret();
    this.#accessTokens.set(access, { grant, scopes, expires: this.#in(this.accessTokenSeconds) });
    let refresh: string | undefined;
    if (grant.scopes.includes('offline_access')) {
      refresh = secret();
      this.#refreshTokens.set(refresh, { grant, replaced: false });
    }
    return { access, refresh, scopes, patient: grant.patient };
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
