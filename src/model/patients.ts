import { isObject, type JsonValue } from '../json/index.ts';
import type { Entry } from './entry.ts';
import { Element } from './element.ts';
import {
  areDifferent,
  identityOf,
  isSamePerson,
  isSamePersonAmong,
  type PersonIdentity,
  contradict,
} from './person-identity.ts';
import { areApart, baseOf, referenceTextOf, type ReferenceIndex } from './reference-index.ts';

/** One patient of an input: known by a Patient resource, or only by the references to one. */
export interface PatientOfInput {
  /** `Patient/id` as a person would name it; unique in the input. */
  key: string;
  identity: PersonIdentity;
  /** The Patient resources that describe this person; several when several sources do. */
  described: Entry[];
  /** Number of resources that are this person's. */
  resources: number;
}

/** Whose each resource is. */
export interface PatientAssignment {
  patients: PatientOfInput[];
  /** Undefined for what belongs to nobody in particular: organizations, practitioners, medications. */
  patientOf: (entry: Entry) => PatientOfInput | undefined;
}

/** Elements by which R4 resources name the patient they are about, in the order tried. */
export const patientElements: readonly string[] = [
  'subject',
  'patient',
  'beneficiary',
  'for',
  'individual',
  'candidate',
  'sender',
  'recipient',
  'source',
  'target',
  'actor',
  'deliverTo',
];

/**
 * Finds the patients of an input and whose each resource is. Within one source two Patient ids are two people; across
 * sources they are one when birth date and family name agree (`isSamePersonAmong`). RelatedPerson and a subscriber are not
 * patients.
 */
export function assignPatients(entries: readonly Entry[], index: ReferenceIndex): PatientAssignment {
  const patients = new Map<string, PatientOfInput>();
  const byEntry = new Map<Entry, PatientOfInput>();
  const described = entries.filter(
    ({ resource, container }) => resource.resourceType === 'Patient' && !container,
  );
  const born = bornTogether(described);
  for (const entry of described) {
    const patient = describedPatient(entry, patients, born);
    patient.described.push(entry);
    byEntry.set(entry, patient);
  }
  for (const entry of entries) {
    const patient = byEntry.get(entry) ?? ownerOf(entry, index, patients, byEntry, 0);
    if (patient === undefined) continue;
    byEntry.set(entry, patient);
    patient.resources += 1;
  }
  joinAccounts(entries, byEntry);
  const found = new Set(byEntry.values());
  return { patients: [...found], patientOf: (entry) => byEntry.get(entry) };
}

/** Makes the patients of each account one, under the name of the one that says most. */
function joinAccounts(entries: readonly Entry[], byEntry: Map<Entry, PatientOfInput>): void {
  const accounts = new Map<string, Set<PatientOfInput>>();
  for (const entry of entries) {
    const patient = byEntry.get(entry);
    if (entry.account === undefined || patient === undefined) continue;
    accounts.set(entry.account, (accounts.get(entry.account) ?? new Set()).add(patient));
  }
  const joined = new Map<PatientOfInput, PatientOfInput>();
  for (const patients of accounts.values()) {
    const [first, ...others] = [...patients].toSorted((one, other) => saidOf(other) - saidOf(one));
    const all = [...patients];
    const isOne = all.every((one) => all.every((other) => !contradict(one.identity, other.identity)));
    if (first === undefined || !isOne) continue;
    for (const other of others) {
      joined.set(other, first);
      first.described.push(...other.described);
      first.resources += other.resources;
    }
  }
  if (joined.size === 0) return;
  for (const [entry, patient] of byEntry) byEntry.set(entry, joined.get(patient) ?? patient);
}

/** How much an identity says. */
function saidOf({ identity, described }: PatientOfInput): number {
  return Object.keys(identity).length * 2 + Math.min(described.length, 1);
}

/** The identities of an input by birth date: only those of one day can be mistaken for each other. */
type Identities = ReadonlyMap<string | undefined, readonly PersonIdentity[]>;

