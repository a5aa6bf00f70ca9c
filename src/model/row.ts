import type { Assertion } from './assertion.ts';
import type { Code } from './coding.ts';
import type { Status } from './currency.ts';
import type { Origin } from './source.ts';

/** One part of a measurement that has several (blood pressure), with digits as sent. */
export interface Component {
  name: string | null;
  codes: Code[];
  value?: string;
  unit?: string;
  flag?: string;
  range?: string;
  /** Why there is no value, in a word. */
  absent?: string;
}

/** A document a row carries or points to. */
export interface Attachment {
  contentType?: string;
  title?: string;
  /** The address as recorded. */
  url?: string;
  /** Size in bytes as recorded. */
  size?: string;
  /** Text of an attachment that is plain text and lies inside the record. */
  text?: string;
}

/** What a section's own field can hold. */
export type FieldValue = string | string[] | Component[] | Attachment[];

/** The kinds of field, each with the type it has in a row. */
export interface FieldTypes {
  text: string;
  texts: string[];
  components: Component[];
  attachments: Attachment[];
}

/** One field of a section: the table from which row types, CSV columns, the JSON Schema and the documentation come. */
export interface Field {
  kind: keyof FieldTypes;
  /** Heading for people. */
  title: string;
  /** What the field holds, one sentence, for the schema. */
  description: string;
}

export type Fields = Readonly<Record<string, Field>>;

/** The values a section's fields have in a row: each present or absent, never defaulted. */
export type FieldValues<F extends Fields> = { [K in keyof F]?: FieldTypes[F[K]['kind']] | undefined };

/** What every row has, whatever its section. */
export interface CommonRow {
  /** `Type/id` as recorded, unique in the record; `Type/id~2` for a second one of the same identity. */
  id: string;
  resourceType: string;
  /** In the source's words; null when the source names nothing. */
  name: string | null;
  codes: Code[];
  assertion: Assertion;
  status: Status;
  statusAsRecorded: string | null;
  /** The date of its source, as of which `status` is current or past; absent when it is neither, or the source undated. */
  asOf?: string | undefined;
  /** When it happened or was observed. FHIR date, dateTime or instant exactly as recorded, like all dates here. */
  date?: string | undefined;
  start?: string | undefined;
  end?: string | undefined;
  /** When it was written down. */
  recorded?: string | undefined;
  /** `patient` for what the person reported about themselves and nobody recorded (security label PATRPT). */
  informant?: 'patient' | undefined;
  /** Whose it is, in an input of several patients. */
  patient?: string | undefined;
  /** Why the row must be read with care, e.g. an unknown modifier extension. */
  cautions?: string[] | undefined;
  /** The words of a clinical document for it, as its narrative has them. */
  asWritten?: string | undefined;
  /** What the source says beyond all other fields, each with its place in the statement. */
  details?: string[] | undefined;
  sources: Origin[];
}

export type Row = CommonRow & { [field: string]: FieldValue | CommonRow[keyof CommonRow] | undefined };

/** What a section's `read` states of one resource; the record builder adds identity and sources. */
export type Statement<F extends Fields> = Omit<
  CommonRow,
  | 'id'
  | 'resourceType'
  | 'asOf'
  | 'sources'
  | 'informant'
  | 'patient'
  | 'asWritten'
  | 'details'
  | 'date'
  | 'start'
  | 'end'
  | 'recorded'
  | 'name'
  | 'statusAsRecorded'
> & {
  name: string | undefined;
  statusAsRecorded: string | undefined;
  date?: string | undefined;
  start?: string | undefined;
  end?: string | undefined;
  recorded?: string | undefined;
} & FieldValues<F>;
