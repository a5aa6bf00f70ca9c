import type { JsonObject } from './json.ts';
import { fhirReply, jsonReply, type Reply } from './reply.ts';
import type { Typed } from './resource.ts';

export interface Issue {
  severity: 'fatal' | 'error' | 'warning' | 'information';
  /** A code of http://hl7.org/fhir/issue-type. */
  code: string;
  text: string;
  /** Epic's own number of the message, where the portal speaks as Epic does. */
  epic?: string;
  /** The parameter that is wrong or missing. */
  parameter?: string;
}

export function operationOutcome(issues: Issue[]): Typed {
  return {
    resourceType: 'OperationOutcome',
    issue: issues.map(({ severity, code, text, epic, parameter }) => ({
      severity,
      code,
      details:
        epic === undefined
          ? { text }
          : { coding: [{ system: epicMessages, code: epic, display: text }], text },
      ...(parameter === undefined ? {} : { location: [`http.${parameter}`] }),
    })),
  };
}

/** An OperationOutcome as an entry of a searchset. */
export function outcomeEntry(issues: Issue[]): JsonObject {
  return { resource: operationOutcome(issues), search: { mode: 'outcome' } };
}

const epicMessages = 'urn:oid:1.2.840.114350.1.13.0.1.7.2.657369';

/** A FHIR request that is not granted. */
export class FhirRefusal extends Error {
  override readonly name = 'FhirRefusal';
  readonly status: number;
  readonly issue: Issue;
  readonly headers: Record<string, string>;

  constructor(
    status: number,
    issue: Omit<Issue, 'severity'> & Partial<Issue>,
    headers: Record<string, string> = {},
  ) {
    super(issue.text);
    this.status = status;
    this.issue = { severity: 'error', ...issue };
    this.headers = headers;
  }
}

/** The answer of a request not granted; Medicare's server says `{"detail": …}` where FHIR has an OperationOutcome. */
export function refusalReply(
  { status, issue, headers }: FhirRefusal,
  errors: 'OperationOutcome' | 'detail',
): Reply {
  if (errors === 'OperationOutcome') return fhirReply(status, operationOutcome([issue]), headers);
  const reply = jsonReply(status, { detail: status === 404 ? 'Not found.' : issue.text });
  return { ...reply, headers: { ...reply.headers, ...headers } };
}
