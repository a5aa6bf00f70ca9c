import {
  beginImport,
  listImports,
  listPeople,
  openArchive,
  proveStored,
  type Archive,
  type PersonFolder,
} from '../archive/index.ts';
import { BlueButtonError, shellWord } from '../errors/index.ts';
import { hashOf, pdfDate, type ByteSource, type ReadingHelp } from '../formats/index.ts';
import type { PersonIdentity } from '../model/index.ts';
import { visible } from '../render/index.ts';
import { archiveFor } from './archive-person.ts';
import { archiveWriter, softwareName, type ArchiveWriter } from './archive-writer.ts';
import { textOption, type CommandInput } from './command.ts';
import type { Context, Outcome } from './context.ts';
import {
  candidateOf,
  documentCandidate,
  heldCandidate,
  titleOf,
  type Candidate,
  type CandidateOptions,
  type HeldImport,
} from './import-candidate.ts';
import { statedDocument, type StatedDocument } from './import-document.ts';
import { filesNamed, type NamedFiles } from './import-files.ts';
import { planFilings, type Filing, type NotKept } from './import-people.ts';
import { tellFolder, tellImport, type KeptFile, type Twin } from './import-report.ts';
import { readFrom, refusesOne } from './inputs.ts';
import { openPath } from './open-path.ts';
import { readingHelp } from './questions.ts';

/** The people of the archive and what is held of files, for telling what is new. */
interface Held {
  people: PersonFolder[];
  imports: HeldImport[];
}

/**
 * Keeps files, or everything in folders, in the archive as they are. Files that are no health records, and files that nobody
 * can say whose they are, are named and left out. The files of each person are one bag: what the disk refuses of one person's
 * leaves those of the people before it kept.
 *
 * @throws BlueButtonError `not-a-health-record` when none of the files is one, `usage` or `other-person` when none can be filed.
 */
export async function run(input: CommandInput, context: Context): Promise<Outcome> {
  const held = await heldIn(input, context);
  const named = await filesNamed(input.arguments, context);
  const { isFolder } = named;
  const { candidates, twins, refused } = await readAll(named, held, input, context);
  if (candidates.length === 0) {
    if (refused[0]) throw refused[0].refusal;
    throw new BlueButtonError('usage', 'There is no file to import.', {
      why: 'Hidden files, links and archives of this tool are passed over; there is nothing else.',
      try: 'ls -la, to see what is there',
    });
  }
  const plan = await planFilings(candidates, held.people, input, context).catch((thrown: unknown) => {
    // Of a folder it is told all the same what is in it and whose.
    if (isFolder) tellFolder(candidates, refused, input, context);
    throw thrown;
  });
  const writer = archiveWriter(input, context);
  const kept: KeptFile[] = [];
  const people = new Map<string, PersonIdentity>();
  try {
    for (const filing of plan.filings) {
      const files = await keep(filing, held, writer, context);
      kept.push(...files);
      for (const { person, outcome } of files)
        if (outcome === 'new') people.set(person, people.get(person) ?? filing.identity);
    }
  } finally {
    await writer.release();
  }
  const left = [...refused, ...plan.notKept];
  const { passedOver } = named;
  tellImport({ kept, twins, notKept: left, people, passedOver }, isFolder, input, context);
  const lost = tellLost(kept, context);
  return lost || left.length > 0 ? 'partial' : 'done';
}

/** What the archive holds; nothing when there is none yet. */
async function heldIn(input: CommandInput, context: Context): Promise<Held> {
  let archive: Archive;
  try {
    archive = await openArchive(await archiveFor(input, context));
  } catch (thrown) {
    if (thrown instanceof BlueButtonError && thrown.code === 'no-archive') return { people: [], imports: [] };
    throw thrown;
  }
  const people = await listPeople(archive);
  const imports: Held['imports'] = [];
  for (const person of people)
    for (const stated of await listImports(archive, person))
      imports.push({ ...stated, folder: person.folder });
  return { people, imports };
}

interface ReadFiles {
  candidates: Candidate[];
  /** Files with the bytes of one before. */
  twins: Twin[];
  refused: NotKept[];
}

