import { flagOption, listOption, textOption, type CommandInput } from './command.ts';
import type { Context, Outcome } from './context.ts';
import { checkedSections, rendered } from './formats.ts';
import { recordFor, reportLosses } from './record-source.ts';

/** Shows a record: the files given, or the archive. */
export async function run(input: CommandInput, context: Context): Promise<Outcome> {
  const sections = checkedSections(listOption(input, 'section'));
  const format = flagOption(input, 'json') ? 'json' : (textOption(input, 'format') ?? 'text');
  const built = await recordFor(input, context, 'show');
  const { width, colour } = context.out;
  for (const piece of rendered(format, built, { width, colour, ...(sections && { sections }) })) {
    if (context.out.closed) break;
    context.out.write(piece);
  }
  return reportLosses(built, context);
}
