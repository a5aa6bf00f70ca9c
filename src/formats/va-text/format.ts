import type { Format } from '../format.ts';

/**
 * The text reports of VA's My HealtheVet. A report is known by its banner; a part of one by two of its titles, each with the
 * line that says where its records come from.
 */
export const vaText: Format = {
  name: 'VA Blue Button text',
  mediaType: 'text/plain',
  recognizes(head) {
    const text = Buffer.from(head).toString('latin1').replaceAll('\0', '');
    return (
      /^\s*-{3,}\s?MY HEALTHEVET PERSONAL INFORMATION REPORT\s?-{3,}/im.test(text) ||
      [...text.matchAll(/^-{3,}\s?(VA|SELF REPORTED) [A-Z ]+\s?-{3,}\s+Source:/gm)].length > 1
    );
  },
  async *read(document, identity) {
    const { readVaText } = await import('./reader.ts');
    yield* readVaText(document, identity);
  },
};
