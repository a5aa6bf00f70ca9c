import { randomBytes } from 'node:crypto';
import type { JSONWebKeySet } from 'jose';

export const authMethods = ['none', 'client_secret_basic', 'client_secret_post', 'private_key_jwt'] as const;

export type AuthMethod = (typeof authMethods)[number];

/** An app that the portal knows. */
export interface Client {
  clientId: string;
  secret?: string;
  /** Public keys that sign its assertions. */
  jwks?: JSONWebKeySet;
  /** Absent: any loopback address. */
  redirectUris?: readonly string[];
  /** The one way it may prove itself; absent: any that its secret or its keys allow, none where it has neither. */
  method?: AuthMethod;
  /** Scopes it is registered with, where the portal looks at them. */
  scope?: string;
  /** False where it is registered without the grant type `refresh_token`. */
  refreshes?: boolean;
}

/** True for an app that must prove itself. */
export function isConfidential(client: Client | undefined): boolean {
  return client?.secret !== undefined || client?.jwks !== undefined;
}

/** Known to every practice portal: an app with a secret. */
const secretClient: Client = { clientId: 'secret-client', secret: 'practice-secret' };

/**
 * The apps a running portal knows: `secret-client` with the secret `practice-secret`, those it was started with, and
 * those that registered themselves. Any other client id is a public app without registration.
 */
export class Clients {
  readonly #known: Map<string, Client>;
  /** The assertions that were used, `client jti`: each is good once (RFC 7523 §3). */
  readonly #assertions = new Set<string>();

  constructor(known: readonly Client[]) {
    this.#known = new Map([secretClient, ...known].map((client) => [client.clientId, client]));
  }

  at(clientId: string): Client | undefined {
    return this.#known.get(clientId);
  }

  /** Takes an app in under a client id of its own. */
  register(client: Omit<Client, 'clientId'>): Client {
    const registered = { ...client, clientId: randomBytes(15).toString('base64url') };
    this.#known.set(registered.clientId, registered);
    return registered;
  }

  /** True the first time an assertion comes. */
  isFresh(clientId: string, jti: string): boolean {
    const name = `${clientId} ${jti}`;
    if (this.#assertions.has(name)) return false;
    this.#assertions.add(name);
    return true;
  }
}
