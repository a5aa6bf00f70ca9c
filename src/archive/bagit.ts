/** The text files of a bag (RFC 8493), written and read. */

/** RFC 8493 §2.1.1: exactly these two lines. */
export const bagDeclaration = 'BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n';

/** A label of `bag-info.txt` and its value. */
export type Tag = readonly [label: string, value: string];

/** RFC 8493 §2.2.2. White space inside a value becomes one blank, so a value never ends its line. */
export function writeTags(tags: readonly Tag[]): string {
  return tags.map(([label, value]) => `${label}: ${value.replace(/\s+/g, ' ').trim()}\n`).join('');
}

/** Reads `bag-info.txt`: lines that begin with white space continue the value before them. */
export function parseTags(text: string): Tag[] {
  const unfolded = text.replace(/\r\n?/g, '\n').replace(/\n[ \t]+/g, ' ');
  const tags: Tag[] = [];
  for (const line of unfolded.split('\n')) {
    const colon = line.indexOf(':');
    if (colon > 0) tags.push([line.slice(0, colon).trim(), line.slice(colon + 1).trim()]);
  }
  return tags;
}

/** One line of a manifest. */
export interface Checksum {
  sha256: string;
  /** Relative to the bag. */
  path: string;
}

/** RFC 8493 §2.1.3, in the form that `sha256sum -c` reads. */
export function writeManifest(checksums: readonly Checksum[]): string {
  return checksums
    .map(({ sha256, path }) => `${sha256}  ${path.replace(/[\n\r%]/g, encodeURIComponent)}\n`)
    .join('');
}

/** Reads a manifest; `badLines` are the numbers, from 1, of lines that are none. Paths are not judged here. */
export function parseManifest(text: string): { checksums: Checksum[]; badLines: number[] } {
  const checksums: Checksum[] = [];
  const badLines: number[] = [];
  for (const [index, line] of text.split(/\r\n|\r|\n/).entries()) {
    const match = /^([0-9A-Fa-f]{64})[ \t]+\*?(.+)$/.exec(line);
    const [sha256, path] = [match?.[1], match?.[2]];
    if (sha256 !== undefined && path !== undefined) {
      checksums.push({
        sha256: sha256.toLowerCase(),
        path: path.replace(/%(0A|0D|25)/gi, decodeURIComponent),
      });
    } else if (line !== '') badLines.push(index + 1);
  }
  return { checksums, badLines };
}
