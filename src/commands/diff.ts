import {
  datedBags,
  readContents,
  upToBag,
  upToInstant,
  withBags,
  type Archive,
  type DatedBag,
  type SourceFolder,
} from '../archive/index.ts';
import { BlueButtonError } from '../errors/index.ts';
import { writeJson } from '../json/index.ts';
import type { ResourceChange, SourceDiff } from '../model/index.ts';
import { changeText, renderDiff, renderDiffMarkdown } from '../render/index.ts';
import { choosePerson } from './archive-person.ts';
import { bagName, sourcesNamed } from './bag-name.ts';
import { codeNamesOf } from './code-names.ts';
import { flagOption, textOption, type CommandInput } from './command.ts';
import type { Context, Outcome } from './context.ts';
import { momentText, readMoment, type Moment } from './moment.ts';
import { diffSource, type Between } from './source-diff.ts';

/**
 * Says what changed between two moments, source by source: what the last bag that brought something changed; with one
 * moment, since then; with two, between them, in whichever order they are given.
 */
export async function run(input: CommandInput, context: Context): Promise<Outcome> {
  const { archive, person } = await choosePerson(input, context);
  const named = textOption(input, 'source');
  const sources = sourcesNamed(named === undefined ? [] : [named], person.sources);
  const [first, second] = input.arguments.map((word) => readMoment(word, sources));
  const pairs =
    first === undefined ? [await lastBag(archive, sources)] : await pairsOf(archive, sources, first, second);
  const diffs: SourceDiff[] = [];
  const codeNames = await codeNamesOf(input, context);
  for (const pair of pairs) diffs.push(await diffSource(archive, pair, codeNames));
  const format = flagOption(input, 'json') ? 'json' : (textOption(input, 'format') ?? 'text');
  const { width, colour } = context.out;
  const pieces =
    format === 'json'
      ? [`${writeJson(jsonOf(person.folder, diffs), 2)}\n`]
      : format === 'markdown'
        ? renderDiffMarkdown(diffs)
        : renderDiff(diffs, { width, colour });
  for (const piece of pieces) {
    if (context.out.closed) break;
    context.out.write(piece);
  }
  return 'done';
}

/** The last bag that brought something, against what it continues. */
async function lastBag(archive: Archive, sources: readonly SourceFolder[]): Promise<Between> {
  let found: { source: SourceFolder; dated: DatedBag } | undefined;
  for (const source of sources) {
    for (const dated of (await datedBags(archive, source)).toReversed()) {
      const { changes, documents } = await readContents(archive, source, dated.bag);
      if (changes.length + documents.length === 0) continue;
      if (found === undefined || dated.held >= found.dated.held) found = { source, dated };
      break;
    }
  }
  if (found === undefined) {
    throw new BlueButtonError('usage', 'Nothing has come yet, so nothing has changed.', {
      why: 'No pull brought anything.',
      try: 'bluebutton log',
    });
  }
  const { source, dated } = found;
  const { bag } = dated;
  const later = upToBag(source, bag.folder);
  const before = source.bags.filter(({ folder }) => bag.previous.some((link) => link.folder === folder));
  const earlier = new Set([...later].filter((folder) => folder !== bag.folder));
  return between(
    source,
    { bags: earlier, text: before.map((each) => bagName(source, each)).join(' and ') },
    { bags: later, text: await momentText(archive, { source, bag }) },
  );
}

/** A moment in one source: the bags it had, and in words. */
interface Point {
  bags: Set<string>;
  text: string;
}

async function pairsOf(
  archive: Archive,
  sources: readonly SourceFolder[],
  first: Moment,
  second: Moment | undefined,
): Promise<Between[]> {
  const bags = [first, second].flatMap((moment) => (moment && 'bag' in moment ? [moment] : []));
  const [only, other] = bags;
  if (only && other && only.source.folder !== other.source.folder) {
    throw new BlueButtonError('usage', 'The two bags are of two sources.', {
      why: `One is of ${only.source.folder}, the other of ${other.source.folder}.`,
      try: 'two bags of one source, or two dates',
    });
  }
  const pairs: Between[] = [];
  for (const source of only === undefined ? sources : [only.source]) {
    const dated = await datedBags(archive, source);
    const from = await pointOf(archive, dated, first);
    const to = second ? await pointOf(archive, dated, second) : { bags: foldersOf(source), text: 'now' };
    if (from.bags.size + to.bags.size > 0) pairs.push(inOrder(source, from, to));
  }
  if (pairs.length > 0) return pairs;
  throw new BlueButtonError('usage', 'Nothing was there yet at either of the two moments.', {
    why: 'The first that came is later.',
    try: 'bluebutton log, for all that came and when',
  });
}

function foldersOf({ bags }: SourceFolder): Set<string> {
  return new Set(bags.map(({ folder }) => folder));
}

async function pointOf(archive: Archive, dated: readonly DatedBag[], moment: Moment): Promise<Point> {
  const text = await momentText(archive, moment);
  if ('until' in moment) return { bags: upToInstant(dated, moment.until), text };
  return { bags: upToBag(moment.source, moment.bag.folder), text };
}

/**
 * The earlier moment first.
 *
 * @throws BlueButtonError `usage` when neither holds all of the other: they are of two branches.
 */
function inOrder(source: SourceFolder, one: Point, other: Point): Between {
  if (holdsAll(other, one)) return between(source, one, other);
  if (holdsAll(one, other)) return between(source, other, one);
  throw new BlueButtonError('usage', `${one.text} and ${other.text} are on two branches.`, {
    why: 'Two computers wrote them to copies of this archive: neither came after the other.',
    try: 'bluebutton log --json, for the bags each continues: compare each with one they share',
  });
}

function holdsAll(whole: Point, part: Point): boolean {
  return [...part.bags].every((folder) => whole.bags.has(folder));
}

function between(source: SourceFolder, from: Point, to: Point): Between {
  const earlier = withBags(source, from.bags);
  return {
    source,
    earlier,
    later: withBags(source, to.bags) ?? source,
    from: from.text === '' ? 'the beginning' : from.text,
    to: to.text,
  };
}

function jsonOf(person: string, diffs: readonly SourceDiff[]): object {
  return {
    schema: 'bluebutton/diff/1',
    person,
    sources: diffs.map(({ changes, ...diff }) => ({ ...diff, changes: changes.map(changeJson) })),
  };
}

function changeJson(change: ResourceChange): object {
  const { before, after, difference, ...rest } = change;
  const { what, which, lines } = changeText(change);
  return {
    ...rest,
    words: { what, which, lines },
    ...(difference && {
      fields: difference.fields.map((field) => ({ field, before: before?.[field], after: after?.[field] })),
      members: difference.members,
      untold: difference.untold,
    }),
    ...(before && { before }),
    ...(after && { after }),
  };
}
