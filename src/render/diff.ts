import { Chalk } from 'chalk';
import { sectionNamed, sectionNames, type ResourceChange, type SourceDiff } from '../model/index.ts';
import { changeText } from './diff-words.ts';
import { escaped } from './markdown.ts';
import type { RenderOptions } from './options.ts';
import { dateOf } from './order.ts';
import { wrapLine } from './table.ts';
import { visible } from './visible.ts';

/** What changed in a source, in words: a heading, its parts, and what is said once of many. */
interface DiffText {
  heading: string;
  parts: { title: string; items: Item[] }[];
  /** Counts and cautions. */
  notes: string[];
}

interface Item {
  what: string;
  which: string;
  lines: string[];
}

/** What changed, for a terminal. */
export function* renderDiff(
  diffs: readonly SourceDiff[],
  { width, colour }: RenderOptions,
): Generator<string> {
  const paint = new Chalk({ level: colour ? 1 : 0 });
  for (const [index, diff] of diffs.entries()) {
    const { heading, parts, notes } = textOf(diff);
    yield `${index === 0 ? '' : '\n'}${paint.bold(wrapLine(visible(heading), width))}\n`;
    for (const { title, items } of parts) {
      yield `\n${paint.bold(title.toUpperCase())}\n`;
      for (const { what, which, lines } of items) {
        yield `${indented(`${visible(what)}: ${visible(which)}`, 2, width)}\n`;
        for (const line of lines) yield `${indented(visible(line), 4, width)}\n`;
      }
    }
    if (notes.length > 0 && parts.length > 0) yield '\n';
    for (const note of notes) yield `${wrapLine(visible(note), width)}\n`;
  }
}

/** What changed, as a Markdown document. */
export function* renderDiffMarkdown(diffs: readonly SourceDiff[]): Generator<string> {
  for (const [index, diff] of diffs.entries()) {
    const { heading, parts, notes } = textOf(diff);
    yield `${index === 0 ? '' : '\n'}# ${escaped(heading)}\n`;
    for (const { title, items } of parts) {
      yield `\n## ${escaped(title)}\n\n`;
      for (const { what, which, lines } of items) {
        yield `- **${escaped(what)}**: ${escaped(which)}\n`;
        for (const line of lines) yield `  - ${escaped(line)}\n`;
      }
    }
    for (const note of notes) yield `\n${escaped(note)}\n`;
  }
}

function indented(text: string, indent: number, width: number): string {
  return wrapLine(text, width - indent)
    .split('\n')
    .map((line) => `${' '.repeat(indent)}${line}`)
    .join('\n');
}

function textOf(diff: SourceDiff): DiffText {
  const { source, from, to, changes, attachments, files } = diff;
  const count = changes.length + attachments.length + files.length;
  const between = `from ${from} to ${to}`;
  const notes = notesOf(diff);
  if (count === 0) return { heading: `${source}: nothing changed ${between}`, parts: [], notes };
  if (diff.isWhole && diff.kind === 'portal')
    return {
      heading: `${source}: everything is new ${between}`,
      parts: [],
      notes: [wholeText(diff), ...notes],
    };
  return { heading: `${source}: what changed ${between}`, parts: partsOf(diff), notes };
}

/** A record that was not there before is counted, not listed: `show` lists it. */
function wholeText({ changes, attachments }: SourceDiff): string {
  const counts = ['person', ...sectionNames].map(
    (section) =>
      [
        titleOf(section),
        changes.filter((change) => isTold(change) && change.section === section).length,
      ] as const,
  );
  const told = [...counts, ['Attachments', attachments.length] as const].filter(([, count]) => count > 0);
  return `${told.map(([title, count]) => `${title} ${count}`).join(', ')}. See them: bluebutton show`;
}

function titleOf(section: string): string {
  return section === 'person' ? 'Person' : (sectionNamed(section)?.title ?? section);
}

function isTold({ change }: ResourceChange): boolean {
  return change !== 'renumbered' && change !== 'passing';
}

function partsOf({ changes, attachments, files }: SourceDiff): DiffText['parts'] {
  const told = changes.filter(isTold);
  const parts = ['person', ...sectionNames].map((section) => ({
    title: titleOf(section),
    items: newestFirst(told.filter((change) => change.section === section)).map(changeText),
  }));
  parts.push(
    {
      title: 'Attachments',
      items: attachments.map(({ change, of, title, date, mediaType }) => ({
        what: change === 'new' ? 'attachment added' : 'attachment changed',
        which: `${title ?? of} (${[mediaType, date?.slice(0, 10)].filter(Boolean).join(', ')})`,
        lines: [],
      })),
    },
    {
      title: 'Imports',
      items: files.map(({ name, format, title, asOf, producer }) => ({
        what: 'file imported',
        which: `${title === undefined ? name : `${title} (${name})`}, ${[format, producer && `from ${producer}`, asOf && `as of ${asOf.slice(0, 10)}`].filter(Boolean).join(', ')}`,
        lines: [],
      })),
    },
  );
  return parts.filter(({ items }) => items.length > 0);
}

function newestFirst(changes: readonly ResourceChange[]): ResourceChange[] {
  return changes.toSorted((one, other) =>
    dayOf(one) < dayOf(other) ? 1 : dayOf(one) > dayOf(other) ? -1 : 0,
  );
}

function dayOf({ before, after }: ResourceChange): string {
  const row = after ?? before;
  return (row && dateOf(row)) ?? '';
}

function notesOf({ changes, gaps }: SourceDiff): string[] {
  const count = (word: ResourceChange['change']): number =>
    changes.filter(({ change }) => change === word).length;
  const renumbered = count('renumbered');
  const passing = count('passing');
  return [
    ...(count('vanished') > 0 ? ['What vanished is kept here: show still tells of it.'] : []),
    ...(renumbered > 0
      ? [
          `Renumbered: ${renumbered}. The portal gave ${renumbered === 1 ? 'it a new id' : 'them new ids'}; what is said is the same.`,
        ]
      : []),
    ...(passing > 0
      ? [`Came and went, or changed and changed back: ${passing}. The log and --json name them.`]
      : []),
    ...(gaps.length > 0
      ? [`Not everything came the last time, so this may not be all: ${gaps.join(', ')}.`]
      : []),
  ];
}
