import { readState } from '../archive/index.ts';
import { BlueButtonError, nearestWord } from '../errors/index.ts';
import { isObject, type JsonValue } from '../json/index.ts';
import { buildRecord, patientsOf, type BuiltRecord, type CodeNames, type Entry } from '../model/index.ts';
import { renderText, visible, visibleLines, type RenderOptions } from '../render/index.ts';
import { chooseAsOf } from './as-of.ts';
import { codeNamesOf } from './code-names.ts';
import type { CommandInput } from './command.ts';
import type { Context, Outcome } from './context.ts';
import { partsOf, readDocument } from './inputs.ts';
import { recordFor } from './record-source.ts';
import { whichPatient } from './which-patient.ts';

/** One file of a document: its bytes, and what it is. */
interface DocumentFile {
  contentType: string;
  bytes: Buffer;
  /** Where it lies in the archive. */
  path?: string;
}

/**
 * Shows one document of a record (`show --document ID`): a clinical document as a record of its own, a text as it is, and
 * of any other file where it lies.
 */
export async function showDocument(id: string, input: CommandInput, context: Context): Promise<Outcome> {
  const codeNames = await codeNamesOf(input, context);
  const built = await recordFor(input, context, 'show', { codeNames });
  const entry = entryOf(built, id);
  if (entry.resource.resourceType === 'Composition') return showWritten(built, entry, context);
  const files = [...(await archivedFiles(entry, input, context)), ...inlineFiles(entry)];
  if (files.length === 0) {
    throw new BlueButtonError('usage', `${nameOf(entry)} has no file to show.`, {
      why: 'Its content was not in what was read, or not among what the portal let be downloaded.',
      try: 'bluebutton show --section notes --json, for all that is known of it',
    });
  }
  const { width, colour } = context.out;
  for (const file of files) {
    for (const piece of await pieces(file, nameOf(entry), codeNames, { width, colour })) {
      if (context.out.closed) return 'done';
      context.out.write(piece);
    }
  }
  return 'done';
}

/** The document that a Composition is: all its sections in their own words. */
function showWritten({ record }: BuiltRecord, { origin }: Entry, { out }: Context): Outcome {
  const parts = record.written.filter(({ sources }) =>
    sources.some(({ sha256, pointer }) => sha256 === origin.sha256 && pointer === origin.pointer),
  );
  for (const { title, text } of parts) {
    if (out.closed) break;
    out.write(`${visible(title ?? '(no title)')}\n${visibleLines(text).join('\n')}\n\n`);
  }
  if (parts.length === 0) out.write('The document has no words of its own.\n');
  return 'done';
}

function nameOf({ resource }: Entry): string {
  return `${resource.resourceType}/${typeof resource['id'] === 'string' ? resource['id'] : '?'}`;
}

/** The entry of that name: `Type/id`, the id alone, or how the id begins. */
function entryOf({ entries }: BuiltRecord, id: string): Entry {
  const wanted = id.replace(/^[A-Za-z]+\//, '');
  const documents = entries.filter(
    ({ resource }) => filesIn(resource).length > 0 || isDocument(resource.resourceType),
  );
  const named = documents.filter((entry) => nameOf(entry) === id || entry.resource['id'] === wanted);
  const begun = documents.filter(
    ({ resource }) => typeof resource['id'] === 'string' && resource['id'].startsWith(wanted),
  );
  const [found, ...more] = named.length > 0 ? named : begun;
  if (found && more.length === 0) return found;
  const near = nearestWord(id, documents.map(nameOf));
  throw new BlueButtonError(
    'usage',
    found ? `${id} begins the id of ${more.length + 1} documents.` : `There is no document ${id}.`,
    {
      why: `${documents.length === 1 ? 'One document is' : `${documents.length} documents are`} in this record.`,
      try: near === undefined ? 'bluebutton show --section notes' : `bluebutton show --document ${near}`,
    },
  );
}

function isDocument(resourceType: string): boolean {
  return ['Composition', 'DocumentReference'].includes(resourceType);
}

/** The files of a document that the archive keeps beside the resource. */
async function archivedFiles(entry: Entry, input: CommandInput, context: Context): Promise<DocumentFile[]> {
  if (input.arguments.length > 0) return [];
  const { archive, person } = await chooseAsOf(input, context);
  const state = await readState(archive, person);
  const kept = state.documents.filter((document) =>
    document.kind === 'attachment'
      ? document.source === entry.origin.source &&
        `${document.resource.resourceType}/${document.resource.id}` === nameOf(entry)
      : document.document !== undefined && document.sha256 === entry.origin.sha256,
  );
  const files: DocumentFile[] = [];
  for (const { mediaType, path, read } of kept)
    files.push({ contentType: mediaType, bytes: await read(), path });
  return files;
}

/** The files of a document that lie inside the resource. */
function inlineFiles({ resource }: Entry): DocumentFile[] {
  return filesIn(resource);
}

function filesIn(value: JsonValue | undefined): DocumentFile[] {
  if (Array.isArray(value)) return value.flatMap(filesIn);
  if (!isObject(value)) return [];
  const { contentType, data } = value;
  const own =
    typeof data === 'string' && typeof contentType === 'string'
      ? [{ contentType, bytes: Buffer.from(data, 'base64') }]
      : [];
  return [...own, ...Object.values(value).flatMap(filesIn)];
}

/** A file as text for the terminal. */
async function pieces(
  file: DocumentFile,
  name: string,
  codeNames: CodeNames | undefined,
  options: RenderOptions,
): Promise<Iterable<string>> {
  const { contentType, bytes, path } = file;
  const record = await recordOf(file, name, codeNames);
  if (record) return renderText(record, options);
  if (/^text\/plain\b/i.test(contentType)) return [`${visibleLines(bytes.toString('utf8')).join('\n')}\n`];
  const where =
    path === undefined
      ? 'inside the record: bluebutton convert --to fhir gives it'
      : `kept in the archive at ${path}`;
  return [`${visible(`${name}: ${contentType}, ${bytes.length} bytes, ${where}`)}\n`];
}

/** The file as a record of its own; undefined when it is none. */
async function recordOf(
  { bytes, path }: DocumentFile,
  name: string,
  codeNames: CodeNames | undefined,
): Promise<BuiltRecord | undefined> {
  try {
    const file = await readDocument(bytes, name, path);
    const patient = whichPatient(patientsOf(file.entries), undefined, `show --document ${name}`);
    return buildRecord({ ...partsOf([file]), codeNames }, patient?.key);
  } catch (thrown) {
    if (thrown instanceof BlueButtonError && thrown.code === 'not-a-health-record') return undefined;
    throw thrown;
  }
}
