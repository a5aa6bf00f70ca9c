import { TextDecoder } from 'node:util';
import { SaxesParser } from 'saxes';
import type { ByteSource } from '../byte-source.ts';
import { markedEncoding } from '../text-encoding.ts';
import { maxXmlDepth } from '../xml/parse.ts';

/** An element of an export, with everything inside it. */
export interface AppleElement {
  name: string;
  attributes: Readonly<Record<string, string>>;
  children: AppleElement[];
  /** Line of the start tag, from 1. */
  line: number;
  /** Which of the root's children of its name it is, from 1; 0 for what is inside another. */
  position: number;
}

/** How a stream of elements ended, and what was odd on the way. */
export interface StreamEnd {
  /** False when the root element never came: the document is no export. */
  isExport: boolean;
  /** Where it stopped being XML, and why; undefined for a document that is whole. */
  broken?: { line: number; reason: string };
  /** Line of the first character that XML does not allow or that is not in the encoding. */
  badCharacter?: number;
}

/** Bytes that are decoded at once: a document may come in one piece of any size. */
const pieceLength = 64 * 1024;

/** What stops the reading from inside saxes. */
class Stop extends Error {}

/**
 * Reads an export as a stream and hands on each child of the root element once it is whole; only that one is in memory. The
 * document type is passed over unread, with whatever errors it has (iOS 16 wrote some), and entities that it declares are
 * not expanded. What is not XML any more ends the reading: everything before it has been handed on.
 */
export async function readElements(
  document: ByteSource,
  onElement: (element: AppleElement) => void,
): Promise<StreamEnd> {
  const parser = new SaxesParser({ xmlns: false });
  const open: AppleElement[] = [];
  const end: StreamEnd = { isExport: false };
  let line = 1;
  const positions = new Map<string, number>();
  parser.on('error', ({ message }) => {
    if (!end.isExport) return;
    const reason = message.replace(/^\d+:\d+: /, '').replace(/[:.].*$/, '');
    if (reason === 'disallowed character') end.badCharacter ??= parser.line;
    else
      throw new Stop(/^un(closed tag|expected end)/.test(reason) ? 'it ends before it is complete' : reason);
  });
  parser.on('opentagstart', () => {
    // The parser has read one character beyond the name.
    line = parser.column === 0 ? parser.line - 1 : parser.line;
  });
  parser.on('opentag', ({ name, attributes }) => {
    if (open.length >= maxXmlDepth) throw new Stop(`it nests deeper than ${maxXmlDepth} levels`);
    const parent = open.at(-1);
    if (parent === undefined) end.isExport = name === 'HealthData';
    if (!end.isExport) throw new Stop('another root element');
    const isTop = open.length === 1;
    const position = isTop ? (positions.get(name) ?? 0) + 1 : 0;
    if (isTop) positions.set(name, position);
    const element: AppleElement = { name, attributes, children: [], line, position };
    // The root gathers nothing: its children are handed on.
    if (open.length > 1) parent?.children.push(element);
    open.push(element);
  });
  parser.on('closetag', () => {
    const element = open.pop();
    if (element !== undefined && open.length === 1) onElement(element);
  });

  let decoder: TextDecoder | undefined;
  const write = (text: string): void => {
    if (text.includes('\uFFFD')) end.badCharacter ??= parser.line;
    parser.write(text);
  };
  try {
    for await (const piece of document.stream()) {
      decoder ??= new TextDecoder(markedEncoding(piece));
      for (let at = 0; at < piece.length; at += pieceLength)
        write(decoder.decode(piece.subarray(at, at + pieceLength), { stream: true }));
    }
    write(decoder?.decode() ?? '');
    parser.close();
  } catch (thrown) {
    if (!(thrown instanceof Stop)) throw thrown;
    end.broken = { line: parser.line, reason: thrown.message };
  }
  return end;
}

/** The metadata of an element, by key. */
export function metadataOf({ children }: AppleElement): Map<string, string> {
  const entries = children.filter(({ name }) => name === 'MetadataEntry');
  return new Map(entries.map(({ attributes }) => [attributes['key'] ?? '', attributes['value'] ?? '']));
}

/** The way to a child of the root element, as an XPath. */
export function xpathOf({ name, position }: Pick<AppleElement, 'name' | 'position'>): string {
  return `/HealthData/${name}[${position}]`;
}

/**
 * A text that is kept for long, as a copy: what saxes gives can be a view of all that was read with it (V8 copies only texts
 * shorter than 13 characters).
 */
export function detached(text: string): string {
  return text.length < 13 ? text : Buffer.from(text).toString();
}
