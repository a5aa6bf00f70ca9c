import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { BlueButtonError, messageOf, systemCodeOf } from '../errors/index.ts';
import { Clients } from './clients.ts';
import { FaultSwitches, unknownFaults } from './fault-switches.ts';
import { Grants } from './grants.ts';
import { SigningKey } from './id-token.ts';
import { loadResources } from './load.ts';
import { mannersOf } from './manners.ts';
import type { SandboxOptions } from './options.ts';
import { Records } from './records.ts';
import { isKnownType, servedTypes, type SearchType } from './resource-types.ts';
import { Searches } from './searches.ts';
import { listener } from './server.ts';

/** A running practice portal. */
export interface Sandbox {
  /** The FHIR base URL, `http://127.0.0.1:PORT/fhir`; at Medicare `/v2/fhir`. */
  baseUrl: string;
  port: number;
  /** Ends the portal at once, open connections too. */
  close(): Promise<void>;
}

/**
 * Starts a SMART on FHIR patient portal on 127.0.0.1 that serves the data given.
 *
 * @throws BlueButtonError `not-a-health-record` when the data is not FHIR JSON or holds no Patient; `usage` when
 * `refuse` names no resource type; `failed` when the port cannot be had.
 */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const now = options.now ?? (() => new Date());
  const profile = options.profile ?? 'open';
  const manners = mannersOf(profile);
  const records = new Records(loadResources(options.data));
  const types = servedTypes(records);
  requireKnown(options.refuse ?? [], types);
  requireFaults(options.faults ?? []);
  const server = createServer({ requestTimeout: 30_000 });
  const port = await listen(server, options.port ?? 0);
  const origin = `http://127.0.0.1:${port}`;
  const portal = {
    origin,
    baseUrl: origin + manners.fhirPath,
    records,
    types,
    clients: new Clients(options.clients ?? []),
    grants: new Grants(now),
    signingKey: new SigningKey(),
    accessTokenSeconds: options.accessTokenSeconds ?? manners.accessTokenSeconds,
    searches: new Searches(),
    refuse: new Set(options.refuse),
    profile,
    manners,
    faults: new FaultSwitches(options.faults ?? []),
    pageSize: options.pageSize ?? 20,
    started: now(),
    now,
  };
  server.on('request', listener(portal, now, options.log));
  return {
    baseUrl: portal.baseUrl,
    port,
    async close() {
      const closed = new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
      server.closeAllConnections();
      await closed;
    },
  };
}

function requireKnown(refuse: readonly string[], types: ReadonlyMap<string, SearchType | undefined>): void {
  const unknown = refuse.find((name) => !isKnownType(name, types));
  if (unknown === undefined) return;
  const folded = unknown.toLowerCase();
  const meant = [...types.keys()].find((name) => name.toLowerCase().startsWith(folded.slice(0, 4)));
  throw new BlueButtonError('usage', `${unknown} is no resource type of the practice portal.`, {
    why: `It serves ${[...types.keys()].join(', ')}.`,
    try: `bluebutton sandbox --refuse ${meant ?? 'Coverage'}`,
  });
}

function requireFaults(words: readonly string[]): void {
  const [unknown] = unknownFaults(words);
  if (unknown === undefined) return;
  throw new BlueButtonError('usage', `${unknown} is no fault of the practice portal.`, {
    why: 'A fault is written NAME, NAME@WHERE, NAME*COUNT or NAME@WHERE*COUNT.',
    try: 'bluebutton sandbox --list-faults',
  });
}

async function listen(server: Server, port: number): Promise<number> {
  try {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
  } catch (cause) {
    throw new BlueButtonError('failed', `The practice portal cannot listen on port ${port}.`, {
      why: systemCodeOf(cause) === 'EADDRINUSE' ? 'Another program uses the port.' : messageOf(cause),
      try: 'Choose another port, or give none and take any free one.',
      cause,
    });
  }
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : port;
}
