import { BlueButtonError } from '../../errors/index.ts';
import type { Entry, Finding, Reading } from '../../model/index.ts';
import { bytesInMemory, hashOf, type ByteSource } from '../byte-source.ts';
import type { DocumentIdentity, Format, Inside, ReadingHelp } from '../format.ts';
import { keptDocument } from '../kept-document.ts';
import { pdfDate } from '../pdf-date.ts';
import { SourceReading } from '../source-reading.ts';
import { memberUse } from './member-kind.ts';
import type { Member } from './member.ts';
import { NothingRead, PageWithoutRecord } from './refusals.ts';
import { SharedSources, type Sharing } from './shared-source.ts';
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
  /** The member that tells the same: this one is left out where that one was read to its end. */
  repeats?: string;
  /** Who it came from, where several are in one container: each is a source of its own. */
  provider?: string;
  /** Address it had there, as `[base]/Type/id`. */
  url?: string;
  /** Number of the FHIR release it is in. */
  fhirVersion?: string;
  /** True for all that is one person's by the way it was made. */
  isOfOwner?: boolean;
}

/** What the reader of a container is told: how far it may still unpack, and how deep it lies inside others. */
export type InsideHelp = ReadingHelp & { inside: Inside };

/** The outermost container sets the limit for all that is inside it. */
export function insideHelp(help: ReadingHelp, { size }: ByteSource): InsideHelp {
  return { ...help, inside: help.inside ?? { limit: new UnpackingLimit(size), depth: 0, met: new Map() } };
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
  /** Ids of sources, by path, for members that stand for several: the hash of all of them. */
  ids?: ReadonlyMap<string, string>;
  /** How many clinical documents begin in it that could not be cut out. */
  missed?: number;
}

/** Deeper nesting of containers than any download has. */
const mostDepth = 5;

/** The most bytes of documents (PDFs, pictures) that stand inside the record, for the whole container. */
const mostInline = 64 * 1024 * 1024;

/** A member, and what it is by its first bytes. */
interface Recognized {
  member: Member;
  head: Uint8Array;
  format: Format | undefined;
  note: MemberNote;
}

/** Reads everything in a container: records by their formats, other documents as DocumentReferences. */
export class Contents {
  readonly #container: OpenContainer;
  readonly #document: ByteSource;
  readonly #identity: DocumentIdentity;
  readonly #formatOf: FormatOf;
  readonly #help: InsideHelp;
  readonly #formats = new Set<string>();
  readonly #presenting: string[] = [];
  readonly #findings: Finding[] = [];
  readonly #shared = new SharedSources();
  readonly #groups = new Map<string, SourceReading>();
  /** Paths of what was read to its end without a loss. */
  readonly #whole = new Set<string>();
  #inline = mostInline;
  #entries = 0;
  #twins = 0;

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

  /** @throws NothingRead when nothing at all could be read. */
  async *read(): AsyncGenerator<Reading> {
    const recognized = await this.#recognizeAll();
    await this.#noteShared(recognized);
    for (const each of recognized) {
      yield* this.#guarded(each, () => this.#member(each));
      each.member.bytes.release?.();
    }
    this.#tellLeftOut();
    if (this.#entries + this.#twins === 0) throw this.#nothingRead();
    for (const group of this.#groups.values()) yield { source: group.source };
    for (const finding of this.#findings) yield { finding };
    const { name } = this.#container;
    yield { format: this.#formats.size === 0 ? name : `${name} of ${named([...this.#formats], 3)}` };
  }

  /** What every member is; what tells the same as another comes after it. */
  async #recognizeAll(): Promise<Recognized[]> {
    const found: Recognized[] = [];
    for (const member of this.#container.members) {
      const note = this.#container.notes.get(member.path) ?? {};
      try {
        const { format, head } = await this.#formatOf(member.bytes);
        const known = format ?? this.#container.formats?.get(member.path);
        found.push({ member, head: head.subarray(0, 1024), format: known, note });
      } catch (thrown) {
        this.#tellUnreadable(thrown, member);
      }
      member.bytes.release?.();
    }
    const isLate = ({ note }: Recognized): number => (note.repeats === undefined ? 0 : 1);
    return found.toSorted((one, other) => isLate(one) - isLate(other));
  }

  /** Looks through the FHIR files for ids that mean two things. */
  async #noteShared(recognized: readonly Recognized[]): Promise<void> {
    const parts = recognized.filter(({ format }) => format?.isPartOfWhole === true);
    if (parts.length < 2) return;
    for (const { member, format, note } of parts) {
      const entries: Entry[] = [];
      try {
        const nobody = { source: '', sha256: '' };
        for await (const reading of format?.read(member.bytes, nobody, this.#helpFor(note)) ?? [])
          if ('entry' in reading) entries.push(reading.entry);
      } catch (thrown) {
        // Told when it is read.
        if (!(thrown instanceof UnreadableMember || thrown instanceof BlueButtonError)) throw thrown;
      }
      this.#shared.note({ path: member.path, provider: note.provider }, entries);
      member.bytes.release?.();
    }
  }

  async *#guarded({ member }: Recognized, read: () => AsyncGenerator<Reading>): AsyncGenerator<Reading> {
    try {
      yield* read();
    } catch (thrown) {
      this.#tellUnreadable(thrown, member);
    }
  }

  #tellUnreadable(thrown: unknown, member: Member): void {
    if (thrown instanceof NothingRead && thrown.findings.length > 0) this.#takeOver(thrown.findings);
    else if (thrown instanceof UnreadableMember) this.#find('lost', thrown.code, thrown.message, member);
    else if (thrown instanceof BlueButtonError)
      this.#find('lost', 'bad-member', wordsOf(thrown, member), member);
    else throw thrown;
  }

  /** What a container inside found, told as this one's: it is no source of its own. */
  #takeOver(findings: readonly Finding[]): void {
    for (const finding of findings) this.#findings.push({ ...finding, source: this.#identity.source });
  }

  async *#member(recognized: Recognized): AsyncGenerator<Reading> {
    const { member, format, note } = recognized;
    if (note.repeats !== undefined && this.#whole.has(note.repeats)) {
      this.#find('note', 'not-read-twice', `it tells a second time what ${note.repeats} tells`, member);
      return;
    }
    if (format === undefined) {
      yield* this.#other(recognized);
      return;
    }
    try {
      yield* this.#record(member, format, note);
    } catch (thrown) {
      if (!(thrown instanceof PageWithoutRecord)) throw thrown;
      yield* this.#other(recognized);
    }
  }

