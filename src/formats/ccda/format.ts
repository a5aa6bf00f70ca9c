import type { Format } from '../format.ts';
import { headOf, rootNameOf } from '../xml/head.ts';

/**
 * Clinical documents: C-CDA 1.1 to 5.0, HITSP C32, CCD R1, IHE PCC, and any other CDA R2 document, which is read by its
 * sections. The reader is loaded with the first document: most commands need none of it.
 */
export const ccda: Format = {
  name: 'C-CDA',
  mediaType: 'application/cda+xml',
  recognizes: (head) => rootNameOf(headOf(head)) === 'ClinicalDocument',
  async *read(document, identity) {
    const { readDocument } = await import('./reader.ts');
    yield* readDocument(document, identity);
  },
};
