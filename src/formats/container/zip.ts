import type { Format } from '../format.ts';
import type { FormatOf } from './contents.ts';

/** Zip archives: IHE XDM packages, downloads of portals, Apple Health exports. The reader is loaded with the first of them. */
export function zipArchive(formatOf: FormatOf): Format {
  return {
    name: 'zip archive',
    mediaType: 'application/zip',
    isContainer: true,
    recognizes: isZip,
    async *read(document, identity, help = {}) {
      const { readZip } = await import('./zip-reader.ts');
      yield* readZip(document, identity, formatOf, help);
    },
  };
}

/** The signature of a member's header, or of the end of an archive without members (APPNOTE §4.3.7, §4.3.16). */
function isZip([p, k, third, fourth]: Uint8Array): boolean {
  return p === 0x50 && k === 0x4b && ((third === 3 && fourth === 4) || (third === 5 && fourth === 6));
}
