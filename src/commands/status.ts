import { listPeople, openArchive, readState, type ArchiveState } from '../archive/index.ts';
import { isGap } from '../model/index.ts';
import { visible } from '../render/index.ts';
import { placesOf, readPortals } from '../settings/index.ts';
import { archiveFor } from './archive-person.ts';
import { flagOption, type CommandInput } from './command.ts';
import { counted } from './counted.ts';
import type { Context, Outcome } from './context.ts';
import { keptTokens } from './portal-access.ts';

interface SourceStatus {
  name: string;
  kind: string;
  resources: number;
  documents: number;
  lastBag?: string;
  lastPull?: string;
  /** What the last pull asked for and did not get. */
  gaps: string[];
}

interface PersonStatus {
  folder: string;
  name: string | null;
  birthDate: string | null;
  sources: SourceStatus[];
}

interface PortalStatus {
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
  const people: PersonStatus[] = [];
  for (const person of await listPeople(archive)) {
    const identity = person.identities.find(({ name }) => name !== undefined);
    const state = await readState(archive, person);
    people.push({
      folder: person.folder,
      name: identity?.name ?? null,
      birthDate: identity?.birthDate ?? null,
      sources: await sourcesOf(state),
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

async function sourcesOf(state: ArchiveState): Promise<SourceStatus[]> {
  const counts = new Map<string, number>();
  for await (const { source, vanished } of state.resources()) {
    if (!vanished) counts.set(source, (counts.get(source) ?? 0) + 1);
  }
  return state.sources.map(({ folder, description, bags, ledger }) => {
    const last = bags.at(-1)?.folder;
    return {
      name: folder,
      kind: description.kind,
      resources: counts.get(folder) ?? 0,
      documents: state.documents.filter(({ source }) => source === folder).length,
      ...(last !== undefined && { lastBag: last }),
      ...(ledger && { lastPull: ledger.finished }),
      gaps: (ledger?.rows ?? []).filter(isGap).map(({ query }) => query),
    };
  });
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

function statusText(
  directory: string,
  people: readonly PersonStatus[],
  portals: readonly PortalStatus[],
): string {
  const lines: string[] = [];
  for (const { folder, name, birthDate, sources } of people) {
    lines.push(visible(`${name ?? folder}${birthDate === null ? '' : ` · born ${birthDate}`}`));
    for (const { name: source, kind, resources, documents, lastPull, lastBag, gaps } of sources) {
      const held =
        kind === 'portal'
          ? `${counted(resources, 'resource')}, ${counted(documents, 'attachment')}`
          : counted(documents, 'file');
      lines.push(
        visible(
          `  ${source.padEnd(14)}${held.padEnd(34)}${lastPull === undefined ? `last import in ${lastBag}` : `pulled ${lastPull}`}`,
        ),
      );
      if (gaps.length > 0) lines.push(visible(`  ${''.padEnd(14)}did not come: ${gaps.join(', ')}`));
    }
  }
  if (people.length === 0) lines.push('The archive holds nobody yet.');
  for (const { name, baseUrl, signedIn, accessUntil, renews } of portals) {
    const access = signedIn
      ? `signed in${renews ? ', renews itself' : ''}${accessUntil === undefined ? '' : ` (access until ${accessUntil})`}`
      : 'not signed in';
    lines.push(`Portal ${name} at ${baseUrl}: ${access}`);
  }
  lines.push(`Archive ${directory}`);
  return `${lines.join('\n')}\n`;
}
