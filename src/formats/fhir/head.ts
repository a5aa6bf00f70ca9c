import { decodeJson, isObject, parseJson } from '../../json/index.ts';

/** The first bytes as text, for recognition only. */
export function headText(head: Uint8Array): string {
  try {
    return decodeJson(head);
  } catch {
    // A head may end inside a character; recognition needs no more than the ASCII around it.
    return Buffer.from(head)
      .toString('latin1')
      .replace(/^\u00EF\u00BB\u00BF/, '');
  }
}

/**
 * True for a text of JSON objects, one a line. Bad lines are tolerated, the first one too, as long as the good ones
 * are not fewer; where only one line is good, the others must at least begin as objects. An unfinished line that opens
 * a Bundle is the head of one that is laid out over several lines.
 */
export function looksLikeNdjson(head: string, whole: boolean): boolean {
  const lines = head.split(/\r\n|\n|\r/);
  const lastIsWhole = whole || lines.at(-1) === '';
  const known = (lastIsWhole ? lines : lines.slice(0, -1))
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const bad = known.filter((line) => !isObjectText(line));
  if (bad.some((line) => /"resourceType"\s*:\s*"Bundle"/.test(line))) return false;
  const good = known.length - bad.length;
  if (known.length < 2 && (whole || good === 0)) return false;
  return good > 1 ? good >= bad.length : good === 1 && bad.every((line) => line.startsWith('{'));
}

function isObjectText(line: string): boolean {
  try {
    return isObject(parseJson(line));
  } catch {
    return false;
  }
}
