import { listPeople, openArchive, readState, type ArchiveState } from '../archive/index.ts';
import { isGap, type LedgerRow } from '../model/index.ts';
import { placesOf, readLastChecks, readPortals } from '../settings/index.ts';
import { archiveFor } from './archive-person.ts';
import { flagOption, type CommandInput } from './command.ts';
import type { Context, Outcome } from './context.ts';
import { keptTokens } from './portal-access.ts';
import { statusText } from './status-text.ts';

/** One source of a person's record. Instants are ISO 8601 in UTC. */
export interface SourceStatus {
  name: string;
  kind: string;
  resources: number;
  documents: number;
  lastBag?: string;
  /** When the pull ended that last brought something to keep. */
  lastPull?: string;
  /** When a pull last came to its end, whether or not it brought anything. */
  lastCheck?: string;
  /** Resource types, or `attachments`, that the last pull kept asked for and did not get in full. */
  gaps: string[];
}

export interface PersonStatus {
  folder: string;
  name: string | null;
  birthDate: string | null;
  sources: SourceStatus[];
}

export interface PortalStatus {
  name: string;
  baseUrl: string;
  signedIn: boolean;
  /** Until when the present access lasts; it is renewed by itself where `renews`. */
  accessUntil?: string;
  renews: boolean;
}

/** Shows what the archive holds of whom, from where and since when, and which sign-ins there are. */
export async function run(input: CommandInput, context: Context): Promise<Outcome> {
  const archive = await openArchive(archiveFor(input, context));
  const checks = await readLastChecks(placesOf(context.env), archive.directory);
  const people: PersonStatus[] = [];
  for (const person of await listPeople(archive)) {
    const identity = person.identities.find(({ name }) => name !== undefined);
    const state = await readState(archive, person);
    people.push({
      folder: person.folder,
      name: identity?.name ?? null,
      birthDate: identity?.birthDate ?? null,
      sources: await sourcesOf(state, (source) => checks[`${person.folder}/${source}`]),
    });
  }
  const portals = await portalsOf(context);
  if (flagOption(input, 'json')) {
    context.out.write(
      `${JSON.stringify({ schema: 'bluebutton/status/1', archive: archive.directory, people, portals }, null, 2)}\n`,
    );
  } else {
    context.out.write(statusText(archive.directory, people, portals));
  }
  return 'done';
}

async function sourcesOf(
  state: ArchiveState,
  checkOf: (source: string) => string | undefined,
): Promise<SourceStatus[]> {
  const counts = new Map<string, number>();
  for await (const { source, vanished } of state.resources()) {
    if (!vanished) counts.set(source, (counts.get(source) ?? 0) + 1);
  }
  return state.sources.map(({ folder, description, bags, ledger }) => {
    const last = bags.at(-1)?.folder;
    const check = checkOf(folder);
    return {
      name: folder,
      kind: description.kind,
      resources: counts.get(folder) ?? 0,
      documents: state.documents.filter(({ source }) => source === folder).length,
      ...(last !== undefined && { lastBag: last }),
      ...(ledger && { lastPull: ledger.finished }),
      ...(check !== undefined && { lastCheck: check }),
      gaps: [...new Set((ledger?.rows ?? []).filter(isGap).map(nameOfGap))],
    };
  });
}

function nameOfGap({ query, resourceType }: LedgerRow): string {
  return query === 'attachments' ? query : resourceType;
}

async function portalsOf(context: Context): Promise<PortalStatus[]> {
  const store = keptTokens(context);
  const statuses: PortalStatus[] = [];
  for (const [name, { baseUrl }] of Object.entries(await readPortals(placesOf(context.env)))) {
    const tokens = await store.read(name).catch(() => undefined);
    statuses.push({
      name,
      baseUrl,
      signedIn: tokens !== undefined,
      ...(tokens?.expires !== undefined && { accessUntil: tokens.expires }),
      renews: tokens?.refreshToken !== undefined,
    });
  }
  return statuses;
}
