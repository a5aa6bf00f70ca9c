import { sections, type Row, type Section } from '../model/index.ts';
import type { Renderer, RenderOptions } from './options.ts';
import { asOfColumn, countText, groupsIn, type RowGroup } from './order.ts';
import { personLine, sourceLines } from './person-line.ts';
import { emptyReasons, missingReasons } from './state-text.ts';
import { wordsOnly } from './text.ts';
import { visible } from './visible.ts';
import { assertedName, joinedText } from './words.ts';

/** The record as one GitHub-flavoured Markdown document, every section and every group. */
export const renderMarkdown: Renderer = function* markdown({ record }, options) {
  yield `# ${escaped(personLine(record))}\n\n`;
  for (const line of sourceLines(record)) yield `${escaped(line)}  \n`;
  for (const section of shown(options)) {
    const rows = record.sections[section.name] ?? [];
    yield `\n## ${section.title} (${rows.length === 0 && wordsOnly(record, section).length > 0 ? 'in words only' : countText(rows)})\n`;
    if (rows.length === 0) yield `\n${escaped(emptyReasons(record, section.name).join('; '))}\n`;
    else
      for (const reason of missingReasons(record, section.name))
        yield `\nNot everything came. ${escaped(reason)}\n`;
    for (const group of groupsIn(section, rows)) yield* groupTable(section, group);
    for (const { title, text } of record.written.filter((part) => part.section === section.name))
      yield `\n### As written: ${escaped(title ?? '(no title)')}\n\n${quoted(text)}`;
  }
};

function* groupTable(section: Section, { title, rows }: RowGroup): Generator<string> {
  if (rows.length === 0) return;
  if (title !== '') yield `\n### ${title}\n`;
  const whose = rows.some(({ patient }) => patient !== undefined) ? ['Patient'] : [];
  const dates = asOfColumn(rows);
  const titles = [
    'Name',
    ...whose,
    ...dates.map((column) => column.title),
    ...section.columns.map((column) => column.title),
  ];
  yield `\n${tableLine(titles)}${tableLine(titles.map(() => '---'))}`;
  for (const [index, row] of rows.entries()) {
    const patient = whose.map(() => row.patient ?? '');
    const date = dates.map((column) => column.cells[index] ?? '');
    yield tableLine([assertedName(row), ...patient, ...date, ...cells(section, row)].map(escaped));
  }
}

function cells(section: Section, row: Row): string[] {
  return section.columns.map(({ fields }) => joinedText(row, fields));
}

function tableLine(texts: readonly string[]): string {
  return `| ${texts.join(' | ')} |\n`;
}

/** Foreign text as a quotation, line by line. */
function quoted(text: string): string {
  const lines = text.split('\n').map((line) => `> ${escaped(line)}`.trimEnd());
  return `${lines.join('  \n')}\n`;
}

/** Text that Markdown shows as it is: markup characters escaped, line ends as breaks inside a table cell. */
export function escaped(text: string): string {
  return text
    .split(/\r\n|\n|\r/)
    .map((line) =>
      visible(line.replaceAll('\t', ' '))
        .replaceAll('&', '&amp;')
        .replaceAll('<', '&lt;')
        .replaceAll(/[\\`*_[\]|~#$]/g, String.raw`\$&`),
    )
    .join('<br>');
}

function shown({ sections: wanted }: RenderOptions): Section[] {
  return sections.filter(({ name }) => wanted === undefined || wanted.includes(name));
}
