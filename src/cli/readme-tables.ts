import { settingNames, settingTable, variableOf } from '../settings/index.ts';
import type { CommandEntry } from './command-entry.ts';
import { commandTable } from './command-table.ts';
import { exitStatuses } from './exit-codes.ts';

/** The README's table of commands, as Markdown. */
export function commandsTable(): string {
  const rows = commandTable.flatMap((entry) => [
    entry,
    ...(entry.commands ?? []).map((sub) => within(entry, sub)),
  ]);
  const lines = rows
    .filter(({ load }) => load !== undefined)
    .map((entry) => `| \`${usage(entry)}\` | ${entry.summary} |`);
  return ['| command | what it does |', '| --- | --- |', ...lines].join('\n');
}

/** The README's table of exit statuses, as Markdown. */
export function exitStatusTable(): string {
  return [
    '| status | meaning |',
    '| --- | --- |',
    ...exitStatuses.map(({ status, meaning }) => `| ${status} | ${meaning} |`),
  ].join('\n');
}

/** The README's table of settings, as Markdown. */
export function settingsTable(): string {
  return [
    '| setting | environment | what it is |',
    '| --- | --- | --- |',
    ...settingNames.map((name) => {
      const { what, mayBe } = settingTable[name];
      return `| \`${name}\` | \`${variableOf(name)}\` | ${what}. ${mayBe} |`;
    }),
  ].join('\n');
}

/** A README with its tables renewed. */
export function withTables(readme: string): string {
  const tables = [
    ['commands', commandsTable()],
    ['settings', settingsTable()],
    ['exit statuses', exitStatusTable()],
  ] as const;
  return tables.reduce((text, [name, table]) => renewed(text, name, table), readme);
}

function renewed(text: string, name: string, table: string): string {
  const pattern = new RegExp(`(<!-- ${name}:[^\\n]*-->\\n)[\\s\\S]*?(<!-- end of ${name} -->)`);
  if (!pattern.test(text)) throw new Error(`the README has no place for ${name}`);
  return text.replace(pattern, (_, begin: string, end: string) => `${begin}\n${table}\n\n${end}`);
}

function within(parent: CommandEntry, sub: CommandEntry): CommandEntry {
  return { ...sub, name: `${parent.name} ${sub.name}` };
}

function usage({ name, alias, arguments: words }: CommandEntry): string {
  return (
    ['bluebutton', name, ...(words === undefined ? [] : [words])].join(' ') +
    (alias === undefined ? '' : ` (or ${alias})`)
  );
}
