import { BlueButtonError } from '../errors/index.ts';
import {
  compareHits,
  directorySearch,
  knownPortals,
  readDirectoryRow,
  type DirectoryHit,
  type KnownPortal,
} from '../portal/index.ts';
import { directoryLines, placesOf, readDirectories } from '../settings/index.ts';
import { flagOption, textOption, type CommandInput } from './command.ts';
import type { Context, Outcome } from './context.ts';
import { directoryFacts, directoryLine } from './directory-text.ts';
import { foundPortal, foundText, type FoundPortal } from './found-portals.ts';

interface Found extends DirectoryHit {
  directory: string;
  known?: KnownPortal;
}

/** Looks for portals by words in what is built in and in every directory added. Nothing is asked over the network. */
export async function run(input: CommandInput, context: Context): Promise<Outcome> {
  const words = input.arguments.join(' ').trim();
  const limit = limitOf(input, words);
  const places = placesOf(context.env);
  const search = directorySearch(words);
  const found: Found[] = knownPortals.flatMap((known) =>
    search(rowOfKnown(known)).map((hit) => ({ ...hit, directory: 'built in', known })),
  );
  const directories = await readDirectories(places);
  for (const directory of directories) {
    for await (const line of directoryLines(places, directory)) {
      context.signal.throwIfAborted();
      const row = readDirectoryRow(line);
      if (row !== undefined) found.push(...search(row).map((hit) => ({ ...hit, directory: directory.name })));
    }
  }
  // What is built in comes before equals: its sort is stable.
  const sorted = found.toSorted((one, other) => other.score - one.score || compareHits(one, other));
  const shown = sorted.slice(0, limit).map((hit) => foundPortal(hit, hit.directory, hit.known));
  if (flagOption(input, 'json')) {
    const searched = directories.map(directoryFacts);
    const answer = {
      schema: 'bluebutton/portals-found/1',
      words,
      total: found.length,
      found: shown,
      searched,
    };
    context.out.write(`${JSON.stringify(answer, null, 2)}\n`);
    return 'done';
  }
  context.out.write(foundText(shown));
  context.err.write(conversation(shown, found.length, words));
  const now = context.now();
  const lines = directories.map((directory) => `  ${directoryLine(directory, now)}\n`).join('');
  context.err.write(
    `Searched: the ${knownPortals.length} portals built in${lines === '' ? '' : ', and'}\n${lines}`,
  );
  if (directories.length === 0 || found.length === 0) {
    context.err.write(
      'bluebutton portals add-directory URL adds a vendor’s list of hospitals and clinics; see docs/getting-a-client-id.md.\n',
    );
  }
  return 'done';
}

function conversation(shown: readonly FoundPortal[], total: number, words: string): string {
  if (total === 0) return `Nothing found for “${words}”.\n`;
  if (shown.length === total) return '';
  return `${shown.length} of ${total} shown. More words find fewer; --limit ${total} shows all.\n`;
}

function rowOfKnown({ id, title, aliases, baseUrl }: KnownPortal): DirectoryHit['row'] {
  const endpoint = baseUrl === undefined ? [] : [{ baseUrl, fhirVersion: '4.0.1' }];
  return { name: title, aliases: [...aliases, id], portals: [{ endpoints: endpoint }] };
}

function limitOf(input: CommandInput, words: string): number {
  const text = textOption(input, 'limit') ?? '20';
  const limit = Number(text);
  if (/^\d{1,6}$/.test(text) && limit > 0) return limit;
  throw new BlueButtonError('usage', `--limit cannot be ${JSON.stringify(text)}.`, {
    why: 'It is a whole number from 1 to 999999.',
    try: `bluebutton portals find ${words} --limit 50`,
  });
}
