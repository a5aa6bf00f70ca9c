import { isObject, objectsOf, type Json } from './json.ts';
import type { Resource } from './resource.ts';

/** What a summary of care is made of. */
export interface SummaryInput {
  /** A UUID. */
  id: string;
  time: Date;
  patient: Resource | undefined;
  /** The patient's record. */
  resources: Resource[];
}

/** The sections of a CCD (C-CDA R2.1): templates, LOINC codes, and the resources whose names they list. */
const sections = [
  {
    template: '2.16.840.1.113883.10.20.22.2.6.1',
    code: '48765-2',
    title: 'Allergies',
    type: 'AllergyIntolerance',
  },
  {
    template: '2.16.840.1.113883.10.20.22.2.1.1',
    code: '10160-0',
    title: 'Medications',
    type: 'MedicationRequest',
  },
  { template: '2.16.840.1.113883.10.20.22.2.5.1', code: '11450-4', title: 'Problems', type: 'Condition' },
  {
    template: '2.16.840.1.113883.10.20.22.2.3.1',
    code: '30954-2',
    title: 'Results',
    type: 'DiagnosticReport',
  },
];

/**
 * A Continuity of Care Document of the patient: the header of US realm documents and, section by section, what the record
 * has in words only. Sections without entries say so with a nullFlavor.
 */
export function summaryDocument({ id, time, patient, resources }: SummaryInput): string {
  const stamp = cdaTime(time.toISOString());
  return `<?xml version="1.0" encoding="UTF-8"?>
<ClinicalDocument xmlns="urn:hl7-org:v3">
  <realmCode code="US"/>
  <typeId root="2.16.840.1.113883.1.3" extension="POCD_HD000040"/>
  <templateId root="2.16.840.1.113883.10.20.22.1.1" extension="2015-08-01"/>
  <templateId root="2.16.840.1.113883.10.20.22.1.2" extension="2015-08-01"/>
  <id root="${id}"/>
  <code code="34133-9" codeSystem="2.16.840.1.113883.6.1" displayName="Summarization of Episode Note"/>
  <title>Continuity of care</title>
  <effectiveTime value="${stamp}"/>
  <confidentialityCode code="N" codeSystem="2.16.840.1.113883.5.25"/>
  <languageCode code="en-US"/>
  <recordTarget><patientRole>
    <id root="2.999.1" extension="${escaped(patient?.id ?? '')}"/>
    <addr nullFlavor="NI"/><telecom nullFlavor="NI"/>
    <patient>
      ${nameOf(patient)}
      <administrativeGenderCode ${genderOf(patient)}/>
      <birthTime ${typeof patient?.['birthDate'] === 'string' ? `value="${cdaTime(patient['birthDate'])}"` : 'nullFlavor="UNK"'}/>
    </patient>
  </patientRole></recordTarget>
  <author><time value="${stamp}"/><assignedAuthor>
    <id nullFlavor="NI"/><addr nullFlavor="NI"/><telecom nullFlavor="NI"/>
    <assignedAuthoringDevice><manufacturerModelName>Practice portal</manufacturerModelName><softwareName>Practice portal</softwareName></assignedAuthoringDevice>
  </assignedAuthor></author>
  <custodian><assignedCustodian><representedCustodianOrganization>
    <id root="2.999.2"/><name>Practice portal</name><telecom nullFlavor="NI"/><addr nullFlavor="NI"/>
  </representedCustodianOrganization></assignedCustodian></custodian>
  <documentationOf><serviceEvent classCode="PCPR"><effectiveTime><low nullFlavor="UNK"/><high value="${stamp}"/></effectiveTime></serviceEvent></documentationOf>
  <component><structuredBody>
${sections.map((section) => sectionText(section, resources)).join('\n')}
  </structuredBody></component>
</ClinicalDocument>
`;
}

function sectionText(
  { template, code, title, type }: (typeof sections)[number],
  resources: Resource[],
): string {
  const names = resources.filter((one) => one.resourceType === type && stands(one)).map(titleOf);
  const list = names.map((name) => `<item>${escaped(name)}</item>`).join('');
  const text = names.length === 0 ? 'Nothing is recorded.' : `<list>${list}</list>`;
  return `    <component><section nullFlavor="NI">
      <templateId root="${template}" extension="2015-08-01"/>
      <code code="${code}" codeSystem="2.16.840.1.113883.6.1"/>
      <title>${title}</title>
      <text>${text}</text>
    </section></component>`;
}

/** What a resource is called in words: the text or the first display of its code. */
function titleOf(resource: Resource): string {
  const concept = [resource['code'], resource['medicationCodeableConcept']].find(isObject);
  const display = objectsOf(concept?.['coding'])[0]?.['display'];
  const medication = [resource['medicationReference']].find(isObject)?.['display'];
  return textOf(concept?.['text']) ?? textOf(display) ?? textOf(medication) ?? 'not named';
}

/** False for what was entered in error, refuted, or says that something is not to be done: a bare name would say it is. */
function stands({ status, verificationStatus, doNotPerform }: Resource): boolean {
  const [verified] = isObject(verificationStatus) ? objectsOf(verificationStatus['coding']) : [];
  const words = [textOf(status), textOf(verified?.['code'])];
  return doNotPerform !== true && !words.includes('entered-in-error') && !words.includes('refuted');
}

function nameOf(patient: Resource | undefined): string {
  const [name] = objectsOf(patient?.['name']);
  if (name === undefined) return '<name nullFlavor="UNK"/>';
  const given = Array.isArray(name['given']) ? name['given'].flatMap((part) => textOf(part) ?? []) : [];
  const family = textOf(name['family']) ?? textOf(name['text']) ?? '';
  return `<name>${given.map((part) => `<given>${escaped(part)}</given>`).join('')}<family>${escaped(family)}</family></name>`;
}

function genderOf(patient: Resource | undefined): string {
  const code = { male: 'M', female: 'F', other: 'UN' }[textOf(patient?.['gender']) ?? ''];
  return code === undefined ? 'nullFlavor="UNK"' : `code="${code}" codeSystem="2.16.840.1.113883.5.1"`;
}

/** `2024-11-06T18:30:00.000Z` as CDA writes it, to the second. */
function cdaTime(text: string): string {
  const digits = text.slice(0, 19).replaceAll(/\D/g, '');
  return digits.length > 8 ? `${digits}+0000` : digits;
}

function textOf(value: Json | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
