/** Base of the extensions by which the hub says what FHIR R4 cannot; `docs/model.md` describes each. */
const base = 'urn:x-bluebutton:extension:';

/** Extensions of this project. All but `negated`, `aboutAnother` and `notKnown` leave the meaning of their element as it is. */
export const ourExtensions = {
  /** On a date: the time as recorded, where FHIR cannot say it (no offset, no seconds). ISO 8601, valueString. */
  timeAsRecorded: `${base}time-as-recorded`,
  /** On a date: what stands in its place and is no date. valueString. */
  dateNotRead: `${base}date-not-read`,
  /** Why a value is absent or what kind of exception it is, as the source's HL7 v3 NullFlavor. valueCode. */
  nullFlavor: `${base}null-flavor`,
  /** On a concept: a qualifier of the code (laterality and the like): `name` and `value` CodeableConcepts. */
  qualifier: `${base}qualifier`,
  /** On a Quantity: the same value in other units, as the source gives it. valueQuantity. */
  translation: `${base}translation`,
  /** The mood of the statement in the source: EVN, INT, RQO … valueCode. */
  mood: `${base}source-mood`,
  /** Modifier: the source denies what the element says. valueBoolean. */
  negated: `${base}negated`,
  /** Modifier: the statement is about somebody else than the patient, a relative or a fetus. valueBoolean. */
  aboutAnother: `${base}about-another`,
  /** Modifier: the source marks the whole statement as not known (HL7 v3 NullFlavor). valueCode. */
  notKnown: `${base}not-known`,
  /** The concern (tracking) a statement belongs to: `status` code and `period`. */
  concern: `${base}concern`,
  /** The severity of an allergy as such, which R4 knows only of reactions. valueCodeableConcept. */
  severity: `${base}severity`,
  /** A statement that belongs to another: its `relationship` (HL7 v3 type code) and a `target` reference. */
  related: `${base}related`,
  /** Who wrote a statement, where FHIR has no element for it: `who` reference and `when` dateTime. */
  author: `${base}author`,
  /** How often a prescription can still be filled, as the source's date says. valueUnsignedInt. */
  refillsRemaining: `${base}refills-remaining`,
  /** When a prescription was last filled. valueDateTime. */
  lastFilled: `${base}last-filled`,
  /** Modifier on a Basic resource that holds another: the status of that one. valueString. */
  sentStatus: `${base}sent-status`,
  /** On a component: this tool computed it from several records of the source. valueBoolean. */
  computed: `${base}computed`,
  /** What the source says beyond every element of the resource: its place and the value as sent. valueString. */
  asSent: `${base}as-sent`,
} as const;

/** HL7's address for what another release of FHIR has and R4 has not (`docs/mapping-fhir.md`). */
export function otherReleaseUrl(release: '1.0' | '3.0' | '4.0' | '5.0', path: string): string {
  return `http://hl7.org/fhir/${release}/StructureDefinition/extension-${path}`;
}

/** The path in such an address; undefined for any other. */
export function otherReleasePath(url: string): string | undefined {
  return /^http:\/\/hl7\.org\/fhir\/\d\.0\/StructureDefinition\/extension-(.+)$/.exec(url)?.[1];
}
