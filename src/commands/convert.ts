import { extname, join, resolve } from 'node:path';
import { BlueButtonError } from '../errors/index.ts';
import { sectionNames, type BuiltRecord } from '../model/index.ts';
import type { RenderOptions } from '../render/index.ts';
import { flagOption, listOption, textOption, type CommandInput } from './command.ts';
import type { Context, Outcome } from './context.ts';
import { checkedSections, rendered } from './formats.ts';
import { makeOutputFolder, writeOutputFile } from './output-file.ts';
import { recordFor, reportHeldAt, reportLosses } from './record-source.ts';

/** Formats by the ending of the output file. */
const formatOfEnding: Readonly<Record<string, string>> = {
  '.json': 'json',
  '.ndjson': 'ndjson',
  '.csv': 'csv',
  '.md': 'markdown',
  '.markdown': 'markdown',
  '.txt': 'text',
};

/** Writes a record in another format. An input of several patients is converted whole, with whose each row is. */
export async function run(input: CommandInput, context: Context): Promise<Outcome> {
  const sections = checkedSections(listOption(input, 'section'));
  const output = textOption(input, 'output') ?? '-';
  if (output === '') {
    throw new BlueButtonError('usage', '-o was given without a name.', {
      why: 'The name is empty: perhaps a variable of the shell that is not set.',
      try: 'the same command with -o FILE, or without -o',
    });
  }
  const format = textOption(input, 'to') ?? formatOfEnding[extname(output)];
  if (format === undefined) {
    throw new BlueButtonError('usage', 'It is not clear what to convert to.', {
      why:
        output === '-'
          ? 'Neither --to nor a file after -o says it.'
          : `The ending of ${output} says nothing of it, and --to was not given.`,
      try: 'bluebutton convert FILE --to json (or ndjson, csv, markdown, text, fhir)',
    });
  }
  const built = await recordFor(input, context, 'convert', { everyone: true });
  reportHeldAt(built, format, context);
  const options: RenderOptions = { width: 100, colour: false, ...(sections && { sections }) };
  if (output === '-') writeToStandardOutput(rendered(format, built, options), context);
  else if (format === 'csv' && sections?.length !== 1)
    await writeCsvFolder(resolve(context.cwd, output), built, options, input);
  else
    await writeOutputFile(
      resolve(context.cwd, output),
      rendered(format, built, options),
      flagOption(input, 'force'),
    );
  if (output !== '-') context.err.write(`Written: ${output}\n`);
  return reportLosses(built, context);
}

function writeToStandardOutput(pieces: Iterable<string>, { out }: Context): void {
  for (const piece of pieces) {
    if (out.closed) return;
    out.write(piece);
  }
}

/** One CSV file a section, in a folder: `allergies.csv`, `medications.csv`, … */
async function writeCsvFolder(
  folder: string,
  built: BuiltRecord,
  options: RenderOptions,
  input: CommandInput,
): Promise<void> {
  await makeOutputFolder(folder);
  for (const section of options.sections ?? sectionNames) {
    const file = join(folder, `${section}.csv`);
    await writeOutputFile(
      file,
      rendered('csv', built, { ...options, sections: [section] }),
      flagOption(input, 'force'),
    );
  }
}
