import type { StatedImport } from '../archive/index.ts';
import { fileKindOf, pdfDate, type ByteSource, type ReadingHelp } from '../formats/index.ts';
import { documentIdOf, patientsOf, type PersonIdentity } from '../model/index.ts';
import { readFrom } from './inputs.ts';
import { findingText } from './record-source.ts';
import { whichPatient } from './which-patient.ts';

/** A file that could be kept: what it is, whose, and what was read of it. */
export interface Candidate {
  name: string;
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
  { patient, help, held }: CandidateOptions,
): Promise<Candidate> {
  const { name } = content;
  // Of a file about several patients the archive knows only some.
  if (held !== undefined && held.patient === undefined) return heldCandidate(content, sha256, held);
  const head = await content.read(0, 1024);
  if (fileKindOf(head)?.document === 'application/pdf')
    return documentCandidate(content, sha256, { title: titleOf(name), date: await pdfDate(content) });
  const file = await readFrom(content, { sha256, help });
  const patients = patientsOf(file.entries);
  const whose = whichPatient(patients, patient, `import ${name}`);
  const { format, asOf, producer } = file.source;
  const documentId = documentIdOf(file.entries);
  const lost = file.findings.filter(({ severity }) => severity === 'lost').map(findingText);
  return {
    name,
    content,
    sha256,
    mediaType: file.mediaType,
    format,
    resources: file.entries.length,
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
  { title, date }: { title: string; date: string | undefined },
): Promise<Candidate> {
  const kind = fileKindOf(await content.read(0, 1024));
  return {
    name: content.name,
    content,
    sha256,
    mediaType: kind?.document ?? 'application/octet-stream',
    format: kind?.document === 'application/pdf' ? 'PDF document' : 'document',
    lost: [],
    document: { title, ...(date !== undefined && { date }) },
  };
}

function heldCandidate(content: ByteSource, sha256: string, held: HeldImport): Candidate {
  const { mediaType, format, producer, asOf, person, documentId, document } = held;
  return {
    name: content.name,
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
