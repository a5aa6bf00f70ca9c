import { createHash } from 'node:crypto';
import { BlueButtonError } from '../../errors/index.ts';
import type { Entry, Finding, Reading } from '../../model/index.ts';
import type { ByteSource } from '../byte-source.ts';
import { fileKindOf } from '../file-kind.ts';
import type { DocumentIdentity, Format, ReadingHelp } from '../format.ts';
import { keptDocument } from '../kept-document.ts';
import { pdfDate } from '../pdf-date.ts';
import { SourceReading } from '../source-reading.ts';
import type { Member } from './member.ts';
import { UnpackingLimit, UnreadableMember } from './unpacking.ts';

/** What a document is by its first bytes; `format` is absent when no reader knows them. */
export type FormatOf = (document: ByteSource) => Promise<{ format?: Format; head: Uint8Array }>;

/** What is known of a member beside its bytes. */
export interface MemberNote {
  title?: string;
  /** FHIR dateTime. */
  creation?: string;
  /** Kind of document in words. */
  type?: string;
  /** Why it is not read, in a sentence without the full stop; for what others of the container say as well. */
  leftOut?: string;
  /** Who it came from, where several are in one container: each is a source of its own. */
  provider?: string;
  /** Address it had there, as `[base]/Type/id`. */
  url?: string;
  /** Number of the FHIR release it is in. */
  fhirVersion?: string;
  /** True for what only presents the records: a logo, instructions. */
  isPresentation?: boolean;
}

/** What the reader of a container is told: how far it may still unpack, and how deep it lies inside others. */
export type InsideHelp = ReadingHelp & { inside: NonNullable<ReadingHelp['inside']> };

/** The outermost container sets the limit for all that is inside it. */
export function insideHelp(help: ReadingHelp, { size }: ByteSource): InsideHelp {
  return { ...help, inside: help.inside ?? { limit: new UnpackingLimit(size), depth: 0 } };
}

/** A container opened. */
export interface OpenContainer {
  /** What a person calls it: `zip archive`. */
  name: string;
  /** In the order they are read. */
  members: readonly Member[];
  /** What is known of members, by path. */
  notes: ReadonlyMap<string, MemberNote>;
  /** Formats of members that are known by what lies beside them, by path. */
  formats?: ReadonlyMap<string, Format>;
}

/** Deeper nesting of containers than any download has. */
const mostDepth = 5;

/** The most bytes of documents (PDFs, pictures) that stand inside the record, for the whole container. */
const mostInline = 64 * 1024 * 1024;

/** Text that a browser needs to show the records, and that is no record. */
const presentation =
  /\.(xsl|xslt|css|js|xsd|dtd|html?|ico|woff2?|svg)$|(^|\/)(readme|index|autorun)\b[^/]*$/i;

/** Kinds of text that a person reads as a document, by the ending of the name: text has no first bytes to tell. */
const textKinds: Readonly<Record<string, string>> = {
  txt: 'text/plain',
  md: 'text/markdown',
  csv: 'text/csv',
  tsv: 'text/tab-separated-values',
  gpx: 'application/gpx+xml',
};

/** Reads everything in a container: records by their formats, other documents as DocumentReferences. */
export class Contents {
  readonly #container: OpenContainer;
  readonly #document: ByteSource;
  readonly #identity: DocumentIdentity;
  readonly #formatOf: FormatOf;
  readonly #help: InsideHelp;
  /** Path by SHA-256 of what was read. */
  readonly #read = new Map<string, string>();
  readonly #formats = new Set<string>();
  readonly #providers = new Map<string, SourceReading>();
  readonly #presenting: string[] = [];
  readonly #unknown: string[] = [];
  readonly #findings: Finding[] = [];
  #inline = mostInline;
  #entries = 0;

  constructor(
    container: OpenContainer,
    document: ByteSource,
    identity: DocumentIdentity,
    formatOf: FormatOf,
    help: InsideHelp,
  ) {
    this.#container = container;
    this.#document = document;
    this.#identity = identity;
    this.#formatOf = formatOf;
    this.#help = help;
  }

