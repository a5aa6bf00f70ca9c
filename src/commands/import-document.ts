import { BlueButtonError } from '../errors/index.ts';
import { isOnCalendar } from '../formats/index.ts';
import { flagOption, textOption, type CommandInput } from './command.ts';

/** What a person says of a file that is to be kept without being read. */
export interface StatedDocument {
  title: string | undefined;
  /** FHIR date. */
  date: string | undefined;
}

/**
 * What `--as-document`, `--title` and `--date` say; undefined without `--as-document`.
 *
 * @throws BlueButtonError `usage` when they do not fit together or the date is none.
 */
export function statedDocument(input: CommandInput, isFolder: boolean): StatedDocument | undefined {
  const title = textOption(input, 'title');
  const date = textOption(input, 'date');
  if (!flagOption(input, 'asDocument')) {
    if (title === undefined && date === undefined) return undefined;
    throw new BlueButtonError('usage', '--title and --date go with --as-document.', {
      why: 'What is read as a record states both itself.',
      try: 'the same command with --as-document, to keep the file without reading it',
    });
  }
  if (isFolder) {
    throw new BlueButtonError('usage', '--as-document was given for a folder.', {
      why: 'Records among its files would be kept without being read, and their facts be missing.',
      try: 'the same command for the files that cannot be read, by name',
    });
  }
  if (title !== undefined && input.arguments.length > 1) {
    throw new BlueButtonError('usage', '--title was given for several files.', {
      why: 'Each has a title of its own: its name, when nothing else is said.',
      try: 'the same command for one of them',
    });
  }
  if (date !== undefined && !isDate(date)) {
    throw new BlueButtonError('usage', `--date ${date} is not a date.`, {
      why: 'It is written year, month, day: 2024-03-05; or 2024-03, or 2024, when no more is known.',
      try: 'the same command with --date YYYY-MM-DD',
    });
  }
  return { title, date };
}

function isDate(text: string): boolean {
  const [, year, month, day] = /^(\d{4})(?:-(\d\d))?(?:-(\d\d))?$/.exec(text) ?? [];
  return year !== undefined && isOnCalendar(year, month, day);
}
