import { afterEach } from 'vitest';
import type { Ledger, LedgerRow } from '../../src/model/ledger.ts';
import type { Pulled, PulledDocument, PulledGenerated, PulledResource } from '../../src/model/pulled.ts';
import { pull, type PortalDescription, type PullOptions } from '../../src/portal/index.ts';
import {
  describe4,
  now,
  openType,
  startStub,
  testHttp,
  tokensFor,
  type Reply,
  type Seen,
  type Stub,
} from './stub.ts';

const stubs: Stub[] = [];
const http = testHttp();

afterEach(async () => {
  for (const stub of stubs.splice(0)) await stub.close();
});

/** A portal answering by function, closed after the test. */
export async function portalBy(answer: (seen: Seen) => Reply | undefined): Promise<Stub> {
  const stub = await startStub(answer);
  stubs.push(stub);
  return stub;
}

/** A portal that answers by path and query below `/fhir/`; anything else gets 404. */
export function portal(answers: Record<string, Reply | ((seen: Seen) => Reply)>): Promise<Stub> {
  return portalBy((seen) => {
    const found = answers[decodeURIComponent(seen.path).replace('/fhir/', '')];
    return typeof found === 'function' ? found(seen) : found;
  });
}

/** A whole pull, taken apart. */
export interface Brought {
  resources: PulledResource[];
  documents: PulledDocument[];
  generated: PulledGenerated[];
  ledger: Ledger;
}

/** Pulls patient 1 out of a stub that offers `types`. */
export async function bring(
  { origin }: Stub,
  types: PortalDescription['types'],
  more: Partial<PullOptions> = {},
): Promise<Brought> {
  const description = describe4(origin, types);
  const run = pull({ http, description, tokens: tokensFor(origin), patientId: '1', now, ...more });
  const all: Pulled[] = [];
  for (;;) {
    const step = await run.next();
    if (step.done === true) {
      return {
        resources: all.filter((item) => item.kind === 'resource'),
        documents: all.filter((item) => item.kind === 'document'),
        generated: all.filter((item) => item.kind === 'generated'),
        ledger: step.value,
      };
    }
    all.push(step.value);
  }
}

export function row({ ledger }: Brought, query: string): LedgerRow | undefined {
  return ledger.rows.find((candidate) => candidate.query === query);
}

export function names({ resources }: Brought): string[] {
  return resources.map(({ resourceType, id }) => `${resourceType}/${id}`);
}

export const patient: Reply = { json: { resourceType: 'Patient', id: '1' } };
export const subject = { reference: 'Patient/1' };

export function searchset(resources: object[], next?: string): Reply {
  const link = next === undefined ? [] : [{ relation: 'next', url: next }];
  return {
    json: {
      resourceType: 'Bundle',
      type: 'searchset',
      link,
      entry: resources.map((resource) => ({ resource })),
    },
  };
}

/** The smallest searchable type there is, for facts that hold for all. */
export const goal = (id: string) => ({ resourceType: 'Goal', id, subject });
export const goals = { Goal: openType };
export const goalSearch = 'Goal?patient=1';
