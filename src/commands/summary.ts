import { renderJson, renderSummary } from '../render/index.ts';
import { flagOption, type CommandInput } from './command.ts';
import type { Context, Outcome } from './context.ts';
import { recordFor, reportLosses } from './record-source.ts';

/** Shows the one page a doctor asks for first. As JSON it is the whole record: a script picks for itself. */
export async function run(input: CommandInput, context: Context): Promise<Outcome> {
  const built = await recordFor(input, context, 'summary');
  const render = flagOption(input, 'json') ? renderJson : renderSummary;
  const { width, colour } = context.out;
  for (const piece of render(built, { width, colour })) {
    if (context.out.closed) break;
    context.out.write(piece);
  }
  return reportLosses(built, context);
}
