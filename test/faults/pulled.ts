import { expect } from 'vitest';
import { isGap, type LedgerRow } from '../../src/model/ledger.ts';
import type { Pulled, PulledDocument, PulledResource } from '../../src/model/pulled.ts';
import {
  createHttp,
  discover,
  findPatientId,
  pull,
  signIn,
  vendorFor,
  type PlanOptions,
  type PortalDescription,
} from '../../src/portal/index.ts';
import { searchFaults } from '../../src/sandbox/search-faults.ts';
import { startSandbox, type LogEntry, type SandboxOptions } from '../../src/sandbox/index.ts';

const of = (id: string) => ({ subject: { reference: `Patient/${id}` } });

/** Ann's six Observations, on three pages of two. */
export const observations = [1, 2, 3, 4, 5, 6].map((number) => `Observation/o${number}`);

/** Everything of Ann, and what it refers to; Bob's is none of hers. */
export const whole = [
  'Condition/c1',
  'DocumentReference/d1',
  ...observations,
  'Patient/ann',
  'Practitioner/dr',
];

/** What Ann's document says. */
export const note = 'Grüße, this is the note.';

const laboratory = [{ coding: [{ code: 'laboratory' }] }];

const record = [
  { resourceType: 'Patient', id: 'ann', name: [{ family: 'Sample' }] },
  { resourceType: 'Patient', id: 'bob', name: [{ family: 'Other' }] },
  ...observations.map((name) => ({
    resourceType: 'Observation',
    id: name.replace('Observation/', ''),
    status: 'final',
    ...of('ann'),
    category: laboratory,
    performer: [{ reference: 'Practitioner/dr' }],
  })),
  { resourceType: 'Observation', id: 'of-bob', status: 'final', ...of('bob'), category: laboratory },
  { resourceType: 'Condition', id: 'c1', ...of('ann'), recorder: { reference: 'Practitioner/dr' } },
  { resourceType: 'Practitioner', id: 'dr' },
  {
    resourceType: 'DocumentReference',
    id: 'd1',
    status: 'current',
    ...of('ann'),
    content: [{ attachment: { contentType: 'text/plain', url: 'Binary/b1' } }],
  },
  { resourceType: 'Binary', id: 'b1', contentType: 'text/plain', data: Buffer.from(note).toString('base64') },
];

const scopes = [
  'launch/patient',
  // Oracle Health tells whose record it is by these alone.
  'openid',
  'fhirUser',
  ...['Patient', 'Observation', 'Condition', 'DocumentReference', 'Practitioner', 'Binary'].map(
    (type) => `patient/${type}.rs`,
  ),
];

/** What a pull from a portal with faults came to. */
export interface Outcome {
  /** Names of the resources, sorted, each as often as it came. */
  names: string[];
  resources: PulledResource[];
  documents: PulledDocument[];
  rows: LedgerRow[];
  /** Rows that left something out. */
  gaps: LedgerRow[];
  /** What the portal was asked for FHIR, also at its second origin. */
  log: LogEntry[];
  /** Every host that was asked, once. */
  hosts: string[];
  /** The host of the portal. */
  host: string;
  /** The waits between attempts, in milliseconds. */
  waits: number[];
}

/** What a search loses is to be seen: `$everything`, asked for what searches leave out, would bring it after all. */
function withoutEverything(description: PortalDescription): PortalDescription {
  const { Patient, ...types } = description.types;
  if (Patient === undefined) return description;
  const operations = (Patient.operations ?? []).filter((name) => name !== 'everything');
  return { ...description, types: { ...types, Patient: { ...Patient, operations } } };
}

/** The groups of faults, and which are in them: each is in one. */
const groups = {
  rates: /^(429|50\d)-|^(html-login-page|wrong-content-type|empty-body|resource-gone)$/,
  attachments: /^(binary|attachment)-/,
  docref: /^docref-/,
  updates: /last-updated/,
};

/** The faults of a group; those of none of them are `paging`. */
export function faultsOf(group: keyof typeof groups | 'paging'): string[] {
  const names = searchFaults.map(({ name }) => name);
  const isOther = (name: string): boolean => !Object.values(groups).some((pattern) => pattern.test(name));
  return names.filter(group === 'paging' ? isOther : (name) => groups[group].test(name)).toSorted();
}

