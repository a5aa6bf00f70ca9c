import type { Fault } from './fault-switches.ts';

/** Misbehaviour of discovery, the authorization endpoint and the token endpoint. */
export const oauthFaults: readonly Fault[] = [];
