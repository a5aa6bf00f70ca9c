import { BlueButtonError } from '../../errors/index.ts';
import { decodeJson, JsonSyntaxError } from '../../json/index.ts';
import type { Format } from '../format.ts';
import { wholeText } from '../whole-text.ts';
import { readText, type TextReading } from './entries.ts';
import { headText } from './head.ts';
import { producerOf } from './producer.ts';
import { SentResources } from './sent-resources.ts';

/** A file of FHIR JSON: one resource, a Bundle of any type, or an array of resources (R4 §2.6.2). */
export const fhirJson: Format = {
  name: 'FHIR R4 JSON',
  mediaType: 'application/fhir+json',
  isPartOfWhole: true,
  recognizes: (head) => /^\s*[[{]/.test(headText(head)),
  async *read(document, identity, help) {
    const json = await wholeText(
      document,
      decodeJson,
      'It is neither UTF-8 nor UTF-16, or it is cut inside a character.',
    );
    const reading = readWhole(json, document.name, (text) => readText(text, identity));
    const lost = reading.findings.some(({ severity }) => severity === 'lost');
    if (reading.sent.length === 0 && (lost || !reading.isBundle)) throw notFhir(document.name);
    if (reading.asOf !== undefined) yield { asOf: reading.asOf };
    const resources = new SentResources(help);
    const entries = resources.entriesOf(reading.sent);
    const producer = reading.isDocument ? producerOf(entries) : undefined;
    if (producer !== undefined) yield { producer };
    for (const entry of entries) yield { entry };
    for (const finding of [...resources.findings(identity.source), ...reading.findings]) yield { finding };
    yield { format: resources.formatName('JSON') };
  },
};

function readWhole(text: string, name: string, read: (text: string) => TextReading): TextReading {
  try {
    return read(text);
  } catch (thrown) {
    if (!(thrown instanceof JsonSyntaxError)) throw thrown;
    throw new BlueButtonError(
      'not-a-health-record',
      `${name} is not valid JSON, so nothing of it is shown.`,
      {
        why: whereIn(text, thrown),
        try: 'download it again: it may have been cut short or edited',
      },
    );
  }
}

/** The place of a fault as line and column, both from 1; never the text there. */
function whereIn(text: string, error: JsonSyntaxError): string {
  const reason = `${error.message.charAt(0).toUpperCase()}${error.message.slice(1)}`;
  if (error.offset === undefined) return `${reason}.`;
  const before = text.slice(0, error.offset).split('\n');
  return `${reason}, at line ${before.length}, column ${(before.at(-1) ?? '').length + 1}.`;
}

function notFhir(name: string): BlueButtonError {
  return new BlueButtonError('not-a-health-record', `${name} is JSON, but not FHIR.`, {
    why: 'Nothing in it says which FHIR resource it is ("resourceType").',
    try: 'bluebutton show with another file of the download, often called FHIR, Bundle or Blue Button',
  });
}
