import { afterEach, describe, expect, it } from 'vitest';
import type { Ledger } from '../../src/model/ledger.ts';
import type { Pulled } from '../../src/model/pulled.ts';
import { defaultScopes, discover, pull, refresh, signIn, type TokenSet } from '../../src/portal/index.ts';
import { startSandbox, type LogEntry, type Sandbox, type SandboxOptions } from '../../src/sandbox/index.ts';
import { testHttp } from './stub.ts';

const http = testHttp();
const open: Sandbox[] = [];

afterEach(async () => {
  for (const sandbox of open.splice(0)) await sandbox.close();
});

const now = () => new Date();
const digits = '[5.0,1.10,1e3,-0,12345678901234567890]';
const reference = (text: string) => ({ reference: text });
const subject = reference('Patient/p1');
const category = (code: string) => [{ coding: [{ code }] }];

const resources: { resourceType: string; id: string; [member: string]: unknown }[] = [
  { resourceType: 'Patient', id: 'p1', name: [{ family: 'Example' }] },
  { resourceType: 'Patient', id: 'p2', name: [{ family: 'Other' }] },
  { resourceType: 'Condition', id: 'other', subject: reference('Patient/p2') },
  ...Array.from({ length: 45 }, (_, index) => ({
    resourceType: 'Observation',
    id: `o${index}`,
    status: 'final',
    subject,
    category: category('laboratory'),
    performer: [reference('Practitioner/dr')],
  })),
  { resourceType: 'Condition', id: 'c1', subject },
  { resourceType: 'CarePlan', id: 'cp', status: 'active', intent: 'plan', subject },
  {
    resourceType: 'MedicationRequest',
    id: 'm1',
    status: 'active',
    intent: 'proposal',
    subject,
    medicationReference: reference('Medication/med'),
  },
  { resourceType: 'Coverage', id: 'cov', status: 'active', beneficiary: subject },
  { resourceType: 'Medication', id: 'med' },
  { resourceType: 'Practitioner', id: 'dr' },
  {
    resourceType: 'Provenance',
    id: 'prov',
    target: [reference('Condition/c1')],
    agent: [{ who: reference('Organization/org') }],
  },
  { resourceType: 'Organization', id: 'org' },
  {
    resourceType: 'DocumentReference',
    id: 'd1',
    status: 'current',
    subject,
    content: [{ attachment: { contentType: 'text/plain', url: 'Binary/b1' } }],
  },
  {
    resourceType: 'Binary',
    id: 'b1',
    contentType: 'text/plain',
    data: Buffer.from('grüß Gott').toString('base64'),
  },
];
const text = JSON.stringify(resources).replace('"id":"c1"', `"id":"c1","extension":[{"x":${digits}}]`);

async function start(log: LogEntry[], more: Partial<SandboxOptions> = {}): Promise<Sandbox> {
  const sandbox = await startSandbox({
    data: [{ name: 'example', text }],
    log: (entry) => log.push(entry),
    ...more,
  });
  open.push(sandbox);
  return sandbox;
}

async function login({ baseUrl }: Sandbox, decision = 'allow'): Promise<TokenSet> {
  const description = await discover(http, baseUrl);
  return signIn(http, description, {
    clientId: 'test-app',
    scopes: defaultScopes(description),
    now,
    onAddress: async (address) => {
      const body = new URLSearchParams({ decision, patient: 'p1' });
      const answer = await fetch(address, { method: 'POST', body, redirect: 'manual' });
      await fetch(answer.headers.get('location') ?? '');
    },
  });
}

async function pullAll(sandbox: Sandbox, tokens: TokenSet, renew?: (old: TokenSet) => Promise<TokenSet>) {
  const description = await discover(http, sandbox.baseUrl);
  const run = pull({ http, description, tokens, patientId: tokens.patientId ?? '', now, renew });
  const pulled: Pulled[] = [];
  for (;;) {
    const step = await run.next();
    if (step.done === true) return { pulled, ledger: step.value };
    pulled.push(step.value);
  }
}

