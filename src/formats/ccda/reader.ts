import type { Reading } from '../../model/index.ts';
import type { ByteSource } from '../byte-source.ts';
import type { DocumentIdentity } from '../format.ts';
import { wholeXml } from '../xml/whole-xml.ts';
import { readClinicalDocument } from './document.ts';

/** The namespace of CDA R2. */
const cdaNamespace = 'urn:hl7-org:v3';

/** The canonical prefixes of the namespaces of CDA. */
const namespaces = {
  [cdaNamespace]: '',
  'urn:hl7-org:sdtc': 'sdtc',
  'http://www.w3.org/2001/XMLSchema-instance': 'xsi',
  'http://www.w3.org/XML/1998/namespace': 'xml',
  // Some exports put the narrative into XHTML.
  'http://www.w3.org/1999/xhtml': '',
};

/**
 * Everything a clinical document holds, in document order.
 *
 * @throws BlueButtonError `not-a-health-record` when it is not whole XML, or about two people.
 */
export async function* readDocument(
  document: ByteSource,
  identity: DocumentIdentity,
): AsyncGenerator<Reading> {
  const { source } = identity;
  const { root, namespace, mixed, findings } = await wholeXml(document, namespaces, source);
  yield* readClinicalDocument(root, document.name, identity);
  for (const finding of findings) yield { finding };
  if (namespace === cdaNamespace && !mixed) return;
  const message = 'the document does not say that it is CDA (urn:hl7-org:v3); it was read as such';
  yield { finding: { severity: 'warning', code: 'wrong-namespace', message, source } };
}
