import { BlueButtonError } from '../errors/index.ts';
import type { ByteSource } from './byte-source.ts';

/**
 * All of a document's bytes, decoded. `why` says what it means when `decode` refuses them.
 *
 * @throws BlueButtonError `not-a-health-record` when `decode` throws; what reading the bytes throws stays as it is.
 */
export async function wholeText<Text>(
  document: ByteSource,
  decode: (bytes: Uint8Array) => Text,
  why: string,
): Promise<Text> {
  const bytes = await document.read(0, document.size);
  try {
    return decode(bytes);
  } catch (cause) {
    throw new BlueButtonError('not-a-health-record', `${document.name} is not text that can be read.`, {
      why,
      try: 'download it again from where it came',
      cause,
    });
  }
}
