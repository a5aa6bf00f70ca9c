/** The record and the questions about it. */
export { assertionOf, assertions, saysNoInformation, saysNone, type Assertion } from './assertion.ts';
export { documentIdOf, documentVersionUrl } from './document-id.ts';
export { systemName, systemsNamed } from './code-system.ts';
export type { Code, CodeNames } from './coding.ts';
export { containedEntries } from './contained.ts';
export { statuses, type Status } from './currency.ts';
export { codesOf, sourceName } from './coding.ts';
export { Element } from './element.ts';
export type { Entry, Reading } from './entry.ts';
export { otherReleaseUrl, ourExtensions } from './extension-urls.ts';
export { releaseOf, type FhirRelease } from './fhir-release.ts';
export type { Finding } from './finding.ts';
export { isOutOfRange } from './flag.ts';
export {
  gapsOf,
  isByReference,
  isGap,
  isGenerated,
  isOpenGap,
  type Ledger,
  type LedgerRow,
  type QueryOutcome,
} from './ledger.ts';
export { referenceName } from './reference.ts';
export { ReferenceIndex, referenceTextOf } from './reference-index.ts';
export { patientElements, type PatientOfInput } from './patients.ts';
export { foldCase } from './fold-case.ts';
export { lookUp } from './look-up.ts';
export type { Person } from './person.ts';
export {
  areComparable,
  birthDatesContradict,
  contradict,
  identityOf,
  isNamed,
  isSamePerson,
  sharesWord,
  type PersonIdentity,
} from './person-identity.ts';
export type { Pulled, PulledDocument, PulledGenerated, PulledResource } from './pulled.ts';
export { personRow, personTitles } from './person-row.ts';
export type {
  AttachmentChange,
  ImportedChange,
  ResourceChange,
  ResourceVersion,
  SourceDiff,
} from './record-diff.ts';
export { rowDifference, type RowDifference } from './row-difference.ts';
export {
  buildRecord,
  entriesOfPatient,
  patientsOf,
  type BuiltRecord,
  type HealthRecord,
  type RecordInput,
} from './record.ts';
export { recordSchema } from './record-schema.ts';
export { isResource, type Resource } from './resource.ts';
export type { Attachment, CommonRow, Component, Field, FieldValue, Row } from './row.ts';
export type { Column, Section } from './section.ts';
export { sectionStateWords, type SectionState } from './section-state.ts';
export { sectionNamed, sectionNames, sections } from './sections/index.ts';
export type { Origin, Source } from './source.ts';
export type { WrittenSection } from './written-section.ts';
export { xhtmlText } from './xhtml.ts';
