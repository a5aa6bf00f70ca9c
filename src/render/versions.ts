import { Chalk } from 'chalk';
import type { ResourceVersion, Row } from '../model/index.ts';
import { titleOf, wordOf } from './diff-words.ts';
import type { RenderOptions } from './options.ts';
import { wrapLine } from './table.ts';
import { visible, visibleLines } from './visible.ts';
import { assertedName } from './words.ts';

/** What says where a row is from, and not what it says; its name stands above, with what is asserted. */
const leftOut: readonly string[] = ['id', 'resourceType', 'sources', 'asOf', 'name'];

/** What a row says where nothing is said. */
const unsaid: Readonly<Record<string, string>> = { assertion: 'stated', status: 'not stated' };

/** Every version of a resource for a terminal, oldest first: each whole, with a mark before what differs from the one before. */
export function* renderVersions(
  title: string,
  versions: readonly ResourceVersion[],
  { width, colour }: RenderOptions,
): Generator<string> {
  const paint = new Chalk({ level: colour ? 1 : 0 });
  yield `${paint.bold(wrapLine(visible(title), width))}\n`;
  for (const version of versions) {
    const { bag, at, row, difference } = version;
    const time = at.replace(/:\d\d(\.\d+)?Z$/, 'Z');
    yield `\n${paint.bold(wrapLine(visible(`${bag}  ${time}  ${whatOf(version)}`), width))}\n`;
    if (row === undefined) continue;
    yield line(visible(assertedName(row)), difference?.fields.includes('name') === true, width);
    for (const [field, text] of textsOf(row)) {
      const isChanged = difference?.fields.includes(field) === true;
      if (!isChanged && unsaid[field] === text) continue;
      const shown = line(`${titleOf(version.section ?? '', field)}: ${text}`, isChanged, width);
      yield isChanged ? paint.yellow(shown) : shown;
    }
    for (const text of goneFrom(version)) yield line(text, true, width);
    if (difference && difference.untold.length > 0)
      yield line(`Details in the data: ${difference.untold.join(', ')}`, true, width);
  }
}

function whatOf({ change, to, from }: ResourceVersion): string {
  if (change === 'vanished') return 'no longer given by the portal, and kept';
  if (change === 'renumbered') return `renumbered: its id is ${to ?? 'another'} from now on`;
  const renamed = from === undefined ? '' : `, the same as ${from} before`;
  return `${change === 'reappeared' ? 'given again' : change}${renamed}`;
}

function textsOf(row: Row): [string, string][] {
  return Object.keys(row).flatMap((field): [string, string][] => {
    if (leftOut.includes(field) || row[field] === undefined) return [];
    const text = visibleLines(wordOf(row, field)).join('\n');
    return text === '' ? [] : [[field, text]];
  });
}

/** What the version before said and this one does not. */
function goneFrom({ section, row, difference }: ResourceVersion): string[] {
  return (difference?.fields ?? [])
    .filter((field) => row !== undefined && wordOf(row, field) === '')
    .map((field) => `${titleOf(section ?? '', field)}: no longer stated`);
}

function line(text: string, isMarked: boolean, width: number): string {
  const lines = wrapLine(text, width - 2).split('\n');
  return lines.map((each, index) => `${index === 0 && isMarked ? '* ' : '  '}${each}\n`).join('');
}
