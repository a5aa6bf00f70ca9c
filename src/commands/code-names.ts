import { basename } from 'node:path';
import { readCodeTable } from '../formats/index.ts';
import type { CodeNames } from '../model/index.ts';
import { visible } from '../render/index.ts';
import { valuesOption, type CommandInput } from './command.ts';
import type { Context } from './context.ts';
import { readPath } from './open-path.ts';

/**
 * The names of the tables given with `--code-table`, the first that knows a code before the others; undefined without
 * one. What of a table is not used is told on standard error.
 */
export async function codeNamesOf(input: CommandInput, context: Context): Promise<CodeNames | undefined> {
  const tables: CodeNames[] = [];
  for (const path of valuesOption(input, 'codeTable') ?? []) {
    const file = await readPath(path, context, { command: 'the same command with --code-table' });
    const { names, notices } = await readCodeTable(await file.read(0, file.size), basename(path));
    for (const notice of notices) context.err.write(`${visible(basename(path))}: ${notice}\n`);
    tables.push(names);
  }
  if (tables.length === 0) return undefined;
  return (code) => tables.map((names) => names(code)).find((name) => name !== undefined);
}