async function readAll(
  { files, unreadable, isFolder }: NamedFiles,
  { imports }: Held,
  input: CommandInput,
  context: Context,
): Promise<ReadFiles> {
  const document = statedDocument(input, isFolder);
  const help = readingHelp(input, context);
  const patient = textOption(input, 'patient');
  const read: ReadFiles = { candidates: [], twins: [], refused: [...unreadable] };
  for (const { path, name } of files) {
    try {
      // A folder of scans would not fit into memory.
      const content = { ...(await openPath(path, context, 0)), name };
      const sha256 = await hashOf(content);
      const twin = read.candidates.find((other) => other.sha256 === sha256);
      if (twin !== undefined) {
        read.twins.push({ name, of: twin.name });
        continue;
      }
      const held = imports.find((stated) => stated.sha256 === sha256);
      if (held !== undefined) await proveHeld(held, input, context);
      read.candidates.push(
        document === undefined
          ? await candidateOf(content, sha256, { path, patient, help, held })
          : await unreadCandidate(content, sha256, document, { path, patient, help, held }),
      );
    } catch (thrown) {
      const isOfOne = thrown instanceof BlueButtonError && (refusesOne.has(thrown.code) || isFolder);
      if (!isOfOne || thrown.code === 'archive-damaged') throw thrown;
      read.refused.push({ name, refusal: thrown });
    }
    context.signal.throwIfAborted();
  }
  return read;
}

/** A file to keep without reading it; one that can be read is refused, for its facts would be missing. */
async function unreadCandidate(
  content: ByteSource,
  sha256: string,
  stated: StatedDocument,
  { path, help, held }: CandidateOptions,
): Promise<Candidate> {
  if (held?.document !== undefined) return heldCandidate(content, sha256, path, held);
  const format = await readableAs(content, sha256, help);
  if (format === undefined) {
    const title = stated.title ?? titleOf(content.name);
    const date = stated.date ?? (await pdfDate(content));
    return documentCandidate(content, sha256, path, { title, date }, true);
  }
  throw new BlueButtonError('usage', `${content.name} is a record this tool reads: ${format}.`, {
    why: 'Kept as a document, what it says would be missing from the record.',
    try: `bluebutton import ${shellWord(path)}`,
  });
}

async function readableAs(
  content: ByteSource,
  sha256: string,
  help: ReadingHelp,
): Promise<string | undefined> {
  try {
    return (await readFrom(content, { sha256, help })).source.format;
  } catch (thrown) {
    if (thrown instanceof BlueButtonError) return undefined;
    throw thrown;
  }
}

/** "It is there already" is said only of bytes that are. */
async function proveHeld({ path, sha256 }: HeldImport, input: CommandInput, context: Context): Promise<void> {
  const archive = await openArchive(await archiveFor(input, context));
  await proveStored(archive, path, sha256);
}

async function keep(
  { person, identity, candidates }: Filing,
  { imports }: Held,
  writer: ArchiveWriter,
  context: Context,
): Promise<KeptFile[]> {
  const { archive, lock } = await writer.open();
  const draft = await beginImport(archive, lock, {
    ...(person !== undefined && { person }),
    identity,
    software: softwareName(context),
    now: context.now,
  });
  try {
    const kept: Omit<KeptFile, 'person'>[] = [];
    for (const candidate of candidates) {
      const {
        lost: _lost,
        resources: _read,
        heldBy: _heldBy,
        path: _path,
        isAsDocument: _asDocument,
        identity: stated,
        ...file
      } = candidate;
      const outcome = await draft.add({ ...file, ...(stated !== undefined && { person: stated }) });
      const twin = outcome === 'new' ? twinOf(candidate, [...imports, ...candidates]) : undefined;
      kept.push({ candidate, outcome, ...(twin !== undefined && { twin }) });
      context.signal.throwIfAborted();
    }
    const { bag } = await draft.finish();
    const folder = bag?.split('/')[0] ?? person ?? '';
    return kept.map((file) => ({ ...file, person: folder }));
  } catch (thrown) {
    await draft.discard();
    throw thrown;
  }
}

/** The name of the first file that says it is the same document, with other bytes; of the first itself none. */
function twinOf(
  { documentId, sha256 }: Candidate,
  files: readonly Pick<Candidate, 'documentId' | 'sha256' | 'name'>[],
): string | undefined {
  if (documentId === undefined) return undefined;
  const first = files.find((other) => other.documentId === documentId);
  return first?.sha256 === sha256 ? undefined : first?.name;
}

/** Names what could not be read of the files kept; true when there is any. */
function tellLost(kept: readonly KeptFile[], { err }: Context): boolean {
  const lost = kept.flatMap(({ candidate: { name, lost: each } }) =>
    each.map((message) => `${name}: ${message}`),
  );
  for (const line of lost) err.write(`Not read: ${visible(line)}\n`);
  if (lost.length === 0) return false;
  err.write(
    'The files themselves are kept whole.\nTry: bluebutton show --json, where findings name each place\n',
  );
  return true;
}
