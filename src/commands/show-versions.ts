import {
  datedBags,
  readState,
  upToBag,
  versionsOf,
  withBags,
  type Archive,
  type DatedBag,
  type SourceFolder,
  type VersionEvent,
} from '../archive/index.ts';
import { BlueButtonError } from '../errors/index.ts';
import { writeJson } from '../json/index.ts';
import { rowDifference, type CodeNames, type ResourceVersion } from '../model/index.ts';
import { renderVersions } from '../render/index.ts';
import { pulledRecord } from './archived-record.ts';
import { chooseAsOf } from './as-of.ts';
import { bagName } from './bag-name.ts';
import { codeNamesOf } from './code-names.ts';
import { flagOption, textOption, type CommandInput } from './command.ts';
import type { Context, Outcome } from './context.ts';
import { counted } from './counted.ts';
import { Versions, type ShownVersion } from './source-diff.ts';

/** A version as it was told, and as it was stored. */
interface ToldVersion extends ResourceVersion {
  stored?: VersionEvent['stored'];
}

/**
 * Shows every version of a pulled resource the archive keeps (`show --versions Type/id`, or `SOURCE/Type/id`): oldest first,
 * each with the bag that brought it. As JSON or FHIR with the very text that is stored.
 */
export async function showVersions(word: string, input: CommandInput, context: Context): Promise<Outcome> {
  if (input.arguments.length > 0) {
    throw new BlueButtonError('usage', '--versions goes with the archive, and files were given.', {
      why: 'A file has no history; the archive has.',
      try: `bluebutton show --versions ${word}`,
    });
  }
  const { archive, person } = await chooseAsOf(input, context);
  const { source, name, events } = await find(archive, person.sources, word);
  const versions = await told(archive, source, events, await codeNamesOf(input, context));
  const format = flagOption(input, 'json') ? 'json' : (textOption(input, 'format') ?? 'text');
  const kept = new Set(events.flatMap(({ stored }) => stored?.sha256 ?? [])).size;
  const { width, colour } = context.out;
  const pieces =
    format === 'json'
      ? [`${writeJson({ schema: 'bluebutton/versions/1', source: source.folder, name, versions }, 2)}\n`]
      : format === 'fhir'
        ? historyBundle(source, name, versions)
        : format === 'text'
          ? renderVersions(`${name} of ${source.folder}: ${counted(kept, 'version')}`, versions, {
              width,
              colour,
            })
          : refuse(format, word);
  for (const piece of pieces) {
    if (context.out.closed) break;
    context.out.write(piece);
  }
  return 'done';
}

function refuse(format: string, word: string): never {
  throw new BlueButtonError('usage', `Versions are not shown as ${format}.`, {
    why: 'Their formats: text, json, fhir.',
    try: `bluebutton show --versions ${word} --format json`,
  });
}

/** The source that knows the resource, and what its bags tell of it. */
async function find(
  archive: Archive,
  sources: readonly SourceFolder[],
  word: string,
): Promise<{ source: SourceFolder; name: string; events: VersionEvent[] }> {
  const [, folder, name = word] = /^(?:([^/]+)\/)?([^/]+\/[^/]+)$/.exec(word) ?? [];
  const found: { source: SourceFolder; name: string; events: VersionEvent[] }[] = [];
  for (const source of sources) {
    if (source.description.kind === 'files' || (folder !== undefined && folder !== source.folder)) continue;
    const events = await versionsOf(archive, source, name);
    if (events.length > 0) found.push({ source, name, events });
  }
  const [only, ...more] = found;
  if (only === undefined) {
    throw new BlueButtonError('usage', `No portal gave ${word}.`, {
      why: 'A resource goes by its type and id, as in MedicationRequest/123; what was imported has no versions.',
      try: 'bluebutton show --json, where every row has its id',
    });
  }
  if (more.length === 0) return only;
  throw new BlueButtonError('usage', `${found.length} portals gave something called ${name}.`, {
    why: found.map(({ source }) => `${source.folder}/${name}`).join(', '),
    try: `bluebutton show --versions ${only.source.folder}/${name}`,
  });
}

/** Each version as the record showed it when its bag had come, and what differs from the one before. */
async function told(
  archive: Archive,
  source: SourceFolder,
  events: readonly VersionEvent[],
  codeNames: CodeNames | undefined,
): Promise<ToldVersion[]> {
  const dated = new Map((await datedBags(archive, source)).map((each) => [each.bag.folder, each]));
  const versions: ToldVersion[] = [];
  let before: ShownVersion | undefined;
  for (const { bag, change, stored, to, from } of events) {
    const shown = stored && (await recordAfter(archive, source, bag.folder, codeNames)).find(stored.sha256);
    versions.push({
      bag: bagName(source, bag),
      at: timeOf(dated.get(bag.folder)),
      change,
      ...(to !== undefined && { to }),
      ...(from !== undefined && { from }),
      ...(shown && { section: shown.section, row: shown.row }),
      ...(shown && before && { difference: rowDifference(before, shown) }),
      ...(stored && { stored }),
    });
    before = shown ?? before;
  }
  return versions;
}

async function recordAfter(
  archive: Archive,
  source: SourceFolder,
  bag: string,
  codeNames: CodeNames | undefined,
): Promise<Versions> {
  const then = withBags(source, upToBag(source, bag)) ?? source;
  const state = await readState(archive, { folder: '', identities: [], sources: [then] });
  return new Versions(await pulledRecord(state, codeNames));
}

function timeOf(dated: DatedBag | undefined): string {
  return new Date(dated?.ended ?? 0).toISOString();
}

/** The versions as a Bundle of type history (R4 §3.1.0.7), newest first, each with the text it is stored with. */
function* historyBundle(
  { description }: SourceFolder,
  name: string,
  versions: readonly ToldVersion[],
): Generator<string> {
  yield '{"resourceType":"Bundle","type":"history","entry":[';
  const fullUrl = `${'baseUrl' in description ? description.baseUrl : ''}/${name}`;
  let separator = '\n';
  for (const { at, stored, change } of versions.toReversed()) {
    if (stored === undefined) continue;
    const request = {
      method: change === 'new' ? 'POST' : 'PUT',
      url: change === 'new' ? name.split('/')[0] : name,
    };
    const response = { status: change === 'new' ? '201' : '200', lastModified: at };
    yield `${separator}{"fullUrl":${writeJson(fullUrl)},"resource":${stored.text},"request":${writeJson(request)},"response":${writeJson(response)}}`;
    separator = ',\n';
  }
  yield '\n]}\n';
}