  async *#record(member: Member, format: Format, note: MemberNote): AsyncGenerator<Reading> {
    const sha256 = await hashOf(member.bytes);
    const id = this.#container.ids?.get(member.path) ?? sha256;
    const isContainer = format.isContainer === true;
    if (isContainer && this.#help.inside.depth >= mostDepth)
      throw new UnreadableMember('bad-member', 'it is packed too deep inside other archives');
    const { source, path } = this.#identity;
    const sharing =
      format.isPartOfWhole === true
        ? this.#shared.of({ path: member.path, provider: note.provider })
        : undefined;
    const group = sharing && this.#group(sharing);
    const isPart = sharing !== undefined && sharing.kind !== 'file';
    const sourceId = group?.source.id ?? (isPart ? source : id);
    // A part is wanted by each whole that it belongs to.
    const met = isPart ? `${sourceId} ${sha256}` : id;
    if (this.#isTwin(met, member)) return;
    const way = this.#way(member);
    const identity: DocumentIdentity = {
      source: sourceId,
      sha256,
      ...(path !== undefined && { path }),
      member: way,
    };
    const { name, size } = member.bytes;
    const own = new SourceReading({
      id,
      kind: 'file',
      name,
      format: format.name,
      bytes: size,
      within: source,
    });
    // A container is read here and there, and what is packed can only be unpacked from its beginning.
    const bytes = isContainer ? bytesInMemory(name, await member.bytes.read(0, size)) : member.bytes;
    let isWhole = true;
    for await (const reading of format.read(bytes, identity, this.#helpFor(note))) {
      own.take(reading);
      if ('entry' in reading) {
        const entry = withAddress(reading.entry, note.url);
        yield this.#taken(entry, note, isPart ? own.source.asOf : undefined);
      } else if ('finding' in reading) {
        if (reading.finding.severity === 'lost') isWhole = false;
        yield { finding: { member: way, ...reading.finding } };
      } else if ('source' in reading) yield reading;
    }
    this.#help.inside.met.set(met, way);
    if (isWhole) this.#whole.add(member.path);
    if (own.source.format !== this.#container.name) this.#formats.add(own.source.format);
    group?.take({ format: own.source.format });
    if (!isPart) yield { source: own.source };
  }

  #helpFor({ fhirVersion }: MemberNote): InsideHelp {
    const inside = { ...this.#help.inside, depth: this.#help.inside.depth + 1 };
    return { ...this.#help, inside, ...(fhirVersion !== undefined && { fhirVersion }) };
  }

  /** True for the bytes of what was read before: told, and not read again. */
  #isTwin(key: string, member: Member): boolean {
    const twin = this.#help.inside.met.get(key);
    if (twin === undefined) return false;
    this.#twins += 1;
    this.#find('note', 'same-file', `the same file as ${twin}`, member);
    return true;
  }

  /** The source of a part of the container's FHIR files; undefined where that is the container's own. */
  #group(sharing: Sharing): SourceReading | undefined {
    if (sharing.kind === 'file' || sharing.kind === 'container') return undefined;
    const known = this.#groups.get(sharing.name);
    if (known !== undefined) return known;
    const { source } = this.#identity;
    const made = new SourceReading({
      id: `${source}#${this.#groups.size + 1}`,
      kind: 'file',
      name: `${this.#document.name} › ${sharing.name === '' ? 'the files outside folders' : sharing.name}`,
      format: 'FHIR JSON',
      ...(sharing.kind === 'provider' && { producer: sharing.name }),
      within: source,
    });
    this.#groups.set(sharing.name, made);
    return made;
  }

  /** Adds what the container knows; in place, for what is contained in the entry refers to it. */
  #taken(entry: Entry, note: MemberNote, asOf: string | undefined): Reading {
    this.#entries += 1;
    const account = note.isOfOwner === true && { account: this.#identity.source };
    return { entry: Object.assign(entry, account, asOf !== undefined && { asOf }) };
  }

  /** A member that is no record. */
  async *#other({ member, head, note }: Recognized): AsyncGenerator<Reading> {
    const { path, bytes } = member;
    const found = memberUse(path, head);
    if (found.use === 'presentation') this.#presenting.push(path);
    else if (bytes.size === 0) this.#find('lost', 'empty-file', 'it is empty', member);
    else if (found.use === 'unknown')
      this.#find('lost', 'unknown-file', found.says.replace(/\.$/, ''), member);
    if (found.use !== 'document' || bytes.size === 0) return;
    const sha256 = await hashOf(bytes);
    if (this.#isTwin(sha256, member)) return;
    this.#help.inside.met.set(sha256, this.#way(member));
    const { contentType } = found;
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
    const identity = { ...this.#identity, sha256, member: this.#way(member) };
    const document = {
      bytes,
      contentType,
      title,
      isInline,
      ...(creation !== undefined && { creation }),
      ...(type !== undefined && { type }),
    };
    yield this.#taken(await keptDocument(document, identity), note, undefined);
  }

  #tellLeftOut(): void {
    const { missed = 0 } = this.#container;
    if (missed > 0)
      this.#find(
        'lost',
        'document-cut',
        `${missed} ${missed === 1 ? 'clinical document begins' : 'clinical documents begin'} in it that could not be cut out of the page`,
      );
    const files = this.#presenting;
    if (files.length === 0) return;
    const words =
      files.length === 1 ? 'file only helps to open the records' : 'files only help to open the records';
    this.#find('note', 'presentation', `${files.length} ${words}: ${named(files, 20)}`);
  }

  #find(severity: Finding['severity'], code: string, message: string, member?: Member): void {
    const { source } = this.#identity;
    const way = member === undefined ? this.#identity.member : this.#way(member);
    this.#findings.push({ severity, code, message, source, ...(way !== undefined && { member: way }) });
  }

