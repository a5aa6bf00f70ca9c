import { fileKindOf, unreadKindOf } from '../file-kind.ts';

/** What a member that no format knows is good for. */
export type MemberUse =
  | { use: 'document'; contentType: string }
  /** It only helps a browser or a person to open the records. */
  | { use: 'presentation' }
  | { use: 'unknown'; says: string };

/** Texts that tell how to open what is beside them; only these names, for a text of any other may hold facts. */
const instructions = /(^|\/)(readme( - open for instructions)?|index|autorun)\.(txt|html?|inf|md)$/i;
const stylesheet = /\.(xsl|xslt|css|js|map|xsd|dtd|ico|woff2?|ttf|svg)$/i;
const pictureOfPage = /(^|\/)(html|css|style[^/]*)\/[^/]+\.(png|gif|jpe?g|bmp|webp)$/i;

/** Kinds of text that a person reads as a document, by the ending of the name: text has no first bytes to tell. */
const textKinds: Readonly<Record<string, string>> = {
  txt: 'text/plain',
  md: 'text/markdown',
  csv: 'text/csv',
  tsv: 'text/tab-separated-values',
  gpx: 'application/gpx+xml',
  htm: 'text/html',
  html: 'text/html',
};

/** What is to be done with a member that no format knows, by its first bytes and its name. */
export function memberUse(path: string, head: Uint8Array): MemberUse {
  const kind = fileKindOf(head);
  const isShown = instructions.test(path) || stylesheet.test(path) || pictureOfPage.test(path);
  if (isShown && kind?.document !== 'application/pdf') return { use: 'presentation' };
  const ending = /\.([a-z0-9]+)$/i.exec(path)?.[1]?.toLowerCase() ?? '';
  const contentType = kind?.document ?? (isText(head) ? textKinds[ending] : undefined);
  if (contentType !== undefined) return { use: 'document', contentType };
  return { use: 'unknown', says: unreadKindOf(head) };
}

/** Text has no zero bytes. */
function isText(head: Uint8Array): boolean {
  return !head.includes(0);
}