/** The row of what a fault at Observation strikes. */
export function observationRow({ rows }: Outcome): LedgerRow | undefined {
  const asked = rows.filter(({ resourceType }) => resourceType === 'Observation');
  return asked.find(({ query }) => query.includes('laboratory')) ?? asked[0];
}

/**
 * What holds whatever a portal does: nobody else is asked, except by those `elsewhere` allows, and then without the token;
 * the requests have an end; nothing is kept twice, nothing of Bob's, and no sign-in page.
 */
export function expectSafe(
  { names, documents, log, hosts, host }: Outcome,
  { requests = 40, elsewhere = 0 }: { requests?: number | undefined; elsewhere?: number | undefined } = {},
): void {
  expect(hosts.filter((one) => one !== host)).toHaveLength(elsewhere);
  const foreign = log.flatMap((entry) => entry.elsewhere ?? []);
  expect(foreign.filter(({ authorization }) => authorization)).toEqual([]);
  expect(log.length).toBeLessThanOrEqual(requests);
  expect(names).toEqual([...new Set(names)]);
  expect(names.filter((name) => name.includes('bob'))).toEqual([]);
  expect(documents.filter(({ bytes }) => Buffer.from(bytes).includes('<form'))).toEqual([]);
}

export interface PullWith extends Partial<SandboxOptions> {
  plan?: PlanOptions;
  /** The content type of Ann's document. */
  noteType?: string;
}

/** Pulls Ann's record out of a practice portal with faults. */
export async function pullWith(
  faults: string[],
  { plan, noteType = 'text/plain', ...options }: PullWith = {},
): Promise<Outcome> {
  const log: LogEntry[] = [];
  const waits: number[] = [];
  const lines: string[] = [];
  const sandbox = await startSandbox({
    data: [{ name: 'record', text: JSON.stringify(record).replaceAll('text/plain', noteType) }],
    pageSize: 2,
    log: (entry) => log.push(entry),
    ...options,
    faults,
  });
  const http = createHttp({
    userAgent: 'bluebutton-test/1',
    now,
    log: (line) => lines.push(line),
    pause: async (milliseconds) => void waits.push(milliseconds),
  });
  try {
    const found = await discover(http, sandbox.baseUrl);
    const description = plan?.everything === true ? found : withoutEverything(found);
    const tokens = await signIn(http, description, { clientId: 'app', scopes, now, onAddress: allow });
    const patientId =
      (await findPatientId(http, tokens, vendorFor(description, undefined), description)) ?? '';
    const start = log.length;
    const run = pull({ http, description, tokens, patientId, now, plan });
    const pulled: Pulled[] = [];
    let step = await run.next();
    for (; step.done !== true; step = await run.next()) pulled.push(step.value);
    const { rows } = step.value;
    const all = pulled.flatMap((item) =>
      item.kind === 'generated' ? [...item.resources, ...item.documents] : item,
    );
    const resources = all.filter((item) => item.kind === 'resource');
    return {
      names: resources.map(({ resourceType, id }) => `${resourceType}/${id}`).toSorted(),
      resources,
      documents: all.filter((item) => item.kind === 'document'),
      rows,
      gaps: rows.filter(isGap),
      log: log.slice(start),
      hosts: [...new Set(lines.map((line) => /^[A-Z]+ ([^/ ]+)/.exec(line)?.[1] ?? line))],
      host: `127.0.0.1:${sandbox.port}`,
      waits,
    };
  } finally {
    await http.close();
    await sandbox.close();
  }
}

const now = () => new Date();

/** Answers the consent page. */
async function allow(address: string): Promise<void> {
  const body = new URLSearchParams({ decision: 'allow', patient: 'ann' });
  const answer = await fetch(address, { method: 'POST', body, redirect: 'manual' });
  await fetch(answer.headers.get('location') ?? '');
}

/** What the row of observations says, beyond why they were asked by category, with which each of them begins. */
export function saidOf(row: LedgerRow | undefined): string {
  return (row?.reason ?? '').replace(/^Had to be asked by category: [^.]*\. ?/, '');
}
