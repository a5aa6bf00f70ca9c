import { BlueButtonError } from '../../errors/index.ts';
import type { Finding, Reading } from '../../model/index.ts';
import type { ByteSource } from '../byte-source.ts';
import type { DocumentIdentity, Format, ReadingHelp } from '../format.ts';
import type { XmlElement } from '../xml/element.ts';
import { headOf, rootNamespaceOf } from '../xml/head.ts';
import { wholeXml } from '../xml/whole-xml.ts';
import { nextPage } from './entries.ts';
import { producerOf } from './producer.ts';
import { SentResources, type SentResource } from './sent-resources.ts';
import { definitionsOf, fhirVersions, misfitOf, wrongKind, type FhirVersion } from './version.ts';
import { readXmlResource, xhtmlPrefix, type XmlReading } from './xml-resource.ts';

const namespaces = {
  'http://hl7.org/fhir': '',
  'http://www.w3.org/1999/xhtml': xhtmlPrefix,
  'http://www.w3.org/2001/XMLSchema-instance': 'xsi',
  'http://www.w3.org/XML/1998/namespace': 'xml',
};

/** A file of FHIR XML: one resource or a Bundle of any type (R4 §2.6.1). */
export const fhirXml: Format = {
  name: 'FHIR R4 XML',
  mediaType: 'application/fhir+xml',
  isPartOfWhole: true,
  recognizes: (head) => rootNamespaceOf(headOf(head)) === 'http://hl7.org/fhir',
  read: readXml,
};

async function* readXml(
  document: ByteSource,
  identity: DocumentIdentity,
  help?: ReadingHelp,
): AsyncGenerator<Reading> {
  const { source } = identity;
  const { root, findings } = await wholeXml(document, namespaces, source);
  const found = new FoundResources(identity);
  found.collect(root, undefined);
  if (found.sent.length === 0 && root.name !== 'Bundle') throw notFhir(document.name, root.name);
  const [timestamp, updated] = [root.at('timestamp'), root.at('meta', 'lastUpdated')];
  const asOf = root.name === 'Bundle' ? (timestamp ?? updated)?.attribute('value') : undefined;
  if (asOf !== undefined && /^\d{4}/.test(asOf)) yield { asOf };
  const resources = new SentResources(help);
  // The tree is no longer needed then, and a large one is let go.
  const entries = resources.entriesOf(found.sent.splice(0));
  const isDocument = root.name === 'Bundle' && root.at('type')?.attribute('value') === 'document';
  const producer = isDocument ? producerOf(entries) : undefined;
  if (producer !== undefined) yield { producer };
  for (const entry of entries) yield { entry };
  const told = [...resources.findings(source), ...found.findings, ...found.oddities(), ...findings];
  for (const finding of told) yield { finding };
  yield { format: resources.formatName('XML') };
}

/** The resources of a document, Bundles inside Bundles opened. */
class FoundResources {
  readonly sent: SentResource[] = [];
  readonly findings: Finding[] = [];
  readonly #identity: DocumentIdentity;
  /** What no release has as it is, and what could not be read at all. */
  readonly #odd = new Places();
  readonly #unread = new Places();

  constructor(identity: DocumentIdentity) {
    this.#identity = identity;
  }

  collect(element: XmlElement, fullUrl: string | undefined): void {
    if (element.name === 'Bundle') this.#collectBundle(element);
    else if (/^[A-Z][A-Za-z]+$/.test(element.name)) this.#add(element, fullUrl);
    else this.#find('lost', 'not-a-resource', element, 'not a FHIR resource');
  }

  #collectBundle(bundle: XmlElement): void {
    const isPage = bundle.all('link').some((link) => link.at('relation')?.attribute('value') === 'next');
    if (isPage) this.#find('lost', nextPage[0], bundle, nextPage[2]);
    this.#strangers(bundle, 'Bundle');
    for (const entry of bundle.all('entry')) {
      const strangers = this.#strangers(entry, 'BundleEntry');
      const resources = entry.all('resource').flatMap((resource) => resource.elements());
      const isEmpty = resources.length === 0 && strangers === 0;
      if (isEmpty) this.#find('note', 'no-resource', entry, 'a Bundle entry without a resource');
      for (const resource of resources) this.collect(resource, entry.at('fullUrl')?.attribute('value'));
    }
  }

  /** What stands in a Bundle or an entry where FHIR has nothing is not read. */
  #strangers(element: XmlElement, type: 'Bundle' | 'BundleEntry'): number {
    const isKnown = (name: string): boolean =>
      fhirVersions.some((version) => definitionsOf(version).member(type, name) !== undefined);
    const strange = element.elements().filter(({ name }) => !isKnown(name));
    if (element.ownText() !== '') this.#unread.add([element]);
    this.#unread.add(strange);
    return strange.length;
  }

  #add(element: XmlElement, fullUrl: string | undefined): void {
    // Of what was read while the release was not known, the best is kept: it is likely to be asked for.
    let best: { version: FhirVersion; reading: XmlReading } | undefined;
    const read = (version: FhirVersion): XmlReading => {
      if (best?.version === version) return best.reading;
      const reading = readXmlResource(element, version);
      const isBetter = best === undefined || oddOf(reading) < oddOf(best.reading);
      if (isBetter) best = { version, reading };
      return reading;
    };
    const origin = { ...this.#identity, line: element.line, pointer: element.xpath() };
    this.sent.push({
      origin,
      ...(fullUrl !== undefined && { fullUrl }),
      misfit: (version) => {
        const { resource, unread } = read(version);
        return misfitOf(resource, version) + unread.length * wrongKind;
      },
      as: (version) => {
        const { resource, misfits, unread } = read(version);
        best = undefined;
        this.#odd.add(misfits);
        this.#unread.add(unread);
        return resource;
      },
    });
  }

  /** What fits no release is read as well as it can be, and told; known once the resources were read. */
  oddities(): Finding[] {
    return [
      ...this.#told(
        this.#odd,
        'warning',
        'unknown-element',
        'as no release of FHIR has them; they were read as well as they can be',
      ),
      ...this.#told(this.#unread, 'lost', 'unread-xml', 'where FHIR has none, and were not read'),
    ];
  }

  #told({ count, first }: Places, severity: Finding['severity'], code: string, words: string): Finding[] {
    if (first === undefined) return [];
    const message = `${count} ${count === 1 ? 'element or text is' : 'elements or texts are'} ${words}`;
    return [{ severity, code, message, source: this.#identity.source, ...first }];
  }

  #find(severity: Finding['severity'], code: string, element: XmlElement, message: string): void {
    const { source } = this.#identity;
    const place = { line: element.line, pointer: element.xpath() };
    this.findings.push({ severity, code, message, source, ...place });
  }
}

/** How much of a reading is not as its release has it. */
function oddOf({ misfits, unread }: XmlReading): number {
  return misfits.length + unread.length;
}

/** How many places there are, and the first of them. */
class Places {
  count = 0;
  first: { line: number; pointer: string } | undefined;

  add(elements: readonly XmlElement[]): void {
    this.count += elements.length;
    const [one] = elements;
    if (one !== undefined) this.first ??= { line: one.line, pointer: one.xpath() };
  }
}

function notFhir(name: string, root: string): BlueButtonError {
  return new BlueButtonError(
    'not-a-health-record',
    `${name} is XML in FHIR's namespace, but no FHIR resource.`,
    {
      why: `Its root element is <${root}>, which no resource is called.`,
      try: 'bluebutton show with another file of the download, often called FHIR, Bundle or Blue Button',
    },
  );
}
