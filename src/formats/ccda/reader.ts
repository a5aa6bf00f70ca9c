import { BlueButtonError } from '../../errors/index.ts';
import type { Finding, Reading } from '../../model/index.ts';
import type { ByteSource } from '../byte-source.ts';
import type { DocumentIdentity } from '../format.ts';
import type { DecodedText } from '../text-encoding.ts';
import { wholeText } from '../whole-text.ts';
import { decodeXml } from '../xml/decode.ts';
import { parseXml, XmlSyntaxError, type XmlDocument } from '../xml/parse.ts';
import { readClinicalDocument } from './document.ts';
import { cdaNamespace } from './recognition.ts';

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
  const decoded = await wholeText(
    document,
    decodeXml,
    'Its bytes are not in the encoding it names, or it is cut inside a character.',
  );
  const parsed = parse(decoded.text, document.name);
  yield* readClinicalDocument(parsed.root, document.name, identity);
  for (const finding of findingsOf(decoded, parsed, identity)) yield { finding };
}

function parse(text: string, name: string): XmlDocument {
  try {
    return parseXml(text, namespaces);
  } catch (thrown) {
    if (!(thrown instanceof XmlSyntaxError)) throw thrown;
    const { message, line, column } = thrown;
    throw new BlueButtonError(
      'not-a-health-record',
      `${name} is not XML that can be trusted, so nothing of it is read.`,
      {
        why: `${message.charAt(0).toUpperCase()}${message.slice(1)}, at line ${line}, column ${column}.`,
        try: 'download it again; if it is the same again, tell the portal of that place: its file has an error',
      },
    );
  }
}

function findingsOf(
  { misdeclared }: DecodedText,
  { undeclared, namespace, mixed }: XmlDocument,
  { source }: DocumentIdentity,
): Finding[] {
  const warning = (code: string, message: string): Finding => ({
    severity: 'warning',
    code,
    message,
    source,
  });
  return [
    ...(misdeclared === undefined
      ? []
      : [
          warning(
            'wrong-encoding',
            `the document is not in the encoding it names; it was read as ${misdeclared}`,
          ),
        ]),
    ...undeclared.map((prefix) =>
      warning('undeclared-prefix', `the prefix ${prefix}: is used and never declared; it was read as usual`),
    ),
    ...(namespace === cdaNamespace && !mixed
      ? []
      : [
          warning(
            'wrong-namespace',
            'the document does not say that it is CDA (urn:hl7-org:v3); it was read as such',
          ),
        ]),
  ];
}
