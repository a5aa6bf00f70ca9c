import { assertions } from './assertion.ts';
import { statuses } from './currency.ts';
import type { Field } from './row.ts';
import type { Section } from './section.ts';
import { sectionStateWords } from './section-state.ts';
import { sections } from './sections/index.ts';

type Schema = Readonly<Record<string, unknown>>;

const text: Schema = { type: 'string' };
const textOrNull: Schema = { type: ['string', 'null'] };
const texts: Schema = { type: 'array', items: text };
const count: Schema = { type: 'integer', minimum: 0 };

const described = (description: string, schema: Schema): Schema => ({ description, ...schema });
const listOf = (name: string): Schema => ({ type: 'array', items: { $ref: `#/$defs/${name}` } });

/** An object with these members and no others. */
function closed(
  required: Readonly<Record<string, Schema>>,
  optional: Readonly<Record<string, Schema>> = {},
): Schema {
  return {
    type: 'object',
    required: Object.keys(required),
    properties: { ...required, ...optional },
    additionalProperties: false,
  };
}

const fhirDate = described('A FHIR date, dateTime or instant, exactly as recorded.', text);

const kindSchemas: Readonly<Record<Field['kind'], Schema>> = {
  text,
  texts,
  components: listOf('component'),
  attachments: listOf('attachment'),
};

const origin = closed(
  {
    source: described('id of the source', text),
    sha256: { type: 'string', pattern: '^[0-9a-f]{64}$' },
    pointer: text,
  },
  {
    line: { type: 'integer', minimum: 1 },
    endLine: { type: 'integer', minimum: 1 },
    path: described('place in the archive', text),
    member: described('way to the file in a zip archive or another container', text),
    also: described('other statements of an XML document that it states too', texts),
  },
);

const person = closed(
  {
    id: text,
    name: textOrNull,
    otherNames: texts,
    birthDate: textOrNull,
    gender: textOrNull,
    addresses: texts,
    contacts: texts,
    languages: texts,
    identifiers: { type: 'array', items: closed({}, { system: text, value: text, type: text }) },
    sources: listOf('origin'),
  },
  {
    deceased: text,
    maritalStatus: text,
    race: text,
    ethnicity: text,
    relatives: described('guardians and other contacts', texts),
    details: described('what a clinical document says of the person beyond all other members', texts),
  },
);

function rowSchema(section: Section): Schema {
  const own = Object.entries(section.fields).map(([name, { kind, description }]) => [
    name,
    described(description, kindSchemas[kind]),
  ]);
  return closed(
    {
      id: described('Type/id, unique in the record', text),
      resourceType: text,
      name: described("in the source's words; null when it names nothing", textOrNull),
      codes: listOf('code'),
      assertion: { enum: assertions },
      status: described('whether it holds as of the date of its source', { enum: statuses }),
      statusAsRecorded: textOrNull,
      sources: listOf('origin'),
    },
    {
      asOf: described('the date of its source, as of which status is current or past', text),
      date: fhirDate,
      start: fhirDate,
      end: fhirDate,
      recorded: fhirDate,
      patient: described('whose it is, in an input of several patients', text),
      cautions: texts,
      informant: { const: 'patient', description: 'set for what the person reported about themselves' },
      asWritten: described('what the narrative of a clinical document says of it', text),
      details: described('what the source says beyond all other fields', texts),
      ...Object.fromEntries(own),
    },
  );
}

/** The JSON Schema (2020-12) of `bluebutton/record/1`, closed: a member it does not name is an error. */
export function recordSchema(): Schema {
  const bySection = (schema: (section: Section) => Schema): Schema => ({
    type: 'object',
    properties: Object.fromEntries(sections.map((section) => [section.name, schema(section)])),
    additionalProperties: false,
  });
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'A health record as bluebutton shows it (bluebutton/record/1)',
    ...closed(
      {
        schema: { const: 'bluebutton/record/1' },
        person: { anyOf: [{ $ref: '#/$defs/person' }, { type: 'null' }] },
        sections: bySection((section) => ({ type: 'array', items: { $ref: `#/$defs/${section.name}` } })),
        written: listOf('writtenSection'),
        sectionStates: bySection(() => listOf('sectionState')),
        sources: listOf('source'),
        findings: listOf('finding'),
      },
      {
        people: listOf('person'),
        heldAt: described('the moment, where the record is told as the archive held it then', text),
      },
    ),
    $defs: {
      person,
      origin,
      code: closed(
        {},
        {
          system: text,
          code: text,
          display: text,
          lookedUp: described("its name in a table the person brought; not the source's words", text),
        },
      ),
      component: closed(
        { name: textOrNull, codes: listOf('code') },
        { value: text, unit: text, flag: text, range: text, absent: text },
      ),
      attachment: closed({}, { contentType: text, title: text, url: text, size: text, text }),
      writtenSection: closed(
        {
          section: text,
          title: textOrNull,
          codes: listOf('code'),
          text,
          entries: count,
          sources: listOf('origin'),
        },
        { patient: text },
      ),
      sectionState: closed({ source: text, state: { enum: sectionStateWords } }, { reason: text }),
      source: closed(
        { id: text, kind: { enum: ['file', 'portal'] }, name: text, format: text },
        {
          producer: described('who produced the document, as it says itself', text),
          bytes: count,
          within: described('id of the container it is in', text),
          baseUrl: text,
          asOf: fhirDate,
        },
      ),
      finding: closed(
        { severity: { enum: ['note', 'warning', 'lost'] }, code: text, message: text },
        {
          source: text,
          member: described('way to the file in a container', text),
          line: { type: 'integer', minimum: 1 },
          endLine: { type: 'integer', minimum: 1 },
          pointer: text,
        },
      ),
      ...Object.fromEntries(sections.map((section) => [section.name, rowSchema(section)])),
    },
  };
}
