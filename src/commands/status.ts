import { listPeople, openArchive, readState, type ArchiveState } from '../archive/index.ts';
import { vendorFor } from '../portal/index.ts';
import { BlueButtonError } from '../errors/index.ts';
import { isGap, isOpenGap } from '../model/index.ts';
import type { KeptKind } from '../secrets/index.ts';
import { placesOf, readLastChecks, readPortals, type NamedPortal } from '../settings/index.ts';
import { archiveFor } from './archive-person.ts';
import { flagOption, type CommandInput } from './command.ts';
import type { Context, Outcome } from './context.ts';
import { namesOfGaps } from './gap-names.ts';
import { keptKind, keptTokens } from './kept-sign-ins.ts';
import { endsSoon, forecastOf, type SignInForecast } from './sign-in-forecast.ts';
import { signInsText, statusText } from './status-text.ts';

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
  /** Those of them in which nothing is missing but what the person has accepted. */
  acceptedGaps: string[];
}

export interface PersonStatus {
  folder: string;
  name: string | null;
  birthDate: string | null;
  sources: SourceStatus[];
}

export interface PortalStatus extends SignInForecast {
  name: string;
  baseUrl: string;
  signedIn: boolean;
  /** True from 14 days before the sign-in can be renewed no more. */
  endsSoon?: boolean;
  /** Scopes of the sign-in that the portal no longer grants. */
  noLongerGranted?: string[];
  /** What keeps the sign-in, where one is kept. */
  tokenStore?: KeptKind;
  /** True when it is kept but cannot be looked at now: the keychain is locked, or the passphrase is not at hand. */
  closed: boolean;
}

/** Shows what the archive holds of whom, from where and since when, and which sign-ins there are. */
export async function run(input: CommandInput, context: Context): Promise<Outcome> {
  const named = await readPortals(placesOf(context.env));
  const portals = await portalsOf(named, input, context);
  const isJson = flagOption(input, 'json');
  const directory = await archiveFor(input, context);
  const archive = await openArchive(directory).catch((thrown: unknown) => {
    // Before the first pull there are sign-ins already.
    const isFirst = thrown instanceof BlueButtonError && thrown.code === 'no-archive';
    if (isFirst && !isJson && portals.length > 0) context.out.write(signInsText(portals));
    throw thrown;
  });
  const checks = await readLastChecks(placesOf(context.env), archive.directory);
  const acceptedFrom = (portal: string): readonly string[] =>
    (Object.hasOwn(named, portal) ? named[portal]?.acceptedGaps : undefined) ?? [];
  const people: PersonStatus[] = [];
  for (const person of await listPeople(archive)) {
    const identity = person.identities.find(({ name }) => name !== undefined);
    const state = await readState(archive, person);
    people.push({
      folder: person.folder,
      name: identity?.name ?? null,
      birthDate: identity?.birthDate ?? null,
      sources: await sourcesOf(state, (source) => checks[`${person.folder}/${source}`], acceptedFrom),
    });
  }
  if (isJson) {
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
  acceptedFrom: (portal: string) => readonly string[],
): Promise<SourceStatus[]> {
  const counts = new Map<string, number>();
  for await (const { source, vanished } of state.resources()) {
    if (!vanished) counts.set(source, (counts.get(source) ?? 0) + 1);
  }
  return state.sources.map(({ folder, description, bags, ledger }) => {
    const last = bags.at(-1)?.folder;
    const check = checkOf(folder);
    const gaps = (ledger?.rows ?? []).filter(isGap);
    const accepted = new Set(acceptedFrom(description.name));
    const open = gaps.filter((row) => isOpenGap(row, accepted));
    return {
      name: folder,
      kind: description.kind,
      resources: counts.get(folder) ?? 0,
      documents: state.documents.filter(({ source }) => source === folder).length,
      ...(last !== undefined && { lastBag: last }),
      ...(ledger && { lastPull: ledger.finished }),
      ...(check !== undefined && { lastCheck: check }),
      gaps: namesOfGaps(gaps),
      acceptedGaps: namesOfGaps(gaps).filter((name) => !namesOfGaps(open).includes(name)),
    };
  });
}

/** Asks nothing: a sign-in that only a passphrase opens stays closed unless a file has it. */
async function portalsOf(
  named: Record<string, NamedPortal>,
  input: CommandInput,
  context: Context,
): Promise<PortalStatus[]> {
  const store = keptTokens({ ...input, options: { ...input.options, input: false } }, context);
  const statuses: PortalStatus[] = [];
  for (const [name, portal] of Object.entries(named)) {
    const { baseUrl } = portal;
    const tokenStore = await keptKind(name, context);
    let closed = false;
    const tokens = await store.read(name).catch((thrown: unknown) => {
      closed = !(thrown instanceof BlueButtonError && thrown.code === 'login-needed');
      return undefined;
    });
    const common = { name, baseUrl, closed, ...(tokenStore !== undefined && { tokenStore }) };
    if (tokens === undefined) {
      statuses.push({ ...common, signedIn: closed, renews: false });
      continue;
    }
    const vendor = vendorFor({ baseUrl }, portal.vendor ?? tokens.vendor);
    const forecast = forecastOf(tokens, vendor);
    const lost = tokens.scopesLost ?? [];
    statuses.push({
      ...common,
      signedIn: true,
      ...forecast,
      ...(endsSoon(forecast, context.now()) && { endsSoon: true }),
      ...(lost.length > 0 && { noLongerGranted: lost }),
    });
  }
  return statuses;
}