const keys = (pulled: readonly Pulled[]) =>
  pulled.flatMap((item) => (item.kind === 'resource' ? [`${item.resourceType}/${item.id}`] : []));
const gaps = ({ rows }: Ledger) =>
  rows
    .filter(({ outcome }) => ['refused', 'failed', 'truncated'].includes(outcome))
    .map(({ query }) => query);

describe('against the practice portal', () => {
  it('a sign-in sends the verifier and uses its code once', async () => {
    const log: LogEntry[] = [];
    const tokens = await login(await start(log));
    expect(tokens).toMatchObject({ patientId: 'p1', clientId: 'test-app' });
    expect(tokens.refreshToken).toBeTypeOf('string');
    const posts = log.filter(({ path }) => path.endsWith('/token'));
    expect(posts).toHaveLength(1);
    expect(posts[0]?.form).toMatchObject({
      grant_type: 'authorization_code',
      code_verifier: expect.any(String),
    });
  });

  it('a denial is reported as one', async () => {
    await expect(login(await start([]), 'deny')).rejects.toMatchObject({ code: 'login-needed' });
  });

  it('a pull brings every resource of the patient once, what they refer to, and the attachment', async () => {
    const sandbox = await start([]);
    const { pulled, ledger } = await pullAll(sandbox, await login(sandbox));
    const expected = resources
      .map(({ resourceType, id }) => `${resourceType}/${id}`)
      .filter((name) => !['Binary/b1', 'Patient/p2', 'Condition/other'].includes(name));
    expect(keys(pulled).toSorted()).toEqual(expected.toSorted());
    const document = pulled.find((item) => item.kind === 'document');
    expect(document?.bytes).toEqual(Buffer.from('grüß Gott'));
    const condition = pulled.find((item) => item.kind === 'resource' && item.id === 'c1');
    expect(condition?.kind === 'resource' && condition.text).toContain(digits);
    expect(gaps(ledger)).toEqual([]);
    expect(ledger.rows.find(({ query }) => query.includes('category=laboratory'))).toMatchObject({
      outcome: 'complete',
      pages: 3,
      returned: 45,
    });
    expect(ledger.rows.reduce((sum, { returned }) => sum + returned, 0)).toBe(pulled.length);
  });

  it('a refused type is a row of its own, and nothing else is missing', async () => {
    const sandbox = await start([], { refuse: ['Coverage'] });
    const { pulled, ledger } = await pullAll(sandbox, await login(sandbox));
    expect(gaps(ledger)).toHaveLength(1);
    expect(ledger.rows.find(({ resourceType }) => resourceType === 'Coverage')).toMatchObject({
      outcome: 'refused',
      httpStatus: 403,
    });
    expect(keys(pulled)).not.toContain('Coverage/cov');
    expect(keys(pulled)).toContain('MedicationRequest/m1');
  });

  it('an expired token is renewed in mid-pull, and the old refresh token is not used again', async () => {
    const log: LogEntry[] = [];
    let clock = Date.now();
    const sandbox = await start(log, { accessTokenSeconds: 60, now: () => new Date(clock) });
    const tokens = await login(sandbox);
    clock += 120_000;
    const description = await discover(http, sandbox.baseUrl);
    const { ledger } = await pullAll(sandbox, tokens, (old) => refresh(http, description, old, { now }));
    expect(gaps(ledger)).toEqual([]);
    const grants = log
      .filter(({ path }) => path.endsWith('/token'))
      .map(({ form, status }) => [form?.['grant_type'], status]);
    expect(grants).toEqual([
      ['authorization_code', 200],
      ['refresh_token', 200],
    ]);
    await expect(refresh(http, description, tokens, { now })).rejects.toMatchObject({ code: 'login-needed' });
  });
});
