import type { Client } from './clients.ts';
import type { ProfileName } from './profiles.ts';
import type { FhirWord } from './releases.ts';

/** A text of FHIR JSON: a resource, a Bundle of any type, an array of these, or NDJSON. */
export interface DataText {
  /** What to call the text in messages: a file name. */
  name: string;
  text: string;
}

export interface SandboxOptions {
  data: DataText[];
  /**
   * Called before each answer: the data anew where it has changed, else undefined. What is new or different then counts
   * as updated at that time. Data that cannot be taken in is passed over.
   */
  reload?: () => Promise<DataText[] | undefined>;
  /** The port on 127.0.0.1; absent or 0 takes any free one. */
  port?: number;
  /** Resource types answered 403 on search and on read; `Type/id` refuses one resource by id alone. */
  refuse?: string[];
  /** Whose manners the portal shows; `open` by default. */
  profile?: ProfileName;
  /** The release of FHIR it speaks, which the data has to be in; `r4` by default. */
  fhir?: FhirWord;
  /** Faults to switch on, as `FaultSwitches` reads them. */
  faults?: string[];
  /** Matches a page when `_count` is absent; by default as the profile has it. */
  pageSize?: number;
  /** Called once for each request, just before its answer is sent: who holds an answer finds its entry. Must not throw. */
  log?: (entry: LogEntry) => void;
  /** Apps that are registered, beside `secret-client` with the secret `practice-secret`. */
  clients?: Client[];
  /** Life of an access token in seconds; 3600 by default, 570 at Oracle Health. */
  accessTokenSeconds?: number;
  now?: () => Date;
}

/** Fields of a query or a form, decoded; a list where a name occurs more than once. */
export type Fields = Record<string, string | string[]>;

/** What a FHIR answer held: the type of the resource sent and, for a Bundle, how many entries it has. */
export interface Served {
  resourceType: string;
  entries?: number;
}

/** One request and its answer. Form fields are whole, codes and tokens too: they open nothing but this portal. */
export interface LogEntry {
  /** When the request was answered, ISO 8601. */
  instant: string;
  method: string;
  /** The path as sent, without the query. */
  path: string;
  query: Fields;
  /** Only of posts that carry a form. */
  form?: Fields;
  status: number;
  served?: Served;
  /** Only of requests to the second origin, where attachments lie: whether an Authorization header came. */
  elsewhere?: { authorization: boolean };
}
