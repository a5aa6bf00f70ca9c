import {
  datedBags,
  readContents,
  type Archive,
  type BagContents,
  type DatedBag,
  type SourceFolder,
} from '../archive/index.ts';
import { isGap, isOpenGap } from '../model/index.ts';
import { placesOf, readPortals } from '../settings/index.ts';
import { choosePerson } from './archive-person.ts';
import { bagName, sourcesNamed } from './bag-name.ts';
import { flagOption, type CommandInput } from './command.ts';
import type { Context, Outcome } from './context.ts';
import { namesOfGaps } from './gap-names.ts';
import { logText } from './log-text.ts';

/** One bag as `log` tells of it. Instants are ISO 8601 in UTC. */
export interface LoggedBag {
  /** How `diff` and `show --as-of` are told of it. */
  name: string;
  /** The source's folder. */
  source: string;
  kind: 'pull' | 'import';
  number: number;
  folder: string;
  /** The folders of the bags it continues: several where it joins what two computers wrote. */
  continues: string[];
  begun: string;
  /** When it was there. */
  ended: string;
  brought: Brought;
  /** Of an import: what was kept. */
  files: { name: string; format: string; title?: string }[];
  /** Resource types, or `attachments`, that were asked for and did not come in full. */
  gaps: string[];
  /** Those of them in which nothing is missing but what the person has accepted. */
  acceptedGaps: string[];
}

/** How many resources, and attachments or files, a bag brought; what only has a new id counts as `renumbered` alone. */
export interface Brought {
  new: number;
  changed: number;
  vanished: number;
  reappeared: number;
  renumbered: number;
  documents: number;
}

/** Lists the pulls and imports of a person, newest first: the question is mostly what came last. */
export async function run(input: CommandInput, context: Context): Promise<Outcome> {
  const { archive, person } = await choosePerson(input, context);
  const portals = await readPortals(placesOf(context.env));
  const logged: { held: number; bag: LoggedBag }[] = [];
  for (const source of sourcesNamed(input.arguments, person.sources)) {
    const { name } = source.description;
    const accepted = Object.hasOwn(portals, name) ? (portals[name]?.acceptedGaps ?? []) : [];
    for (const dated of await datedBags(archive, source)) {
      const bag = await loggedBag(archive, source, dated, new Set(accepted));
      logged.push({ held: dated.held, bag });
    }
  }
  // Reversed first: of one source, what the chain puts last comes first, also at one instant.
  const bags = logged
    .toReversed()
    .toSorted((one, other) => other.held - one.held)
    .map(({ bag }) => bag);
  const name = person.identities.find((identity) => identity.name !== undefined)?.name ?? null;
  if (flagOption(input, 'json')) {
    const answer = { schema: 'bluebutton/log/1', person: person.folder, name, bags };
    context.out.write(`${JSON.stringify(answer, null, 2)}\n`);
    return 'done';
  }
  for (const piece of logText(name ?? person.folder, bags, context.out)) {
    if (context.out.closed) break;
    context.out.write(piece);
  }
  return 'done';
}

async function loggedBag(
  archive: Archive,
  source: SourceFolder,
  { bag, begun, ended, ledger }: DatedBag,
  accepted: ReadonlySet<string>,
): Promise<LoggedBag> {
  const contents = await readContents(archive, source, bag);
  const gaps = (ledger?.rows ?? []).filter(isGap);
  const open = namesOfGaps(gaps.filter((row) => isOpenGap(row, accepted)));
  return {
    name: bagName(source, bag),
    source: source.folder,
    kind: ledger === undefined ? 'import' : 'pull',
    number: bag.sequence,
    folder: bag.folder,
    continues: bag.previous.map(({ folder }) => folder),
    begun: new Date(begun).toISOString(),
    ended: new Date(ended).toISOString(),
    brought: broughtBy(contents),
    files: contents.documents.flatMap((line) =>
      'resource' in line
        ? []
        : [{ name: line.name, format: line.format, ...(line.document && { title: line.document.title }) }],
    ),
    gaps: namesOfGaps(gaps),
    acceptedGaps: namesOfGaps(gaps).filter((name) => !open.includes(name)),
  };
}

/** Counts what a bag brought. */
export function broughtBy({ changes, documents }: BagContents): Brought {
  const targets = new Set(
    changes.flatMap((line) => (line.change === 'renumbered' ? `${line.resourceType}/${line.to}` : [])),
  );
  const count = (change: string): number =>
    changes.filter((line) => line.change === change && !targets.has(`${line.resourceType}/${line.id}`))
      .length;
  return {
    new: count('new'),
    changed: count('changed'),
    vanished: count('vanished'),
    reappeared: count('reappeared'),
    renumbered: changes.filter(({ change }) => change === 'renumbered').length,
    documents: documents.filter(({ held }) => held === undefined).length,
  };
}
