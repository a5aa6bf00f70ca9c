import { SaxesParser } from 'saxes';
import { XmlElement } from './element.ts';

/** Deeper nesting than any health record has; refused so that no reader of the tree can exhaust the stack. */
export const maxXmlDepth = 200;

/**
 * Namespaces a format knows, each with the prefix its names get; the empty prefix is the format's own. Names of no namespace
 * are the format's own, and so are those of whatever namespace or prefix the root element has: some programs write
 * `xmlns=""` or misspell the namespace.
 */
export type XmlNamespaces = Readonly<Record<string, string>>;

/** A document that is not well-formed XML, or that this tool refuses. Its words never quote the document. */
export class XmlSyntaxError extends Error {
  override readonly name = 'XmlSyntaxError';
  /** From 1. */
  readonly line: number;
  /** From 1. */
  readonly column: number;

  constructor(reason: string, line: number, column: number) {
    super(reason);
    this.line = line;
    this.column = column;
  }
}

/** A parsed document. */
export interface XmlDocument {
  root: XmlElement;
  /** Prefixes that are used and never declared, in the order met; their names keep them. */
  undeclared: string[];
  /** Namespace of the root element; undefined when it has none. */
  namespace: string | undefined;
  /** True when some elements are in no namespace and others are. */
  mixed: boolean;
}

/**
 * Parses XML 1.0 into a tree, strictly, by saxes. Prefixes are resolved here: saxes would take time quadratic in the
 * depth for it. A document type declaration is refused: entities could expand without end or read other files.
 *
 * @throws XmlSyntaxError when the text is not well-formed, is cut short, declares a document type, or nests too deep.
 */
export function parseXml(text: string, namespaces: XmlNamespaces): XmlDocument {
  const parser = new SaxesParser({ xmlns: false });
  const undeclared = new Set<string>();
  const scopes: Scope[] = [new Map([['xml', 'http://www.w3.org/XML/1998/namespace']])];
  let root: XmlElement | undefined;
  let open: XmlElement | undefined;
  let namespace: string | undefined;
  let rootPrefix: string | undefined;
  let mixed = false;
  let depth = 0;
  let line = 1;

  const refuse = (reason: string): never => {
    throw new XmlSyntaxError(reason, parser.line, Math.max(parser.column, 1));
  };
  parser.on('error', ({ message }) => {
    const bare = /unclosed|unexpected end/.test(message) ? bareAmpersand(text) : undefined;
    if (bare)
      throw new XmlSyntaxError(
        'it is not well-formed XML (an & that begins no character reference)',
        ...bare,
      );
    refuse(reasonOf(message));
  });
  parser.on('doctype', () => refuse('it declares a document type (DOCTYPE), which no health record needs'));
  parser.on('opentagstart', () => {
    // The parser has read one character beyond the name.
    line = text.charAt(parser.position - 1) === '\n' ? parser.line - 1 : parser.line;
  });
  parser.on('opentag', (tag) => {
    depth += 1;
    if (depth > maxXmlDepth) refuse(`it nests deeper than ${maxXmlDepth} levels`);
    const scope = scopeWith(tag.attributes, scopes.at(-1) ?? new Map());
    scopes.push(scope);
    const canonical = (name: string, isAttribute: boolean): string => {
      const [prefix, local] = splitName(name);
      if (prefix === '' && isAttribute) return local;
      const uri = scope.get(prefix);
      if (uri === undefined && prefix !== '') undeclared.add(prefix);
      const isOwn =
        uri === undefined || uri === '' ? prefix === '' || prefix === rootPrefix : uri === namespace;
      const known = isOwn ? '' : uri === undefined ? prefix : (namespaces[uri] ?? `{${uri}}`);
      return known === '' || known.startsWith('{') ? `${known}${local}` : `${known}:${local}`;
    };
    if (open === undefined) {
      [rootPrefix] = splitName(tag.name);
      namespace = scope.get(rootPrefix) || undefined;
    } else if (namespace !== undefined && splitName(tag.name)[0] === '' && (scope.get('') ?? '') === '')
      mixed = true;
    const attributes = Object.entries(tag.attributes)
      .filter(([name]) => name !== 'xmlns' && !name.startsWith('xmlns:'))
      .map(([name, value]) => [canonical(name, true), value] as const);
    const element = new XmlElement(
      canonical(tag.name, false),
      attributes.length === 0 ? noAttributes : new Map(attributes),
      open,
      line,
    );
    root ??= element;
    open = element;
  });
  parser.on('closetag', () => {
    depth -= 1;
    scopes.pop();
    open = open?.parent;
  });
  parser.on('text', (value) => open?.children.push(value));
  parser.on('cdata', (value) => open?.children.push(value));
  parser.write(text).close();
  if (root === undefined) return refuse('it holds no element');
  return { root, undeclared: [...undeclared], namespace, mixed };
}

/** Most elements have none. */
const noAttributes: ReadonlyMap<string, string> = new Map();

/** Namespace by prefix; the empty prefix is the default namespace. */
type Scope = ReadonlyMap<string, string>;

function scopeWith(attributes: Readonly<Record<string, string>>, outer: Scope): Scope {
  const declared = Object.entries(attributes).filter(
    ([name]) => name === 'xmlns' || name.startsWith('xmlns:'),
  );
  if (declared.length === 0) return outer;
  return new Map([...outer, ...declared.map(([name, uri]) => [name.slice(6), uri] as const)]);
}

function splitName(name: string): [string, string] {
  const colon = name.indexOf(':');
  return colon === -1 ? ['', name] : [name.slice(0, colon), name.slice(colon + 1)];
}

/** The text with every `&` between two marks as a space; what is not closed stays. */
function withoutAmpersandsIn(text: string, from: string, to: string): string {
  const parts: string[] = [];
  let at = 0;
  for (;;) {
    const start = text.indexOf(from, at);
    const end = start === -1 ? -1 : text.indexOf(to, start);
    if (end === -1) return `${parts.join('')}${text.slice(at)}`;
    parts.push(text.slice(at, start), text.slice(start, end).replaceAll('&', ' '));
    at = end;
  }
}

/** Line and column of the first `&` that stands for itself: saxes reads on to the end for its semicolon. */
function bareAmpersand(text: string): [number, number] | undefined {
  const plain = withoutAmpersandsIn(withoutAmpersandsIn(text, '<![CDATA[', ']]>'), '<!--', '-->');
  const at = plain.search(/&(?!(#\d+|#x[0-9a-f]+|[a-z]\w*);)/i);
  if (at === -1) return undefined;
  const before = text.slice(0, at).split('\n');
  return [before.length, (before.at(-1) ?? '').length + 1];
}

/** saxes says `line:column: reason`, and names tags after a colon: those could be text of a record. */
function reasonOf(message: string): string {
  const reason = message.replace(/^\d+:\d+: /, '').replace(/[:.].*$/, '');
  return reason === 'unclosed tag' || reason === 'unexpected end'
    ? 'it ends before it is complete'
    : `it is not well-formed XML (${reason})`;
}
