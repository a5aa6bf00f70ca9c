import { inflateRawSync, inflateSync, gunzipSync } from 'node:zlib';
import type { JsonObject } from '../../json/index.ts';
import type { XmlElement } from '../xml/element.ts';
import { filledOrNone } from '../json-parts.ts';
import { isAddress } from './narrative-index.ts';

/** First bytes of the kinds of file that documents carry. */
const magic: readonly (readonly [RegExp, string])[] = [
  [/^%PDF-/, 'application/pdf'],
  [/^\{\\rtf/, 'application/rtf'],
  [new RegExp(String.raw`^\x89PNG`), 'image/png'],
  [/^\u00FF\u00D8\u00FF/, 'image/jpeg'],
  [/^GIF8/, 'image/gif'],
  [new RegExp(String.raw`^(II\*\x00|MM\x00\*)`), 'image/tiff'],
];

/**
 * An ED with bytes or an address of its own as a FHIR Attachment: base64 (`representation="B64"`) decoded and, where it
 * is compressed, inflated; the kind told by its first bytes where they say it. Undefined for an ED that is only text.
 */
export function attachmentOf(element: XmlElement): JsonObject | undefined {
  const mediaType = element.attribute('mediaType');
  const address = element.at('reference')?.attribute('value');
  if (element.attribute('representation') === 'B64') {
    const bytes = bytesOf(element);
    if (bytes === undefined) return undefined;
    return filledOrNone({
      contentType: kindOf(bytes) ?? mediaType,
      data: bytes.toString('base64'),
      size: bytes.length,
    });
  }
  if (address !== undefined && isAddress(address))
    return filledOrNone({ contentType: mediaType, url: address });
  return undefined;
}

/** The bytes of base64 content; undefined when it is none or its compression cannot be undone. */
function bytesOf(element: XmlElement): Buffer | undefined {
  const text = element.children
    .filter((child) => typeof child === 'string')
    .join('')
    .replaceAll(/\s+/g, '');
  if (text === '' || !/^[A-Za-z0-9+/_-]+={0,2}$/.test(text)) return undefined;
  const bytes = Buffer.from(text, 'base64');
  const limit = { maxOutputLength: 256 * 1024 * 1024 };
  try {
    switch (element.attribute('compression')) {
      case undefined:
        return bytes;
      case 'DF':
        return inflateRawSync(bytes, limit);
      case 'GZ':
        return gunzipSync(bytes, limit);
      case 'ZL':
        return inflateSync(bytes, limit);
      default:
        return undefined;
    }
  } catch {
    return undefined;
  }
}

function kindOf(bytes: Buffer): string | undefined {
  const head = bytes.subarray(0, 16).toString('latin1');
  return magic.find(([pattern]) => pattern.test(head))?.[1];
}