function bornTogether(described: readonly Entry[]): Identities {
  const byDay = new Map<string | undefined, PersonIdentity[]>();
  const met = new Set<string>();
  for (const { resource } of described) {
    const identity = identityOf(new Element(resource, () => undefined));
    const text = JSON.stringify(identity);
    if (met.has(text)) continue;
    met.add(text);
    byDay.set(identity.birthDate, [...(byDay.get(identity.birthDate) ?? []), identity]);
  }
  return byDay;
}

function describedPatient(
  entry: Entry,
  patients: Map<string, PatientOfInput>,
  born: Identities,
): PatientOfInput {
  const identity = identityOf(new Element(entry.resource, () => undefined));
  const { source } = entry.origin;
  // The id of a contained Patient means something only inside its resource: it never names the same person twice.
  const id = entry.container === undefined ? entry.resource['id'] : undefined;
  const named = typeof id === 'string';
  const name = named ? `Patient/${id}` : placeName(entry);
  const own = keyOf(source, baseOf(entry.fullUrl), name, patients, identity);
  const known = patients.get(own);
  if (known && !areDifferent(known.identity, identity)) return known;
  for (const patient of patients.values()) {
    const elsewhere = patient.described.every((described) => described.origin.source !== source);
    const others = born.get(identity.birthDate) ?? [];
    if ((elsewhere || !named) && isSamePersonAmong(patient.identity, identity, others)) {
      patients.set(own, patient);
      return patient;
    }
  }
  return newPatient(own, name, identity, patients);
}

/** Whose a resource is: by its own elements, else by its container's, else (Provenance) by its targets'. */
function ownerOf(
  entry: Entry,
  index: ReferenceIndex,
  patients: Map<string, PatientOfInput>,
  byEntry: Map<Entry, PatientOfInput>,
  depth: number,
): PatientOfInput | undefined {
  const { resource, container } = entry;
  for (const name of patientElements) {
    for (const value of [resource[name]].flat()) {
      const patient =
        patientReferred(referenceTextOf(value), entry, index, patients, byEntry) ??
        patientNumbered(value, entry, patients);
      if (patient) return patient;
    }
  }
  for (const name of ['subject', 'patient', 'beneficiary']) {
    const patient =
      patientByUuid(referenceTextOf(resource[name]), entry, index, patients) ??
      patientOnlyNamed(resource[name], entry, patients);
    if (patient) return patient;
  }
  for (const participant of [resource['participant']].flat()) {
    const actor = isRecord(participant) ? participant['actor'] : undefined;
    const patient = patientReferred(referenceTextOf(actor), entry, index, patients, byEntry);
    if (patient) return patient;
  }
  if (container) return byEntry.get(container) ?? ownerOf(container, index, patients, byEntry, depth + 1);
  if (depth > 3 || resource.resourceType !== 'Provenance') return undefined;
  for (const target of [resource['target']].flat()) {
    const reference = referenceTextOf(target);
    const pointed = reference === undefined ? undefined : index.resolve(reference, entry);
    const patient =
      pointed && (byEntry.get(pointed) ?? ownerOf(pointed, index, patients, byEntry, depth + 1));
    if (patient) return patient;
  }
  return undefined;
}

function patientReferred(
  reference: string | undefined,
  from: Entry,
  index: ReferenceIndex,
  patients: Map<string, PatientOfInput>,
  byEntry: Map<Entry, PatientOfInput>,
): PatientOfInput | undefined {
  if (reference === undefined) return undefined;
  const pointed = index.resolve(reference, from);
  if (pointed)
    return pointed.resource.resourceType === 'Patient'
      ? containedOrKnown(pointed, patients, byEntry)
      : undefined;
  const name = /(^|\/)(Patient\/[A-Za-z0-9.-]+)(\/_history\/.*)?$/.exec(reference)?.[2];
  if (name === undefined) return undefined;
  const base = baseOf(reference) ?? baseOf((from.container ?? from).fullUrl);
  const own = keyOf(from.origin.source, base, name, patients);
  return patients.get(own) ?? newPatient(own, name, {}, patients);
}

/**
 * The patient whom a `urn:uuid:` names that no entry goes by: of a bulk export each kind of resource is a file of its own,
 * and the Patient is in another. Two such addresses are two people.
 */
