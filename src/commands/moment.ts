import { datedBags, type Archive, type Bag, type SourceFolder } from '../archive/index.ts';
import { BlueButtonError } from '../errors/index.ts';
import { bagName, bagsNamed, timeText } from './bag-name.ts';

/** A moment in an archive's history: an instant, or what the archive held once a bag had come. */
export type Moment = Instant | BagMoment;

export interface Instant {
  /** The last millisecond that counts, since 1970. */
  until: number;
  /** In words: `the end of 2026-11-22 (UTC)`. */
  text: string;
}

export interface BagMoment {
  source: SourceFolder;
  bag: Bag;
}

/**
 * Reads how a person names a moment: a date (`2026`, `2026-11`, `2026-11-22`: up to its end, in UTC), an instant
 * (`2026-11-22T17:40Z`, or as `log` prints it), or a bag: `practice/3`, `3` or its folder. Four digits from 1900 on are a
 * year.
 *
 * @throws BlueButtonError `usage` for a word that is none of them, or names several bags.
 */
export function readMoment(word: string, sources: readonly SourceFolder[]): Moment {
  return readInstant(word) ?? readBag(word, sources);
}

function readInstant(word: string): Instant | undefined {
  const day = /^((?:19|20)\d\d)(?:-(\d\d)(?:-(\d\d))?)?$/.exec(word);
  if (day) {
    const [, year, month, date] = day;
    const start = new Date(`${year}-${month ?? '01'}-${date ?? '01'}T00:00:00Z`);
    if (Number.isNaN(start.getTime()) || (date !== undefined && start.getUTCDate() !== Number(date)))
      throw noMoment(word, 'There is no such day.');
    if (date !== undefined) start.setUTCDate(start.getUTCDate() + 1);
    else if (month === undefined) start.setUTCFullYear(start.getUTCFullYear() + 1);
    else start.setUTCMonth(start.getUTCMonth() + 1);
    return { until: start.getTime() - 1, text: `the end of ${word} (UTC)` };
  }
  const time = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d)(:\d\d)?(\.\d{1,3})?(Z| UTC|[+-]\d\d:\d\d)$/.exec(word);
  if (time === null) return undefined;
  const [, date, minute, second, fraction, zone] = time;
  const start = Date.parse(
    `${date}T${minute}${second ?? ':00'}${fraction ?? ''}${zone?.startsWith(' ') === true ? 'Z' : zone}`,
  );
  if (Number.isNaN(start)) throw noMoment(word, 'There is no such time.');
  const length = second === undefined ? 60_000 : fraction === undefined ? 1000 : 1;
  return { until: start + length - 1, text: word };
}

function readBag(word: string, sources: readonly SourceFolder[]): BagMoment {
  const [, folder, name = ''] = /^(?:([^/]+)\/)?([^/]+)$/.exec(word) ?? [];
  const among = folder === undefined ? sources : sources.filter((source) => source.folder === folder);
  const found = among.flatMap((source) => bagsNamed(name, source).map((bag) => ({ source, bag })));
  const [only, ...more] = found;
  if (only === undefined) throw noMoment(word, 'No bag is called that, and it is no date.');
  if (more.length === 0) return only;
  throw new BlueButtonError('usage', `${word} names ${found.length} bags.`, {
    why: found.map((each) => bagName(each.source, each.bag)).join(', '),
    try: `the same command with ${bagName(only.source, only.bag)}`,
  });
}

function noMoment(word: string, why: string): BlueButtonError {
  return new BlueButtonError(
    'usage',
    `${word === '' ? 'An empty word' : word} is no moment of this archive.`,
    {
      why,
      try: 'bluebutton log, for the bags there are; or a date: 2026, 2026-11 or 2026-11-22',
    },
  );
}

/** A moment in words. */
export async function momentText(archive: Archive, moment: Moment): Promise<string> {
  if ('text' in moment) return moment.text;
  const { source, bag } = moment;
  const dated = (await datedBags(archive, source)).find((each) => each.bag.folder === bag.folder);
  return `${bagName(source, bag)}${dated ? ` (${timeText(dated.ended)})` : ''}`;
}
