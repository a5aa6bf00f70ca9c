/** The first bytes as text, in the encoding they are most likely in; for recognition only. */
export function headOf(bytes: Uint8Array): string {
  const isWide = bytes[0] === 0xff || bytes[0] === 0xfe || bytes[0] === 0 || bytes[1] === 0;
  const text = Buffer.from(bytes).toString('latin1');
  return (
    isWide ? text.replaceAll('\0', '').slice(bytes[0] === 0xff || bytes[0] === 0xfe ? 2 : 0) : text
  ).replace(/^\u00EF\u00BB\u00BF/, '');
}

/** What stands before the root element: white space, processing instructions, comments, a document type. */
const prolog = /^(\s+|<\?[\s\S]*?\?>|<!--[\s\S]*?-->|<!DOCTYPE[^<>[]*(\[[\s\S]*?\]\s*)?>)*/i;

/** The text from its root element on. */
export function afterProlog(head: string): string {
  return head.replace(prolog, '');
}

/** The name of the root element, without its prefix; undefined for what is not XML. */
export function rootNameOf(head: string): string | undefined {
  return /^<(?:[\w.-]+:)?([\w.-]+)/.exec(afterProlog(head))?.[1];
}

/** The start tag of the root element; undefined for what is not XML or does not end its tag. */
function rootTagOf(head: string): string | undefined {
  return /^<[\w:.-]+(\s+[\w:.-]+\s*=\s*("[^"]*"|'[^']*'))*\s*\/?>/.exec(afterProlog(head))?.[0];
}

/** The namespace that the root element is in by its own prefix; undefined where its start tag declares none. */
export function rootNamespaceOf(head: string): string | undefined {
  const tag = rootTagOf(head) ?? '';
  const prefix = /^<([\w.-]+):/.exec(tag)?.[1];
  const declared = [...tag.matchAll(/\sxmlns(?::([\w.-]+))?\s*=\s*(?:"([^"]*)"|'([^']*)')/g)];
  const own = declared.find(([, name]) => name === prefix);
  return own?.[2] ?? own?.[3];
}
