import { BlueButtonError } from '../../errors/index.ts';
import { decodeJson, JsonSyntaxError } from '../../json/index.ts';
import type { Finding, Reading } from '../../model/index.ts';
import type { ByteSource } from '../byte-source.ts';
import type { DocumentIdentity, Format } from '../format.ts';
import { readText } from './entries.ts';
import { headText, looksLikeNdjson } from './head.ts';
import { SentResources } from './sent-resources.ts';

/** FHIR newline-delimited JSON, one resource a line (Bulk Data "FHIR Operations Response File Formats"). */
export const fhirNdjson: Format = {
  name: 'FHIR R4 NDJSON',
  mediaType: 'application/fhir+ndjson',
  isPartOfWhole: true,
  recognizes: (head, whole) => looksLikeNdjson(headText(head), whole),
  async *read(document, identity, help) {
    let good = 0;
    let number = 0;
    const resources = new SentResources(help);
    for await (const bytes of linesOf(document)) {
      number += 1;
      for (const reading of readLine(bytes, number, identity, resources)) {
        if ('entry' in reading) good += 1;
        yield reading;
      }
    }
    if (good === 0) {
      throw new BlueButtonError(
        'not-a-health-record',
        `${document.name} holds no line that is a FHIR resource.`,
        {
          why: `It has ${number} lines.`,
          try: 'download it again: it may have been cut short or edited',
        },
      );
    }
    for (const finding of resources.findings(identity.source)) yield { finding };
    yield { format: resources.formatName('NDJSON') };
  },
};

/** A line's entries and findings; a line that cannot be read is a finding, and the lines around it are read. */
function* readLine(
  bytes: Uint8Array,
  line: number,
  identity: DocumentIdentity,
  resources: SentResources,
): Generator<Reading> {
  const bad = (reason: string): Finding => ({
    severity: 'lost',
    code: 'bad-line',
    message: `line ${line} could not be read: ${reason}`,
    source: identity.source,
    line,
  });
  try {
    const text = decodeJson(bytes);
    if (text.trim() === '') return;
    const { sent, findings } = readText(text, identity, line);
    for (const entry of resources.entriesOf(sent)) yield { entry };
    for (const finding of findings) yield { finding };
  } catch (thrown) {
    if (thrown instanceof JsonSyntaxError) yield { finding: bad(placed(thrown)) };
    else if (thrown instanceof TypeError) yield { finding: bad('it is not UTF-8') };
    else throw thrown;
  }
}

function placed({ message, offset }: JsonSyntaxError): string {
  return offset === undefined ? message : `${message} at column ${offset + 1}`;
}

/** The lines of a document as bytes, without their ends (LF, CR LF). */
async function* linesOf(document: ByteSource): AsyncGenerator<Uint8Array> {
  let rest: Uint8Array = new Uint8Array();
  for await (const piece of document.stream()) {
    const bytes = rest.length === 0 ? piece : Buffer.concat([rest, piece]);
    let from = 0;
    for (let end = bytes.indexOf(0x0a); end !== -1; end = bytes.indexOf(0x0a, from)) {
      yield bytes.subarray(from, end);
      from = end + 1;
    }
    rest = bytes.subarray(from);
  }
  if (rest.length > 0) yield rest;
}
