/**
 * The text of a C-CDA document without what a portal makes anew at each asking: ids (of the document, its set and its
 * entries), and in the header the times at which it was made. Two documents of equal text say the same. Undefined for
 * other bytes.
 *
 * The clinical times, in the body, stay.
 */
export function stableDocument(bytes: Uint8Array): string | undefined {
  const text = new TextDecoder().decode(bytes);
  const root = /<(?:[\w.-]+:)?ClinicalDocument[\s>]/.exec(text.slice(0, 4000));
  if (root === null) return undefined;
  const bare = text
    .slice(root.index)
    .replaceAll(/<!--[\s\S]*?-->|<\?[\s\S]*?\?>/g, '')
    .replaceAll(element('id|setId|versionNumber'), '');
  const body = /<(?:[\w.-]+:)?(?:structuredBody|nonXMLBody)[\s>]/.exec(bare)?.index ?? bare.length;
  const header = bare.slice(0, body).replaceAll(element('effectiveTime|time'), '');
  return (header + bare.slice(body)).replaceAll(/>\s+</g, '><').trim();
}

/** Elements of these names, empty or with all that is in them: none of them holds another of its name. */
function element(names: string): RegExp {
  const tag = `(?:[\\w.-]+:)?(?:${names})`;
  return new RegExp(`<(${tag})(?:\\s[^<>]*?)?(?:/>|>[\\s\\S]*?</\\1\\s*>)`, 'g');
}