  /** @throws BlueButtonError `not-a-health-record` when nothing at all could be read. */
  async *read(): AsyncGenerator<Reading> {
    for (const member of this.#container.members) {
      yield* this.#member(member);
      member.bytes.release?.();
    }
    if (this.#entries === 0) throw this.#nothingRead();
    for (const provider of this.#providers.values()) yield { source: provider.source };
    this.#tellLeftOut();
    for (const finding of this.#findings) yield { finding };
    const { name } = this.#container;
    yield { format: this.#formats.size === 0 ? name : `${name} of ${[...this.#formats].join(', ')}` };
  }

  async *#member(member: Member): AsyncGenerator<Reading> {
    const note = this.#container.notes.get(member.path) ?? {};
    if (note.leftOut !== undefined) {
      this.#find('note', 'not-read-twice', note.leftOut, member);
      return;
    }
    try {
      const { head, format = this.#container.formats?.get(member.path) } = await this.#formatOf(member.bytes);
      if (format === undefined) yield* this.#other(member, head, note);
      else yield* this.#record(member, format, note);
    } catch (thrown) {
      if (thrown instanceof UnreadableMember) this.#find('lost', thrown.code, thrown.message, member);
      else if (thrown instanceof BlueButtonError) this.#find('lost', 'bad-member', wordsOf(thrown), member);
      else throw thrown;
    }
  }

  async *#record(member: Member, format: Format, note: MemberNote): AsyncGenerator<Reading> {
    const sha256 = await hashOf(member.bytes);
    const twin = this.#read.get(sha256);
    if (twin !== undefined) {
      this.#find('note', 'same-file', `the same file as ${twin}`, member);
      return;
    }
    const inside = { ...this.#help.inside, depth: this.#help.inside.depth + 1 };
    if (format.isContainer === true && inside.depth > mostDepth) {
      this.#find('lost', 'bad-member', 'it is packed too deep inside other archives', member);
      return;
    }
    this.#read.set(sha256, member.path);
    const { source, path } = this.#identity;
    const isPart = format.isPartOfWhole === true;
    const way = this.#way(member);
    const provider = isPart && note.provider !== undefined ? this.#provider(note.provider) : undefined;
    const identity: DocumentIdentity = {
      source: provider?.source.id ?? (isPart ? source : sha256),
      sha256,
      ...(path !== undefined && { path }),
      member: way,
    };
    const own = new SourceReading({
      id: sha256,
      kind: 'file',
      name: member.bytes.name,
      format: format.name,
      bytes: member.bytes.size,
      within: source,
    });
    const { fhirVersion } = note;
    const help = { ...this.#help, inside, ...(fhirVersion !== undefined && { fhirVersion }) };
    const readings = format.read(member.bytes, identity, help);
    try {
      for await (const reading of readings) {
        own.take(reading);
        if ('entry' in reading) {
          const entry = withAddress(reading.entry, note.url);
          yield this.#taken(entry, isPart ? own.source.asOf : undefined);
        } else if ('finding' in reading) yield { finding: { member: way, ...reading.finding } };
        else if ('source' in reading) yield reading;
      }
    } catch (thrown) {
      // A page without a record in it presents the others.
      const isPage = format.mediaType === 'text/html' && thrown instanceof BlueButtonError;
      if (!isPage) throw thrown;
      this.#presenting.push(member.path);
      return;
    }
    if (provider !== undefined) provider.take({ format: own.source.format });
    else if (isPart) this.#formats.add(own.source.format);
    else yield { source: own.source };
  }

  /** The source that everything of one provider belongs to: two providers may give one id to different things. */
  #provider(name: string): SourceReading {
    const known = this.#providers.get(name);
    if (known !== undefined) return known;
    const { source } = this.#identity;
    const made = new SourceReading({
      id: `${source}#${this.#providers.size + 1}`,
      kind: 'file',
      name: `${this.#document.name} › ${name}`,
      format: 'FHIR JSON',
      producer: name,
      within: source,
    });
    this.#providers.set(name, made);
    return made;
  }

  #taken(entry: Entry, asOf: string | undefined): Reading {
    this.#entries += 1;
    return { entry: asOf === undefined ? entry : { ...entry, asOf } };
  }

  /** A member that no format knows. */
  async *#other(member: Member, head: Uint8Array, note: MemberNote): AsyncGenerator<Reading> {
    const { path, bytes } = member;
    const ending = /\.([a-z0-9]+)$/i.exec(path)?.[1]?.toLowerCase() ?? '';
    const contentType = fileKindOf(head)?.document ?? textKinds[ending];
    if (bytes.size === 0 || note.isPresentation === true || presentation.test(path)) {
      this.#presenting.push(path);
      return;
    }
    if (contentType === undefined) {
      this.#unknown.push(path);
      return;
    }
    const { title = nameIn(path), type } = note;
    const creation = note.creation ?? (contentType === 'application/pdf' ? await pdfDate(bytes) : undefined);
    const isInline = bytes.size <= this.#inline;
    if (isInline) this.#inline -= bytes.size;
    else
      this.#find(
        'note',
        'not-inline',
        'too large to stand inside the record: it is only named there',
        member,
      );
    const identity = { ...this.#identity, sha256: await hashOf(bytes), member: this.#way(member) };
    const document = {
      bytes,
      contentType,
      title,
      isInline,
      ...(creation !== undefined && { creation }),
      ...(type !== undefined && { type }),
    };
    yield this.#taken(await keptDocument(document, identity), undefined);
  }

  #tellLeftOut(): void {
    const told = (
      paths: readonly string[],
      severity: Finding['severity'],
      code: string,
      words: string,
    ): void => {
      if (paths.length === 0) return;
      const named = paths.slice(0, 5).join(', ');
      const more = paths.length > 5 ? ` and ${paths.length - 5} more` : '';
      this.#find(
        severity,
        code,
        `${paths.length} ${paths.length === 1 ? 'file' : 'files'} ${words}: ${named}${more}`,
      );
    };
    told(this.#presenting, 'note', 'presentation', 'that only present the records were left out');
    told(this.#unknown, 'warning', 'unknown-file', 'of kinds this tool does not know were left out');
  }

  #find(severity: Finding['severity'], code: string, message: string, member?: Member): void {
    const { source } = this.#identity;
    const where = member === undefined ? {} : { member: this.#way(member) };
    this.#findings.push({ severity, code, message, source, ...where });
  }

  /** The way to a member from the outermost container. */
  #way({ path }: Member): string {
    return this.#identity.member === undefined ? path : `${this.#identity.member} › ${path}`;
  }

  #nothingRead(): BlueButtonError {
    const lost = this.#findings.filter(({ severity }) => severity === 'lost');
    const [first] = lost;
    const names = [...this.#unknown, ...this.#presenting].slice(0, 5).join(', ');
    const why =
      first === undefined
        ? names === ''
          ? 'It holds no files.'
          : `It holds other files: ${names}.`
        : `${first.member ?? 'It'}: ${first.message}${lost.length > 1 ? `, and ${lost.length - 1} more` : ''}.`;
    return new BlueButtonError(
      'not-a-health-record',
      `${this.#document.name} holds no health record that can be read.`,
      { why, try: 'download it again from where it came, or see bluebutton show --help' },
    );
  }
}

async function hashOf(bytes: ByteSource): Promise<string> {
  const hash = createHash('sha256');
  for await (const piece of bytes.stream()) hash.update(piece);
  return hash.digest('hex');
}

/** A resource that does not say where it lay, with the address that something beside it states. */
function withAddress(entry: Entry, url: string | undefined): Entry {
  const { resource, fullUrl, container } = entry;
  const [, base, id] = /^(https?:\/\/.*\/)[A-Za-z]+\/([^/]+)$/.exec(url ?? '') ?? [];
  if (fullUrl !== undefined || container !== undefined || base === undefined || resource['id'] !== id)
    return entry;
  return { ...entry, fullUrl: `${base}${resource.resourceType}/${id}` };
}

function nameIn(path: string): string {
  return path.replace(/^.*\//, '').replace(/\.[a-z0-9]{1,5}$/i, '');
}

/** A refusal as a finding's sentence: the name of the file goes with the finding. */
function wordsOf({ message, why }: BlueButtonError): string {
  return `${message.replace(/\.$/, '')}: ${why.charAt(0).toLowerCase()}${why.slice(1).replace(/\.$/, '')}`;
}
