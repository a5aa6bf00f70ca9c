/** What tells one person from another: enough to refuse filing a record under somebody else. */
export interface PersonIdentity {
  /** Full name in natural order, as stated. */
  name?: string;
  family?: string;
  /** FHIR date, as precise as stated. */
  birthDate?: string;
}
