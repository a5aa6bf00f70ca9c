import type { ByteSource } from './byte-source.ts';
import { isOnCalendar } from './point-in-time.ts';

/** Where a PDF states its dates is not fixed: at its end as a rule, and at its beginning in those made for the web. */
const endLength = 1024 * 1024;

/**
 * The day a PDF says it was made (ISO 32000-1 §14.3.3 `CreationDate`, or XMP `xmp:CreateDate`), as precise as stated and
 * as a FHIR date; undefined when it does not say so in the open.
 */
export async function pdfDate(document: ByteSource): Promise<string | undefined> {
  const start = await document.read(0, endLength);
  const from = Math.max(start.length, document.size - endLength);
  const end = await document.read(from, document.size - from);
  const text = `${Buffer.from(start).toString('latin1')}\n${Buffer.from(end).toString('latin1')}`;
  const [, year, month, day] =
    /\/CreationDate\s*\(D:(\d{4})(\d\d)?(\d\d)?/.exec(text) ??
    /<xmp:CreateDate>(\d{4})(?:-(\d\d))?(?:-(\d\d))?/.exec(text) ??
    [];
  if (year === undefined || !isOnCalendar(year, month, day)) return undefined;
  return [year, month, day].filter((part) => part !== undefined).join('-');
}
