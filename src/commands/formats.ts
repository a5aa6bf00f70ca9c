import { BlueButtonError, nearestWord } from '../errors/index.ts';
import { sectionNames, type BuiltRecord } from '../model/index.ts';
import { renderCsv, renderers, type RenderOptions } from '../render/index.ts';

/** A record in one of the formats `--format` and `--to` know, as pieces of text. CSV is one section's table. */
export function rendered(format: string, built: BuiltRecord, options: RenderOptions): Iterable<string> {
  if (format === 'csv') {
    const [only, ...more] = options.sections ?? [];
    if (only === undefined || more.length > 0) {
      throw new BlueButtonError('usage', 'CSV shows one section at a time.', {
        why: `Sections: ${sectionNames.join(', ')}.`,
        try: 'bluebutton convert FILE --to csv --section results, or -o FOLDER for all of them',
      });
    }
    return [renderCsv(built.record, only)];
  }
  const render = renderers[format];
  if (render === undefined)
    throw new BlueButtonError('usage', `${format} is not a format.`, {
      why: `Formats: csv, ${Object.keys(renderers).join(', ')}.`,
      try: 'bluebutton help convert',
    });
  return render(built, options);
}

/**
 * Section names as given, checked.
 *
 * @throws BlueButtonError `usage` for a word that is no section.
 */
export function checkedSections(names: string[] | undefined): string[] | undefined {
  if (names?.length === 0) {
    throw new BlueButtonError('usage', '--section was given without a name.', {
      why: `Sections: ${sectionNames.join(', ')}.`,
      try: 'the same command without --section, for all of them',
    });
  }
  const unknown = names?.find((name) => !sectionNames.includes(name));
  if (unknown === undefined) return names;
  throw new BlueButtonError('usage', `${unknown} is not a section.`, {
    why: `Sections: ${sectionNames.join(', ')}.`,
    try: `--section ${nearestWord(unknown, sectionNames) ?? 'results'}`,
  });
}
