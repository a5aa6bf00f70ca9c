import { fhirReply, type Reply } from './reply.ts';
import type { Typed } from './resource.ts';

export interface Issue {
  severity: 'fatal' | 'error' | 'warning' | 'information';
  /** A code of http://hl7.org/fhir/issue-type. */
  code: string;
  text: string;
  /** Epic's own number of the message, where the portal speaks as Epic does. */
  epic?: string;
}

export function operationOutcome(issues: Issue[]): Typed {
  return {
    resourceType: 'OperationOutcome',
    issue: issues.map(({ severity, code, text, epic }) => ({
      severity,
      code,
      details:
        epic === undefined
          ? { text }
          : { coding: [{ system: epicMessages, code: epic, display: text }], text },
    })),
  };
}

const epicMessages = 'urn:oid:1.2.840.114350.1.13.0.1.7.2.657369';

/** A FHIR request that is not granted; carries its answer, an OperationOutcome. */
export class FhirRefusal extends Error {
  override readonly name = 'FhirRefusal';
  readonly reply: Reply;

  constructor(
    status: number,
    issue: Omit<Issue, 'severity'> & Partial<Issue>,
    headers?: Record<string, string>,
  ) {
    super(issue.text);
    this.reply = fhirReply(status, operationOutcome([{ severity: 'error', ...issue }]), headers);
  }
}
