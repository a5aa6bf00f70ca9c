import type { Format } from '../format.ts';
import { headOf, rootNameOf } from '../xml/head.ts';

/** The `export.xml` of Apple's Health app, known by its root element, or by a document type that is longer than the head. */
export const appleHealth: Format = {
  name: 'Apple Health export',
  mediaType: 'application/xml',
  recognizes(head) {
    const text = headOf(head);
    return rootNameOf(text) === 'HealthData' || /^[^<]*(<\?[^>]*>\s*)?<!DOCTYPE\s+HealthData\b/.test(text);
  },
  async *read(document, identity) {
    const { readAppleHealth } = await import('./reader.ts');
    yield* readAppleHealth(document, identity);
  },
};