function patientByUuid(
  reference: string | undefined,
  from: Entry,
  index: ReferenceIndex,
  patients: Map<string, PatientOfInput>,
): PatientOfInput | undefined {
  const id = /^urn:uuid:(.+)$/.exec(reference ?? '')?.[1];
  if (id === undefined || reference === undefined || index.resolve(reference, from)) return undefined;
  const { source } = from.origin;
  const own = `${source} Patient/${id}`;
  return patients.get(own) ?? newPatient(own, `Patient/${id}`, {}, patients);
}

/** The patient of the same source whom a logical reference names by an identifier (R4 §2.3 "Logical References"). */
function patientNumbered(
  reference: JsonValue | undefined,
  { origin }: Entry,
  patients: ReadonlyMap<string, PatientOfInput>,
): PatientOfInput | undefined {
  const wanted = isObject(reference) ? numberOf(reference['identifier']) : undefined;
  if (wanted === undefined) return undefined;
  return [...patients.values()].find(({ described }) =>
    described.some(
      (entry) =>
        entry.origin.source === origin.source &&
        [entry.resource['identifier']].flat().some((identifier) => numberOf(identifier) === wanted),
    ),
  );
}

/**
 * Somebody who is only named, by words or a number that no Patient has. In an input of one patient that is the patient; of
 * several, nobody can tell which, so it is a person apart and none of them.
 */
function patientOnlyNamed(
  reference: JsonValue | undefined,
  { origin: { source } }: Entry,
  patients: Map<string, PatientOfInput>,
): PatientOfInput | undefined {
  if (!isObject(reference) || reference['reference'] !== undefined) return undefined;
  const { identifier, display } = reference;
  const name = isObject(identifier) && display === undefined ? identifier['value'] : display;
  const own = [...patients.values()].filter(({ described }) =>
    described.some((entry) => entry.origin.source === source),
  );
  if (typeof name !== 'string' || new Set(own).size < 2) return undefined;
  return patients.get(`${source} named ${name}`) ?? newPatient(`${source} named ${name}`, name, {}, patients);
}

/** An identifier as system and value; undefined when it has no value. */
function numberOf(identifier: JsonValue | undefined): string | undefined {
  if (!isObject(identifier) || typeof identifier['value'] !== 'string') return undefined;
  const { system } = identifier;
  return `${typeof system === 'string' ? system : ''}|${identifier['value']}`;
}

/** A Patient contained in a resource is that resource's patient, and nobody else's. */
function containedOrKnown(
  pointed: Entry,
  patients: Map<string, PatientOfInput>,
  byEntry: Map<Entry, PatientOfInput>,
): PatientOfInput {
  const known = byEntry.get(pointed);
  if (known) return known;
  const patient = describedPatient(pointed, patients, new Map());
  patient.described.push(pointed);
  byEntry.set(pointed, patient);
  return patient;
}

function newPatient(
  own: string,
  name: string,
  identity: PersonIdentity,
  patients: Map<string, PatientOfInput>,
): PatientOfInput {
  const taken = new Set([...patients.values()].map(({ key }) => key));
  let key = name;
  for (let count = 2; taken.has(key); count += 1) key = `${name}~${count}`;
  const patient: PatientOfInput = { key, identity, described: [], resources: 0 };
  patients.set(patients.has(own) ? `${own} ${key}` : own, patient);
  return patient;
}

/** A key of `Type/id` in a source; with its base URL when another server's resource already goes by that name there. */
function keyOf(
  source: string,
  base: string | undefined,
  name: string,
  patients: Map<string, PatientOfInput>,
  identity: PersonIdentity = {},
): string {
  const near = patients.get(`${source} ${name}`);
  const foreign =
    near?.described.some(({ fullUrl }) => areApart(base, baseOf(fullUrl))) === true &&
    !isSamePerson(near.identity, identity);
  return foreign ? `${source} ${base}${name}` : `${source} ${name}`;
}

function placeName(entry: Entry): string {
  const { line, pointer } = entry.origin;
  return `Patient at ${line === undefined ? '' : `line ${line}`}${pointer === '' ? '' : pointer}`.trim();
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