  /** The way to a member from the outermost container. */
  #way({ path }: Member): string {
    return this.#identity.member === undefined ? path : `${this.#identity.member} › ${path}`;
  }

  #nothingRead(): NothingRead {
    const lost = this.#findings.filter(({ severity }) => severity === 'lost');
    const told = lost.map(({ member, message }) => `${member ?? 'It'}: ${message}`);
    const why =
      told.length > 0
        ? `${named(told, 3)}.`
        : this.#presenting.length > 0
          ? `It holds other files: ${named(this.#presenting, 5)}.`
          : this.#container.members.length > 0
            ? 'Its files hold no record.'
            : 'It holds no files.';
    return new NothingRead(this.#document.name, why, lost);
  }
}

/** A resource that does not say where it lay gets the address that something beside it states, in place. */
function withAddress(entry: Entry, url: string | undefined): Entry {
  const { resource, fullUrl, container } = entry;
  const [, base, id] = /^(https?:\/\/.*\/)[A-Za-z]+\/([^/]+)$/.exec(url ?? '') ?? [];
  const isIt = base !== undefined && resource['id'] === id;
  if (fullUrl !== undefined || container !== undefined || !isIt) return entry;
  return Object.assign(entry, { fullUrl: `${base}${resource.resourceType}/${id}` });
}

function nameIn(path: string): string {
  return path.replace(/^.*\//, '').replace(/\.[a-z0-9]{1,5}$/i, '');
}

/** The first names of a list, and how many more there are. */
function named(names: readonly string[], most: number): string {
  const more = names.length > most ? ` and ${names.length - most} more` : '';
  return `${names.slice(0, most).join(', ')}${more}`;
}

/** A refusal as a finding's sentence: the name of the file goes with the finding. */
function wordsOf({ message, why }: BlueButtonError, { bytes }: Member): string {
  const said = message.replace(`${bytes.name}: `, '').replace(`${bytes.name} `, 'it ').replace(/\.$/, '');
  return `${said}: ${why.charAt(0).toLowerCase()}${why.slice(1).replace(/\.$/, '')}`;
}
