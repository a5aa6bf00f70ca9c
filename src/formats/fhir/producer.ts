import { Element, ReferenceIndex, referenceName, referenceTextOf, type Entry } from '../../model/index.ts';

/** What produces documents; a person who wrote one is not meant. */
const producers = ['Organization', 'Device'];

/**
 * Who produced a Bundle of type document, as its Composition says, which is the first resource (R4 §3.3.1): its custodian,
 * else the organization or device among its authors.
 */
export function producerOf(entries: readonly Entry[]): string | undefined {
  const [first] = entries;
  if (first?.resource.resourceType !== 'Composition') return undefined;
  const index = new ReferenceIndex(entries);
  const resolve = (reference: Element | undefined): Element | undefined => {
    const text = referenceTextOf(reference?.value);
    const target = text === undefined ? undefined : index.resolve(text, first);
    return target && new Element(target.resource, () => undefined);
  };
  const isProducer = (reference: Element): boolean => {
    const way = /([A-Z][A-Za-z]+)\/[^/]+$/.exec(referenceTextOf(reference.value) ?? '')?.[1];
    const type = resolve(reference)?.string('resourceType') ?? reference.string('type') ?? way;
    return type !== undefined && producers.includes(type);
  };
  const composition = new Element(first.resource, () => undefined);
  const authors = composition.children('author').filter(isProducer);
  return [composition.child('custodian'), ...authors]
    .map((reference) => referenceName(reference, { asOf: undefined, resolve }))
    .map((name) => name?.replaceAll(/\s+/g, ' ').trim())
    .find((name) => name !== undefined && name !== '');
}
