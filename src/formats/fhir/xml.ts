import { BlueButtonError } from '../../errors/index.ts';
import type { Finding, Reading } from '../../model/index.ts';
import type { ByteSource } from '../byte-source.ts';
import type { DocumentIdentity, Format } from '../format.ts';
import type { XmlElement } from '../xml/element.ts';
import { headOf, rootNameOf, rootTagOf } from '../xml/head.ts';
import { wholeXml } from '../xml/whole-xml.ts';
import { nextPage } from './entries.ts';
import { SentResources, type SentResource } from './sent-resources.ts';
import { fhirVersions, type FhirVersion } from './version.ts';
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
  recognizes(head) {
    const text = headOf(head);
    return (
      rootNameOf(text) !== undefined &&
      /\sxmlns(:[\w.-]+)?\s*=\s*["']http:\/\/hl7\.org\/fhir["']/.test(rootTagOf(text) ?? '')
    );
  },
  read: readXml,
};

async function* readXml(document: ByteSource, identity: DocumentIdentity): AsyncGenerator<Reading> {
  const { source } = identity;
  const { root, findings } = await wholeXml(document, namespaces, source);
  const found = new FoundResources(identity);
  found.collect(root, undefined);
  if (found.sent.length === 0 && root.name !== 'Bundle') throw notFhir(document.name, root.name);
  const [timestamp, updated] = [root.at('timestamp'), root.at('meta', 'lastUpdated')];
  const asOf = root.name === 'Bundle' ? (timestamp ?? updated)?.attribute('value') : undefined;
  if (asOf !== undefined && /^\d{4}/.test(asOf)) yield { asOf };
  const resources = new SentResources(identity.fhirVersion);
  for (const entry of resources.entriesOf(found.sent)) yield { entry };
  const told = [...resources.findings(source), ...found.findings, ...found.misfits(), ...findings];
  for (const finding of told) yield { finding };
  yield { format: resources.formatName('XML') };
}

/** The resources of a document, Bundles inside Bundles opened. */
class FoundResources {
  readonly sent: SentResource[] = [];
  readonly findings: Finding[] = [];
  readonly #identity: DocumentIdentity;
  readonly #readings: { element: XmlElement; as: (version: FhirVersion) => XmlReading }[] = [];

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
    for (const entry of bundle.all('entry')) {
      const resources = entry.all('resource').flatMap((resource) => resource.elements());
      if (resources.length === 0)
        this.#find('note', 'no-resource', entry, 'a Bundle entry without a resource');
      for (const resource of resources) this.collect(resource, entry.at('fullUrl')?.attribute('value'));
    }
  }

  #add(element: XmlElement, fullUrl: string | undefined): void {
    const readings = new Map<FhirVersion, XmlReading>();
    const as = (version: FhirVersion): XmlReading => {
      const reading = readings.get(version) ?? readXmlResource(element, version);
      readings.set(version, reading);
      return reading;
    };
    const { fhirVersion: _, ...document } = this.#identity;
    const origin = { ...document, line: element.line, pointer: element.xpath() };
    this.#readings.push({ element, as });
    this.sent.push({
      origin,
      ...(fullUrl !== undefined && { fullUrl }),
      misfit: (version) => as(version).misfits.length,
      as: (version) => as(version).resource,
    });
  }

  /** What fits no release is read as well as it can be, and told. */
  misfits(): Finding[] {
    const places = this.#readings.flatMap(({ element, as }) => {
      const least = fhirVersions
        .map((version) => as(version).misfits)
        .toSorted((one, other) => one.length - other.length);
      return (least[0] ?? []).map((xpath) => ({ xpath, line: element.line }));
    });
    const [first] = places;
    if (first === undefined) return [];
    const message = `${places.length} elements are not as any release of FHIR has them; they were read as well as they can be`;
    return [
      {
        severity: 'warning',
        code: 'unknown-element',
        message,
        source: this.#identity.source,
        line: first.line,
        pointer: first.xpath,
      },
    ];
  }

  #find(severity: Finding['severity'], code: string, { line }: XmlElement, message: string): void {
    this.findings.push({ severity, code, message, source: this.#identity.source, line });
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
