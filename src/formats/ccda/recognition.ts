/** The namespace of CDA R2. */
export const cdaNamespace = 'urn:hl7-org:v3';

/** The first bytes as text, in the encoding they are most likely in; for recognition only. */
export function headOf(bytes: Uint8Array): string {
  const isWide = bytes[0] === 0xff || bytes[0] === 0xfe || bytes[0] === 0 || bytes[1] === 0;
  const text = Buffer.from(bytes).toString('latin1');
  return (
    isWide ? text.replaceAll('\0', '').slice(bytes[0] === 0xff || bytes[0] === 0xfe ? 2 : 0) : text
  ).replace(/^\u00EF\u00BB\u00BF/, '');
}

/** The name of the root element, without its prefix; undefined for what is not XML. */
export function rootNameOf(head: string): string | undefined {
  const start = head.replace(
    /^(\s+|<\?[\s\S]*?\?>|<!--[\s\S]*?-->|<!DOCTYPE[^<>[]*(\[[\s\S]*?\]\s*)?>)*/i,
    '',
  );
  return /^<(?:[\w.-]+:)?([\w.-]+)/.exec(start)?.[1];
}
