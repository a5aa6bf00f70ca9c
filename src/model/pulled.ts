/** A resource as a portal sent it. */
export interface PulledResource {
  kind: 'resource';
  /** `query` of the ledger row that asked for it. */
  query: string;
  resourceType: string;
  id: string;
  /** Its JSON on one line, digits as sent. */
  text: string;
}

/** An attachment's original bytes. */
export interface PulledDocument {
  kind: 'document';
  query: string;
  /** The resource that names the attachment and the JSON pointer to it there. */
  resource: { resourceType: string; id: string; pointer: string };
  /** The attachment's address as the resource states it. */
  url: string;
  contentType: string;
  /** `Attachment.title` or a fitting description, for the file name. */
  title?: string;
  /** FHIR date or dateTime of the document as stated, for the file name. */
  date?: string;
  bytes: Uint8Array;
}

/** What a portal made for this pull (`$docref`): resources that describe documents, and the bytes of these. */
export interface PulledGenerated {
  kind: 'generated';
  query: string;
  resources: PulledResource[];
  documents: PulledDocument[];
}

/** What a pull brings, piece by piece. */
export type Pulled = PulledResource | PulledDocument | PulledGenerated;
