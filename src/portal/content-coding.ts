import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate, inflateRaw } from 'node:zlib';
import { BlueButtonError, systemCodeOf } from '../errors/index.ts';

/** The codings asked for (`Accept-Encoding`). */
export const acceptedCodings = 'gzip, br, deflate';

const decoders = {
  gzip: promisify(gunzip),
  'x-gzip': promisify(gunzip),
  br: promisify(brotliDecompress),
  deflate: (bytes: Uint8Array, options: { maxOutputLength: number }) =>
    // RFC 9110 §8.4.1.2 means zlib's wrapping; some servers send the bare stream.
    ((bytes[0] ?? 0) & 0x0f) === 8 ? unwrapped(bytes, options) : bare(bytes, options),
};
const unwrapped = promisify(inflate);
const bare = promisify(inflateRaw);

/**
 * Undoes the content codings of a body (`Content-Encoding`, RFC 9110 §8.4), the last applied first. Strict, unlike what
 * `fetch` does: a compressed body that ends too soon, or whose checksum is wrong, must not pass for a shorter record.
 *
 * @param most - bytes the result may have.
 * @throws BlueButtonError `temporary` for a damaged body, `failed` for a coding that was not asked for;
 *   undefined is returned when the result would be larger than `most`.
 */
export async function decoded(
  host: string,
  bytes: Uint8Array,
  codings: string | null,
  most: number,
): Promise<Uint8Array | undefined> {
  const applied = (codings ?? '')
    .toLowerCase()
    .split(',')
    .map((coding) => coding.trim())
    .filter((coding) => coding !== '' && coding !== 'identity');
  let result = bytes;
  if (bytes.length === 0) return result;
  for (const coding of applied.toReversed()) {
    if (!isKnown(coding) || applied.length > 2) {
      throw new BlueButtonError('failed', `${host} sent a body that cannot be unpacked.`, {
        why: `It is packed as ${JSON.stringify(codings?.slice(0, 40))}, which was not asked for.`,
        try: 'tell the support of the portal',
      });
    }
    try {
      result = await decoders[coding](result, { maxOutputLength: most });
    } catch (thrown) {
      if (systemCodeOf(thrown) === 'ERR_BUFFER_TOO_LARGE') return undefined;
      throw new BlueButtonError('temporary', `${host} sent a damaged body.`, {
        why: `It does not unpack as ${coding} (${systemCodeOf(thrown) ?? 'it breaks off'}).`,
        try: 'try again later',
        cause: thrown,
      });
    }
  }
  return result;
}

function isKnown(coding: string): coding is keyof typeof decoders {
  return Object.hasOwn(decoders, coding);
}
