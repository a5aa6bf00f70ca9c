import type { Reading } from '../model/index.ts';
import type { ByteSource } from './byte-source.ts';

/** What a format reader is told about the document: how its entries name their source. */
export interface DocumentIdentity {
  /** `id` of the source the entries belong to. */
  source: string;
  /** SHA-256 of the document's bytes, hexadecimal. */
  sha256: string;
  /** Where it lies in the archive, relative to it. */
  path?: string;
}

/** One kind of document. */
export interface Format {
  /** What a person calls it, e.g. `FHIR R4 JSON`. */
  name: string;
  /** IANA media type. */
  mediaType: string;
  /** True when the first bytes are this format's; `whole` when they are all there are. Never throws. */
  recognizes(head: Uint8Array, whole: boolean): boolean;
  /**
   * Everything the document holds, in document order.
   *
   * @throws BlueButtonError `not-a-health-record` when the document as a whole cannot be trusted.
   */
  read(document: ByteSource, identity: DocumentIdentity): AsyncIterable<Reading>;
}
