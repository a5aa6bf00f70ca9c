import type { Reading } from '../model/index.ts';
import type { ByteSource } from './byte-source.ts';
import type { UnpackingLimit } from './container/unpacking.ts';

/** What a format reader is told about the document: how its entries name their source. */
export interface DocumentIdentity {
  /** `id` of the source the entries belong to. */
  source: string;
  /** SHA-256 of the document's bytes, hexadecimal. */
  sha256: string;
  /** Where it lies in the archive, relative to it. */
  path?: string;
  /** For a document inside a container (a zip archive and the like), the way to it there. */
  member?: string;
}

/** What a reader may ask while it reads. */
export interface ReadingHelp {
  /** The password of a protected container; undefined when there is none to be had. Asked again while it is wrong. */
  password?: (question: PasswordQuestion) => Promise<string | undefined>;
  /** Number of the FHIR release the document is in (`1.0.2`), where something beside it says so. */
  fhirVersion?: string;
  /** Set by the reader of a container for what is inside it. */
  inside?: Inside;
}

/** What the containers inside one another share. */
export interface Inside {
  /** How far they may still unpack, all together. */
  limit: UnpackingLimit;
  /** How many of them lie around this one. */
  depth: number;
  /** The way to each document read so far, by SHA-256. */
  met: Map<string, string>;
}

export interface PasswordQuestion {
  /** What a person calls the container. */
  name: string;
  /** True when the answer before was not it. */
  again: boolean;
}

/** One kind of document. */
export interface Format {
  /** What a person calls it, e.g. `FHIR R4 JSON`. */
  name: string;
  /** IANA media type. */
  mediaType: string;
  /** True for what holds other documents. */
  isContainer?: boolean;
  /** True for a format whose files are parts of a whole: references lead from one file of a download to the next. */
  isPartOfWhole?: boolean;
  /** True when the first bytes are this format's; `whole` when they are all there are. Never throws. */
  recognizes: (head: Uint8Array, whole: boolean) => boolean;
  /**
   * Everything the document holds, in document order; of a container everything that its members hold.
   *
   * @throws BlueButtonError `not-a-health-record` when the document as a whole cannot be trusted.
   */
  read: (document: ByteSource, identity: DocumentIdentity, help?: ReadingHelp) => AsyncIterable<Reading>;
}
