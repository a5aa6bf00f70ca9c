import { lookUp } from './look-up.ts';

/** Names people know code systems by; any other system shows as its URI. */
const names: Readonly<Record<string, string>> = {
  'http://loinc.org': 'LOINC',
  'http://snomed.info/sct': 'SNOMED CT',
  'http://www.nlm.nih.gov/research/umls/rxnorm': 'RxNorm',
  'http://hl7.org/fhir/sid/ndc': 'NDC',
  'http://hl7.org/fhir/sid/cvx': 'CVX',
  'http://hl7.org/fhir/sid/icd-10-cm': 'ICD-10-CM',
  'http://hl7.org/fhir/sid/icd-10': 'ICD-10',
  'http://hl7.org/fhir/sid/icd-9-cm': 'ICD-9-CM',
  'http://www.cms.gov/Medicare/Coding/ICD10': 'ICD-10-PCS',
  'http://www.ama-assn.org/go/cpt': 'CPT',
  'http://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets': 'HCPCS',
  'https://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets': 'HCPCS',
  'https://bluebutton.cms.gov/resources/codesystem/hcpcs': 'HCPCS',
  'https://bluebutton.cms.gov/resources/variables/hcpcs_cd': 'HCPCS',
  'https://www.nubc.org/CodeSystem/RevenueCodes': 'revenue code',
  'http://www.ada.org/cdt': 'CDT',
  'http://unitsofmeasure.org': 'UCUM',
  'http://fdasis.nlm.nih.gov': 'UNII',
};

/** What people call a code system; undefined of one that has no usual name. */
export function systemName(uri: string): string | undefined {
  return lookUp(names, uri);
}

/** The addresses of every code system people call so, in any case and with or without punctuation. */
export function systemsNamed(name: string): string[] {
  return Object.keys(names).filter((uri) => plain(systemName(uri) ?? '') === plain(name));
}

function plain(name: string): string {
  return name.toUpperCase().replaceAll(/[^A-Z0-9]/g, '');
}
