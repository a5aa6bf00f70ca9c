import { afterEach, describe, expect, test } from 'vitest';
import { BlueButtonError } from '../../src/errors/index.ts';
import { startSandbox, type DataText, type Sandbox } from '../../src/sandbox/index.ts';
import { bundle, json, signedIn, type Get } from './app.ts';

const patient = { resourceType: 'Patient', id: 'ann' };
const subject = { reference: 'Patient/ann' };
const open: Sandbox[] = [];
afterEach(async () => {
  for (const sandbox of open.splice(0)) await sandbox.close();
});

function text(value: unknown): DataText {
  return { name: 'given.json', text: JSON.stringify(value) };
}

function goalOf(status: string): unknown {
  return {
    resourceType: 'Goal',
    id: 'g',
    lifecycleStatus: status,
    subject,
  };
}

function bundleOf(id: string): unknown {
  return {
    resourceType: 'Bundle',
    type: 'transaction',
    entry: [
      { fullUrl: 'urn:uuid:0000', resource: { resourceType: 'Organization', id } },
      { fullUrl: `https://example.com/r4/Patient/${id}`, resource: { resourceType: 'Patient', id } },
      {
        resource: {
          resourceType: 'Goal',
          id,
          subject: { reference: `https://example.com/r4/Patient/${id}` },
          expressedBy: { reference: 'urn:uuid:0000' },
          note: [{ text: 'urn:uuid:0000', authorReference: { reference: 'urn:uuid:not-here' } }],
        },
      },
    ],
  };
}

function doctor(id: string, value: string): unknown {
  return {
    resourceType: 'Practitioner',
    id,
    identifier: [{ system: 'http://example.com/npi', value }],
  };
}

function ask(value: string): unknown {
  return {
    reference: `Practitioner?identifier=http://example.com/npi|${value}`,
  };
}

async function serving(...data: DataText[]): Promise<Get> {
  const sandbox = await startSandbox({ data });
  open.push(sandbox);
  return signedIn(sandbox);
}

describe('the portal takes', () => {
  test('a resource, a list, NDJSON and Bundles within Bundles', async () => {
    const inner = { resourceType: 'Bundle', type: 'collection', entry: [{ resource: patient }] };
    const goals = ['a', 'b'].map((id) => ({ resourceType: 'Goal', id, subject }));
    const get = await serving(
      text({ resourceType: 'Bundle', type: 'batch-response', entry: [{ resource: inner }, {}] }),
      text([{ resourceType: 'Flag', id: 'f', subject }]),
      { name: 'goals.ndjson', text: `\uFEFF${goals.map((goal) => JSON.stringify(goal)).join('\r\n\r\n')}\n` },
    );
    expect((await bundle(await get('/Flag?patient=ann'))).matches).toEqual(['Flag/f']);
    expect((await bundle(await get('/Goal?patient=ann'))).matches).toEqual(['Goal/a', 'Goal/b']);
  });

  test('of two resources of one place the last', async () => {
    const get = await serving(text([patient, goalOf('proposed')]), text(goalOf('active')));
    expect(await json(await get('/Goal/g'))).toMatchObject({ lifecycleStatus: 'active' });
    expect((await bundle(await get('/Goal?patient=ann'))).total).toBe(1);
  });

  test('resources without an id, each under one that is the same at every start', async () => {
    const data = text([patient, { resourceType: 'Goal', subject }, { resourceType: 'Goal', subject }]);
    const [first, second] = [await serving(data), await serving(data)];
    const found = (await bundle(await first('/Goal?patient=ann'))).matches;
    expect(new Set(found).size).toBe(2);
    expect((await bundle(await second('/Goal?patient=ann'))).matches).toEqual(found);
  });

  test('no OperationOutcome that came with a search', async () => {
    const outcome = { resourceType: 'OperationOutcome', id: 'o', issue: [] };
    const get = await serving(text([patient, outcome]));
    expect((await get('/OperationOutcome/o')).status).toBe(404);
  });
});

describe('references of the data become relative', () => {
  test('where they name a fullUrl, the same Bundle’s first', async () => {
    const get = await serving(text(bundleOf('ann')), text(bundleOf('bob')));
    expect(await json(await get('/Goal/ann'))).toEqual({
      resourceType: 'Goal',
      id: 'ann',
      subject: { reference: 'Patient/ann' },
      expressedBy: { reference: 'Organization/ann' },
      note: [{ text: 'urn:uuid:0000', authorReference: { reference: 'urn:uuid:not-here' } }],
    });
  });

  test('where they are conditional and exactly one resource answers', async () => {
    const careTeam = {
      resourceType: 'CareTeam',
      id: 'c',
      subject,
      participant: ['1', '2', '3'].map((v) => ({ member: ask(v) })),
    };
    const get = await serving(
      text([patient, careTeam, doctor('x', '1'), doctor('y', '2'), doctor('z', '2')]),
    );
    expect((await json(await get('/CareTeam/c')))['participant']).toEqual([
      { member: { reference: 'Practitioner/x' } },
      { member: ask('2') },
      { member: ask('3') },
    ]);
  });

  test('and contained resources stay inside, their references too', async () => {
    const order = {
      resourceType: 'MedicationRequest',
      id: 'o',
      contained: [{ resourceType: 'Medication', id: 'm', code: { text: 'A made-up pill' } }],
      medicationReference: { reference: '#m' },
      subject,
    };
    const get = await serving(text([patient, order]));
    expect(await json(await get('/MedicationRequest/o'))).toEqual(order);
    expect((await get('/Medication/m')).status).toBe(404);
  });
});

describe('the portal does not start', () => {
  test.each([
    ['text', 'Dear Sir, my secret is 4711', 'not JSON'],
    ['broken JSON', '{"resourceType":"Patient",\n"id":"secret-4711"', 'not JSON'],
    ['NDJSON with a broken line', '{"resourceType":"Patient","id":"p"}\n{"secret-4711', 'line 2'],
    ['JSON that is not FHIR', '{"secret":"4711"}', 'not FHIR'],
    ['a list with something else in it', '[{"resourceType":"Patient","id":"p"},4711]', 'not FHIR'],
    ['nesting without end', '['.repeat(100_000), 'not JSON'],
    ['FHIR without a Patient', '{"resourceType":"Goal","id":"secret-4711"}', 'no Patient'],
    ['a Bundle of nothing', '{"resourceType":"Bundle","type":"collection"}', 'no Patient'],
  ])('on %s, and quotes none of it', async (_, content, said) => {
    const started = startSandbox({ data: [{ name: 'given.json', text: content }] });
    const error: unknown = await started.then(
      (sandbox) => sandbox.close(),
      (thrown: unknown) => thrown,
    );
    if (!(error instanceof BlueButtonError)) throw new Error('it started');
    expect(error.code).toBe('not-a-health-record');
    expect(error.message).toContain(said);
    expect(`${error.message} ${error.why} ${error.try}`).not.toContain('4711');
  });

  test('on a port that another program has, and says what to do', async () => {
    const first = await startSandbox({ data: [text(patient)] });
    open.push(first);
    const second = startSandbox({ data: [text(patient)], port: first.port });
    await expect(second).rejects.toMatchObject({
      name: 'BlueButtonError',
      code: 'failed',
      why: 'Another program uses the port.',
      try: expect.stringContaining('another port'),
    });
  });
});
