import { BlueButtonError } from '../../errors/index.ts';
import type { Finding } from '../../model/index.ts';
import type { ByteSource } from '../byte-source.ts';
import { wholeText } from '../whole-text.ts';
import { decodeXml } from './decode.ts';
import { parseXml, XmlSyntaxError, type XmlDocument, type XmlNamespaces } from './parse.ts';

/**
 * A document as XML, and what its bytes and names had to be read as.
 *
 * @throws BlueButtonError `not-a-health-record` when it is not whole, well-formed XML.
 */
export async function wholeXml(
  document: ByteSource,
  namespaces: XmlNamespaces,
  source: string,
): Promise<XmlDocument & { findings: Finding[] }> {
  const { text, misdeclared } = await wholeText(
    document,
    decodeXml,
    'Its bytes are not in the encoding it names, or it is cut inside a character.',
  );
  const parsed = parse(text, document.name, namespaces);
  const warning = (code: string, message: string): Finding => ({
    severity: 'warning',
    code,
    message,
    source,
  });
  const findings = parsed.undeclared.map((prefix) =>
    warning('undeclared-prefix', `the prefix ${prefix}: is used and never declared; it was read as usual`),
  );
  if (misdeclared !== undefined)
    findings.unshift(
      warning(
        'wrong-encoding',
        `the document is not in the encoding it names; it was read as ${misdeclared}`,
      ),
    );
  return { ...parsed, findings };
}

function parse(text: string, name: string, namespaces: XmlNamespaces): XmlDocument {
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
