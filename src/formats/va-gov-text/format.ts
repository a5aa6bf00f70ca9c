import type { Format } from '../format.ts';

/** The text report that VA.gov makes since 2025, known by its first line. */
export const vaGovText: Format = {
  name: 'VA.gov Blue Button text',
  mediaType: 'text/plain',
  recognizes: (head) => /^\s*(VA )?Blue Button® report\s*[\r\n]/.test(new TextDecoder().decode(head)),
  async *read(document, identity) {
    const { readVaGovText } = await import('./reader.ts');
    yield* readVaGovText(document, identity);
  },
};
