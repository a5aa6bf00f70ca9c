import type { StatedImport } from '../archive/index.ts';
import { BlueButtonError, shellWord } from '../errors/index.ts';
import { fileKindOf, pdfDate, type ByteSource, type ReadingHelp } from '../formats/index.ts';
import { documentIdOf, patientsOf, type PersonIdentity, type Source } from '../model/index.ts';
import { readFrom, type InputFile } from './inputs.ts';
import { findingText } from './record-source.ts';
import { whichPatient } from './which-patient.ts';

/** A file that could be kept: what it is, whose, and what was read of it. */
export interface Candidate {
  name: string;
  /** As a person would type it. */
  path: string;
  /** True when it was asked for that it be kept without being read. */
  isAsDocument: boolean;
  content: ByteSource;
  sha256: string;
  mediaType: string;
  /** What it was read as. */
  format: string;
  producer?: string;
  asOf?: string;
  /** What it says of its person; undefined when nothing. */
  identity?: PersonIdentity;
  /** For a file about several patients: which of them is meant. */
  patient?: string;
  /** How many resources were read; absent for what is not read. */
  resources?: number;
  /** What could not be read of it, in words. */
  lost: string[];
  documentId?: string;
  /** The folder of the person whom the archive holds it of. */
  heldBy?: string;
  /** For what is kept without being read. */
  document?: { title: string; date?: string };
}

/** A file the archive holds, and the folder of the person it is filed under. */
export type HeldImport = StatedImport & { folder: string };

export interface CandidateOptions {
  /** As a person would type the file's name. */
  path: string;
  /** Of a file about several patients, the one meant. */
  patient: string | undefined;
  help: ReadingHelp;
  /** What the archive holds with the same bytes. */
  held: HeldImport | undefined;
}

/**
 * Reads a file to learn what it is. One with the bytes of a file that was kept before is taken as it was then.
 *
 * @throws BlueButtonError `not-a-health-record`, `password-needed`, or `several-patients`.
 */
export async function candidateOf(
  content: ByteSource,
  sha256: string,
  { path, patient, help, held }: CandidateOptions,
): Promise<Candidate> {
  const { name } = content;
  // Of a file about several patients the archive knows only some.
  if (held !== undefined && held.patient === undefined && held.document === undefined)
    return heldCandidate(content, sha256, path, held);
  if (isPdf(await content.read(0, 1024))) {
    if (held !== undefined) return heldCandidate(content, sha256, path, held);
    const stated = { title: titleOf(name), date: await pdfDate(content) };
    return documentCandidate(content, sha256, path, stated, false);
  }
  let file: InputFile;
  try {
    file = await readFrom(content, { sha256, help });
  } catch (thrown) {
    // What was kept without being read, and still cannot be.
    const isHeld =
      held !== undefined && thrown instanceof BlueButtonError && thrown.code === 'not-a-health-record';
    if (!isHeld) throw thrown;
    return heldCandidate(content, sha256, path, held);
  }
  const patients = patientsOf(file.entries);
  const whose = whichPatient(patients, patient, `import ${shellWord(path)}`);
  const { format } = file.source;
  const { asOf, producer } = toldBy(file);
  const documentId = documentIdOf(file.entries);
  const lost = file.findings.filter(({ severity }) => severity === 'lost').map(findingText);
  return {
    name,
    path,
    isAsDocument: false,
    content,
    sha256,
    mediaType: file.mediaType,
    format,
    resources: patients.length > 1 && whose ? whose.resources : file.entries.length,
    lost,
    ...(producer !== undefined && { producer }),
    ...(asOf !== undefined && { asOf }),
    ...(documentId !== undefined && { documentId }),
    ...(patients.length > 1 && whose && { patient: whose.key }),
    ...(whose && whose.described.length > 0 && { identity: whose.identity }),
  };
}

/**
 * A file to be kept without being read (`--as-document`).
 *
 * @param stated `date` a FHIR date.
 */
export async function documentCandidate(
  content: ByteSource,
  sha256: string,
  path: string,
  { title, date }: { title: string; date: string | undefined },
  isAsDocument: boolean,
): Promise<Candidate> {
  const head = await content.read(0, 1024);
  const kind = fileKindOf(head);
  return {
    name: content.name,
    path,
    isAsDocument,
    content,
    sha256,
    mediaType: kind?.document ?? 'application/octet-stream',
    format: isPdf(head) ? 'PDF document' : 'document',
    lost: [],
    document: { title, ...(date !== undefined && { date }) },
  };
}

/** A file that the archive holds, as it was told when it was kept. */
export function heldCandidate(
  content: ByteSource,
  sha256: string,
  path: string,
  held: HeldImport,
): Candidate {
  const { mediaType, format, producer, asOf, person, documentId, document } = held;
  return {
    name: content.name,
    path,
    isAsDocument: document !== undefined,
    content,
    sha256,
    mediaType,
    format,
    lost: [],
    heldBy: held.folder,
    ...(producer !== undefined && { producer }),
    ...(asOf !== undefined && { asOf }),
    ...(person !== undefined && { identity: person }),
    ...(documentId !== undefined && { documentId }),
    ...(document !== undefined && { document }),
  };
}

/** A file's name as a title: without the folders and the ending. */
export function titleOf(name: string): string {
  return name.replace(/^.*\//, '').replace(/\.[a-z0-9]{1,8}$/i, '');
}

function isPdf(head: Uint8Array): boolean {
  return fileKindOf(head)?.document === 'application/pdf';
}

/** The date and the producer of a file; of a container those of the one document in it. */
function toldBy({ source, inner }: InputFile): Pick<Source, 'asOf' | 'producer'> {
  const [only, ...others] = inner.filter(({ id }) => !inner.some(({ within }) => within === id));
  return only !== undefined && others.length === 0 ? { ...only, ...source } : source;
}
