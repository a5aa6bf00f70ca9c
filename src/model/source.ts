/** Where entries came from: a file as given or imported, or a person's account at a portal. */
export interface Source {
  /**
   * For a file, also one in a container, the SHA-256 of its bytes (of several files read as one, a hash of them, or the
   * container's with `#` and a number); for a portal, its name in the archive. Rows refer to it.
   */
  id: string;
  kind: 'file' | 'portal';
  /** What a person calls it: the file's name or the portal's. */
  name: string;
  /** What it was read as, e.g. `FHIR R4 JSON`, `C-CDA R2.1 Discharge Summary`. */
  format: string;
  /** Who produced the document, as it says itself. */
  producer?: string;
  /** Size of a file in bytes. */
  bytes?: number;
  /** `id` of the container (a zip archive and the like) it is in. */
  within?: string;
  /** FHIR base URL of a portal. */
  baseUrl?: string;
  /** The day or instant the source speaks of, as it states it: a FHIR date, dateTime or instant. */
  asOf?: string;
}

/** The place a resource was read from, down to bytes: the document's hash and the way to the resource inside it. */
export interface Origin {
  /** `id` of the `Source`. */
  source: string;
  /** SHA-256 of the source document: of a file its bytes, of a pulled resource its NDJSON line without the line end. */
  sha256: string;
  /** Line of an NDJSON, XML or text file, from 1; of a range its first. */
  line?: number;
  /** Last line of a range of a text file. */
  endLine?: number;
  /**
   * The way to it inside the document: of JSON an RFC 6901 pointer (inside the line, for NDJSON), empty for the document
   * itself; of XML an XPath whose names without a prefix are in the document's own namespace; of a text an RFC 5147 range
   * of lines (`line=11,34` is lines 12 to 34).
   */
  pointer: string;
  /** The ways to other places of the document that it states too: the concern around it, its status, its comments. */
  also?: string[];
  /** Where the document lies in the archive, relative to it; of a document in a container, where the container lies. */
  path?: string;
  /** The way to the document in its container (a zip archive and the like); ` › ` stands between one inside another. */
  member?: string;
}
