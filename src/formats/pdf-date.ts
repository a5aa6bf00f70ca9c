import type { ByteSource } from './byte-source.ts';
import { isOnCalendar } from './point-in-time.ts';

/** Where a PDF states its dates is not fixed: at its end as a rule, and at its beginning in those made for the web. */
const endLength = 1024 * 1024;

/**
 * The day a PDF says it was made (ISO 32000-1 §14.3.3: `CreationDate` of the object that the trailer calls `Info`; or XMP
 * `xmp:CreateDate`), as precise as stated and as a FHIR date; undefined for one that does not say so in the open, and for what is no PDF.
 */
export async function pdfDate(document: ByteSource): Promise<string | undefined> {
  const start = await document.read(0, endLength);
  if (!Buffer.from(start.subarray(0, 5)).equals(Buffer.from('%PDF-'))) return undefined;
  const from = Math.max(start.length, document.size - endLength);
  const end = await document.read(from, document.size - from);
  const text = `${Buffer.from(start).toString('latin1')}\n${Buffer.from(end).toString('latin1')}`;
  // A file in the file has a date of its own.
  const info = [...text.matchAll(/\/Info\s+(\d+)\s+(\d+)\s+R/g)].at(-1);
  const object = info && objectIn(text, `${info[1]} ${info[2]} obj`);
  const dates = new Set(
    [...(object ?? text).matchAll(/\/CreationDate\s*\(D:(\d+)/g)].map(([, date]) => date),
  );
  // Of several nobody knows which is the document's own.
  const [digits = ''] = dates.size === 1 ? dates : [];
  // Programs that took the year 2000 for 19100 wrote one digit more.
  const stated = /^(\d{4})(\d\d)?(\d\d)?(\d\d){0,3}$/.exec(digits);
  const [xmp, ...others] = text.matchAll(/<xmp:CreateDate>(\d{4})(?:-(\d\d))?(?:-(\d\d))?/g);
  const isOnly = dates.size === 0 && others.length === 0;
  const [, year, month, day] = stated ?? (isOnly ? xmp : undefined) ?? [];
  if (year === undefined || !isOnCalendar(year, month, day)) return undefined;
  return [year, month, day].filter((part) => part !== undefined).join('-');
}

/** An object of a PDF, by the words it begins with; the last one counts. */
function objectIn(text: string, words: string): string | undefined {
  const found = [...text.matchAll(new RegExp(`(?:^|[\\r\\n\\s])${words}`, 'g'))].at(-1);
  if (found === undefined) return undefined;
  const end = text.indexOf('endobj', found.index);
  return text.slice(found.index, end === -1 ? text.length : end);
}
