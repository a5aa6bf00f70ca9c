import { fitTable, visible, wrapLine } from '../render/index.ts';
import { counted } from './counted.ts';
import type { Brought, LoggedBag } from './log.ts';

/**
 * The bags of a person as a table: how each is named, when it came, and what it brought. Times are written as `--as-of`
 * takes them.
 */
export function* logText(
  who: string,
  bags: readonly LoggedBag[],
  { width }: { width: number },
): Generator<string> {
  yield `${visible(who)}: ${counted(bags.length, 'bag')}, the newest first\n`;
  const columns = [
    { title: 'Bag', cells: bags.map(({ name }) => visible(name)) },
    { title: 'When', cells: bags.map(({ ended }) => ended.replace(/:\d\d(\.\d+)?Z$/, 'Z')) },
    { title: 'What it brought', cells: bags.map((bag) => linesOf(bag).map(visible).join('\n')) },
  ];
  yield `${fitTable(columns, width, (title) => title).lines.join('\n')}\n`;
  const [newest, before = newest] = bags;
  if (newest === undefined) return;
  yield '\n';
  for (const next of [
    'What changed last: bluebutton diff',
    `Since one of these: bluebutton diff ${before?.name ?? newest.name}`,
    `The record as it was then: bluebutton show --as-of ${newest.name}`,
  ])
    yield `${wrapLine(next, width)}\n`;
}

/** Of an import, how many files are named. */
const mostFiles = 10;

/** What a bag brought, in lines. */
function linesOf({ brought, kind, files, gaps, acceptedGaps, continues }: LoggedBag): string[] {
  const more = files.length - mostFiles;
  const lines =
    kind === 'import'
      ? files
          .slice(0, mostFiles)
          .map(({ name, format, title }) => `${title === undefined ? name : `${title} (${name})`}: ${format}`)
      : [broughtText(brought)];
  if (more > 0) lines.push(`and ${more} more; --json names them`);
  if (continues.length > 1) lines.push('joins what two computers wrote');
  const missed = gaps.map((gap) => (acceptedGaps.includes(gap) ? `${gap} (accepted)` : gap));
  if (missed.length > 0) lines.push(`did not come: ${missed.join(', ')}`);
  return lines;
}

function broughtText(brought: Brought): string {
  const parts: [number, string][] = [
    [brought.new, 'new'],
    [brought.changed, 'changed'],
    [brought.vanished, 'no longer provided (kept)'],
    [brought.reappeared, 'back again'],
    [brought.renumbered, 'renumbered'],
  ];
  const told = parts.filter(([count]) => count > 0).map(([count, word]) => `${count} ${word}`);
  if (brought.documents > 0) told.push(counted(brought.documents, 'attachment'));
  return told.length > 0 ? told.join(', ') : 'nothing new; other questions were left unanswered';
}
