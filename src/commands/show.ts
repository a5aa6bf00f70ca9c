import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { sectionNames } from '../model/index.ts';
import type { RenderOptions } from '../render/index.ts';
import { flagOption, listOption, textOption, type CommandInput } from './command.ts';
import type { Context, Outcome } from './context.ts';
import { checkedSections, rendered } from './formats.ts';
import { recordFor, reportHeldAt, reportLosses } from './record-source.ts';
import { showDocument } from './show-document.ts';
import { showVersions } from './show-versions.ts';

/** Shows a record: the files given, or the archive. */
export async function run(input: CommandInput, context: Context): Promise<Outcome> {
  const { input: files, named } = withoutSectionNames(input, context);
  const document = textOption(input, 'document');
  if (document !== undefined) return showDocument(document, files, context);
  const versions = textOption(input, 'versions');
  if (versions !== undefined) return showVersions(versions, files, context);
  const sections = checkedSections(named ?? listOption(input, 'section'));
  const format = flagOption(input, 'json') ? 'json' : (textOption(input, 'format') ?? 'text');
  const built = await recordFor(files, context, 'show');
  reportHeldAt(built, format, context);
  const { width, colour } = context.out;
  const options: RenderOptions = {
    width,
    colour,
    sources: flagOption(input, 'sources'),
    asWritten: flagOption(input, 'as-written'),
    ...(sections && { sections }),
  };
  for (const piece of rendered(format, built, options)) {
    if (context.out.closed) break;
    context.out.write(piece);
  }
  return reportLosses(built, context);
}

/** `show notes` is `show --section notes`, unless there is a file of that name. */
function withoutSectionNames(
  input: CommandInput,
  { cwd }: Context,
): { input: CommandInput; named: string[] | undefined } {
  const isSection = (word: string): boolean => sectionNames.includes(word) && !existsSync(resolve(cwd, word));
  const named = input.arguments.filter(isSection);
  if (named.length === 0) return { input, named: undefined };
  const files = input.arguments.filter((word) => !isSection(word));
  return {
    input: { ...input, arguments: files },
    named: [...named, ...(listOption(input, 'section') ?? [])],
  };
}
