import { createServer } from 'node:http';
import { BlueButtonError } from '../errors/index.ts';
import { Clients } from './clients.ts';
import { startElsewhere } from './elsewhere.ts';
import { FaultSwitches, unknownFaults } from './fault-switches.ts';
import { Grants } from './grants.ts';
import { SigningKey } from './id-token.ts';
import { closeServer, listen } from './listening.ts';
import { loadResources } from './load.ts';
import { mannersOf } from './manners.ts';
import type { DataText, SandboxOptions } from './options.ts';
import type { Portal } from './portal.ts';
import { Records } from './records.ts';
import { releaseOf } from './releases.ts';
import { isKnownType, servedTypes, type SearchType } from './resource-types.ts';
import { searchMannersOf } from './search-manners.ts';
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
  requireFaults(options.faults ?? []);
  const faults = new FaultSwitches(options.faults ?? []);
  const fhir = options.fhir ?? 'r4';
  const { types: only } = searchMannersOf({ profile, fhir });
  const release = releaseOf(fhir);
  const load = (data: DataText[]): ReturnType<typeof loadResources> => loadResources(data, faults);
  const records = new Records(load(options.data), now().getTime());
  const types = servedTypes(records, release, only);
  requireKnown(options.refuse ?? [], types);
  const server = createServer({ requestTimeout: 30_000 });
  const port = await listen(server, options.port ?? 0);
  const elsewhere = await startElsewhere(faults, now, options.log);
  const origin = `http://127.0.0.1:${port}`;
  const portal: Portal = {
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
    fhir,
    manners,
    faults,
    pageSize: options.pageSize,
    elsewhere,
    now,
    started: now(),
    async refresh() {
      try {
        const data = await options.reload?.();
        if (data === undefined) return;
        portal.records = new Records(load(data), now().getTime(), portal.records);
        portal.types = servedTypes(portal.records, release, only);
      } catch {
        // A file that is being written, most likely: the portal goes on with what it has.
      }
    },
  };
  elsewhere?.serve(portal);
  server.on('request', listener(portal, now, options.log));
  return {
    baseUrl: portal.baseUrl,
    port,
    async close() {
      await closeServer(server);
      await elsewhere?.close();
    },
  };
}

function requireKnown(refuse: readonly string[], types: ReadonlyMap<string, SearchType | undefined>): void {
  const unknown = refuse.find((name) => !isKnownType(name.replace(/\/.*/, ''), types));
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
