import { read, type ReadDocument } from '../../facts/reading.ts';
import { buildRecord, type BuiltRecord, type Resource, type Row } from '../../../src/model/index.ts';

/** A section of a made-up document: its LOINC code, its narrative and its entries, as XML. */
export interface SectionXml {
  loinc: string;
  title?: string;
  text?: string;
  entries?: string;
  attributes?: string;
  template?: string;
}

/** Attributes of a code of SNOMED CT and of LOINC. */
export const ofSnomed = 'codeSystem="2.16.840.1.113883.6.96"';
export const ofLoinc = 'codeSystem="2.16.840.1.113883.6.1"';

/** The templateId of a C-CDA entry template, by its last arc. */
export const templateId = (number: string): string =>
  `<templateId root="2.16.840.1.113883.10.20.22.4.${number}"/>`;

/** A statement in an entry of its own. */
export const entry = (statement: string): string => `<entry>${statement}</entry>`;

const patient = `
  <recordTarget><patientRole><id root="2.999.1" extension="jane-1"/>
    <patient><name use="L"><given>Jane</given><family>Doe</family></name>
      <administrativeGenderCode code="F" codeSystem="2.16.840.1.113883.5.1"/><birthTime value="19800102"/></patient>
  </patientRole></recordTarget>`;

/** A C-CDA document about Jane Doe with these sections; `header` replaces the person where it is given. */
export function documentXml(sections: readonly SectionXml[], header = patient): string {
  const body = sections
    .map(
      ({ loinc, title = 'Section', text = '', entries = '', attributes = '', template = '' }) => `
    <component><section ${attributes}>${template === '' ? '' : `<templateId root="${template}"/>`}
      <code code="${loinc}" codeSystem="2.16.840.1.113883.6.1"/><title>${title}</title><text>${text}</text>${entries}
    </section></component>`,
    )
    .join('');
  return `<?xml version="1.0"?>
<ClinicalDocument xmlns="urn:hl7-org:v3" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:sdtc="urn:hl7-org:sdtc">
  <templateId root="2.16.840.1.113883.10.20.22.1.1" extension="2015-08-01"/>
  <id root="2.999.2" extension="doc-1"/>
  <code code="34133-9" codeSystem="2.16.840.1.113883.6.1" displayName="Summary of episode note"/>
  <title>Summary</title><effectiveTime value="20240305101500-0500"/>
  ${header}
  <component><structuredBody>${body}</structuredBody></component>
</ClinicalDocument>`;
}

/** A document with one section of this kind that holds these entries. */
export function withEntries(loinc: string, entries: string, text = ''): string {
  return documentXml([{ loinc, entries, text }]);
}

/** What a document says: as read, as rows, as FHIR. */
export interface Said extends ReadDocument {
  built: BuiltRecord;
  rows: Record<string, Row[]>;
  resources: Resource[];
}

/** Reads a document to its rows and resources. */
export async function said(xml: string | Uint8Array): Promise<Said> {
  const document = await read(xml, 'document.xml');
  const { source, entries, findings } = document;
  const built = buildRecord({ sources: [source], entries, findings });
  return {
    ...document,
    built,
    rows: built.record.sections,
    resources: entries.map(({ resource }) => resource),
  };
}

/** The resources of one type. */
export function ofType({ resources }: Pick<Said, 'resources'>, type: string): Resource[] {
  return resources.filter(({ resourceType }) => resourceType === type);
}
