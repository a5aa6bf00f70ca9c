import { lookUp } from '../../model/index.ts';
import { uriOfOid } from './oid-table.ts';

const root = '2.16.840.1.113883.';

/** Names that stand in documents where an OID belongs, upper case without punctuation. */
const uriOfName: Readonly<Record<string, string>> = {
  LOINC: 'http://loinc.org',
  SNOMED: 'http://snomed.info/sct',
  SNOMEDCT: 'http://snomed.info/sct',
  RXNORM: 'http://www.nlm.nih.gov/research/umls/rxnorm',
  CVX: 'http://hl7.org/fhir/sid/cvx',
  ICD9: 'http://hl7.org/fhir/sid/icd-9-cm',
  ICD9CM: 'http://hl7.org/fhir/sid/icd-9-cm',
  ICD10: 'http://hl7.org/fhir/sid/icd-10-cm',
  ICD10CM: 'http://hl7.org/fhir/sid/icd-10-cm',
  CPT: 'http://www.ama-assn.org/go/cpt',
  CPT4: 'http://www.ama-assn.org/go/cpt',
  HCPCS: 'http://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets',
  NDC: 'http://hl7.org/fhir/sid/ndc',
  UNII: 'http://fdasis.nlm.nih.gov',
  NCI: 'http://ncicb.nci.nih.gov/xml/owl/EVS/Thesaurus.owl',
};

/**
 * The FHIR address of a code system as a document names it: an OID, with or without `urn:oid:`, an address, or (some
 * vendors) its plain name. An OID without an address of its own becomes `urn:oid:…`.
 */
export function systemOf(codeSystem: string | undefined, name?: string): string | undefined {
  const known = codeSystem ?? name;
  if (known === undefined) return undefined;
  const oid = known.replace(/^urn:oid:/i, '');
  if (/^\d+(\.\d+)+$/.test(oid)) return uriOfOid.get(oid) ?? v2Table(oid) ?? `urn:oid:${oid}`;
  if (/^[a-z][a-z0-9+.-]*:/i.test(known)) return known;
  const plain = known.toUpperCase().replaceAll(/[^A-Z0-9]/g, '');
  const named = lookUp(uriOfName, plain);
  if (named !== undefined) return named;
  return isUuid(known) ? `urn:uuid:${known.toLowerCase()}` : undefined;
}

export function isUuid(text: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);
}

/** HL7 v2 tables are `…12.N`, and `v2-000N` in FHIR. */
function v2Table(oid: string): string | undefined {
  const table = oid.startsWith(`${root}12.`) ? oid.slice(root.length + 3) : '';
  return /^\d+$/.test(table)
    ? `http://terminology.hl7.org/CodeSystem/v2-${table.padStart(4, '0')}`
    : undefined;
}
