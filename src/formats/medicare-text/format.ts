import type { Format } from '../format.ts';

/** The text report of MyMedicare.gov, known by its title. */
export const medicareText: Format = {
  name: 'Medicare Blue Button text',
  mediaType: 'text/plain',
  recognizes: (head) =>
    /^\s*MYMEDICARE\.GOV PERSONAL HEALTH INFORMATION\s*$/im.test(
      Buffer.from(head).toString('latin1').replaceAll('\0', '').replaceAll('\r', '\n'),
    ),
  async *read(document, identity) {
    const { readMedicareText } = await import('./reader.ts');
    yield* readMedicareText(document, identity);
  },
};
