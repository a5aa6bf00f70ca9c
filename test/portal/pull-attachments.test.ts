import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { TokenSet } from '../../src/portal/index.ts';
import { bring, patient, portal, portalBy, row, searchset, subject } from './pulling.ts';
import { openType, type Reply, type Seen } from './stub.ts';

const note = (id: string, ...attachments: object[]) => ({
  resourceType: 'DocumentReference',
  id,
  subject,
  date: '2024-03-05',
  description: 'Discharge summary',
  content: attachments.map((attachment) => ({ attachment })),
});

const pdf = Uint8Array.from([0x25, 0x50, 0x44, 0x46, 0x00, 0xff]);
const documents = { DocumentReference: openType };
const noteSearch = 'DocumentReference?patient=1';

const accepts = (path: string, seen: Seen[]) =>
  seen.filter((one) => one.path.endsWith(path)).map(({ headers }) => headers.accept);

const only =
  (type: string, reply: Reply): ((seen: Seen) => Reply) =>
  ({ headers }) =>
    headers.accept === type ? reply : { status: 406, body: '' };

/** A storage service that, like many, answers 400 to a token. */
const storage = (answer: (seen: Seen) => Reply) =>
  portalBy((seen) => (seen.headers.authorization === undefined ? answer(seen) : { status: 400, body: '' }));

describe('attachments', () => {
  it('come as their original bytes, asked for by their own type', async () => {
    const stub = await portal({
      'Patient/1': patient,
      [noteSearch]: searchset([note('n', { contentType: 'application/pdf', url: 'Binary/7' })]),
      'Binary/7': (seen) =>
        seen.headers.accept === 'application/pdf'
          ? { body: pdf, headers: { 'content-type': 'application/pdf' } }
          : { status: 404, body: '' },
    });
    const brought = await bring(stub, documents);
    expect(brought.documents).toEqual([
      {
        kind: 'document',
        query: 'attachments',
        resource: { resourceType: 'DocumentReference', id: 'n', pointer: '/content/0/attachment' },
        url: 'Binary/7',
        contentType: 'application/pdf',
        title: 'Discharge summary',
        date: '2024-03-05',
        bytes: Buffer.from(pdf),
      },
    ]);
    expect(row(brought, 'attachments')).toMatchObject({ outcome: 'complete', returned: 1, httpStatus: 200 });
  });

  it('are fetched once and given to every resource that names them', async () => {
    const report = {
      resourceType: 'DiagnosticReport',
      id: 'r',
      subject,
      presentedForm: [{ contentType: 'application/pdf', url: 'Binary/7' }],
    };
    const stub = await portal({
      'Patient/1': patient,
      'DiagnosticReport?patient=1': searchset([report]),
      [noteSearch]: (seen) =>
        searchset([
          note('n', { contentType: 'application/pdf', url: `http://${seen.headers.host}/fhir/Binary/7` }),
        ]),
      'Binary/7': { body: pdf },
    });
    const brought = await bring(stub, { ...documents, DiagnosticReport: openType });
    expect(brought.documents.map(({ resource }) => resource.id)).toEqual(['r', 'n']);
    expect(stub.seen.filter(({ path }) => path.endsWith('Binary/7'))).toHaveLength(1);
  });

  it('sent as a FHIR Binary are decoded', async () => {
    const binary = {
      resourceType: 'Binary',
      id: '7',
      contentType: 'text/rtf',
      data: Buffer.from('{\\rtf').toString('base64'),
    };
    const stub = await portal({
      'Patient/1': patient,
      [noteSearch]: searchset([note('n', { contentType: 'text/rtf', url: 'Binary/7' })]),
      'Binary/7': { json: binary },
    });
    expect((await bring(stub, documents)).documents[0]?.bytes).toEqual(Buffer.from('{\\rtf'));
  });

  it('with a user name in the address are not fetched', async () => {
    const stub = await portal({
      'Patient/1': patient,
      [noteSearch]: (seen) =>
        searchset([
          note('n', { contentType: 'text/plain', url: `http://me@${seen.headers.host}/fhir/Binary/7` }),
        ]),
    });
    const brought = await bring(stub, documents);
    expect(row(brought, 'attachments')?.outcome).toBe('failed');
    expect(stub.seen.some(({ path }) => path.includes('Binary'))).toBe(false);
  });

  it('that are refused, empty or a sign-in page are named', async () => {
    const stub = await portal({
      'Patient/1': patient,
      [noteSearch]: searchset([
        note(
          'n',
          { contentType: 'application/pdf', url: 'Binary/no' },
          { contentType: 'application/pdf', url: 'Binary/empty' },
          { contentType: 'application/pdf', url: 'Binary/page' },
          { contentType: 'application/pdf', url: 'Binary/page-as-pdf' },
          { contentType: 'text/plain', data: 'aGVsbG8=' },
        ),
      ]),
      'Binary/no': { status: 403, body: '' },
      'Binary/empty': { body: '' },
      'Binary/page': { body: '<html>Sign in</html>', headers: { 'content-type': 'text/html' } },
      'Binary/page-as-pdf': {
        body: '\n<!DOCTYPE html><title>Sign in</title>',
        headers: { 'content-type': 'application/pdf' },
      },
    });
    const brought = await bring(stub, documents);
    expect(brought.documents).toEqual([]);
    expect(row(brought, 'attachments')?.missing).toEqual([
      'DocumentReference/n/content/0/attachment (403)',
      'DocumentReference/n/content/1/attachment (no content)',
      'DocumentReference/n/content/2/attachment (no content)',
      'DocumentReference/n/content/3/attachment (no content)',
    ]);
    expect(row(brought, 'attachments')?.outcome).toBe('failed');
  });

  it('are asked for as FHIR, and then as anything, where their own type is answered 404 or 406', async () => {
    const binary = { resourceType: 'Binary', contentType: 'application/pdf', data: 'JVBERg==' };
    const stub = await portal({
      'Patient/1': patient,
      [noteSearch]: searchset([
        note(
          'n',
          { contentType: 'application/pdf', url: 'Binary/fhir' },
          { contentType: 'application/pdf', url: 'Binary/any' },
          { contentType: 'application/pdf', url: 'Binary/none' },
          { url: 'Binary/untyped' },
        ),
      ]),
      'Binary/fhir': only('application/fhir+json', { json: binary }),
      'Binary/any': only('*/*', { body: pdf }),
      'Binary/untyped': only('*/*', { body: pdf }),
    });
    const brought = await bring(stub, documents);
    expect(brought.documents.map(({ bytes }) => Buffer.from(bytes))).toEqual([
      Buffer.from('%PDF'),
      Buffer.from(pdf),
      Buffer.from(pdf),
    ]);
    const all = ['application/pdf', 'application/fhir+json', '*/*'];
    expect(accepts('fhir/Binary/fhir', stub.seen)).toEqual(all.slice(0, 2));
    expect(accepts('any', stub.seen)).toEqual(all);
    expect(accepts('none', stub.seen)).toEqual(all);
    expect(accepts('untyped', stub.seen)).toEqual(['*/*']);
    expect(row(brought, 'attachments')).toMatchObject({
      outcome: 'refused',
      missing: ['DocumentReference/n/content/2/attachment (404)'],
    });
  });

  it.each([
    ['that is not base64', 'JVBE*g=='],
    ['whose base64 breaks off', 'JVBERi0'],
    ['that is empty', ''],
    ['that is absent', undefined],
  ])('sent as a FHIR Binary with data %s are none', async (_, data) => {
    const stub = await portal({
      'Patient/1': patient,
      [noteSearch]: searchset([note('n', { contentType: 'application/pdf', url: 'Binary/7' })]),
      'Binary/7': { json: { resourceType: 'Binary', contentType: 'application/pdf', data } },
    });
    const brought = await bring(stub, documents);
    expect(brought.documents).toEqual([]);
    expect(row(brought, 'attachments')).toMatchObject({
      outcome: 'failed',
      missing: ['DocumentReference/n/content/0/attachment (no content)'],
    });
  });

  it('that are not as large, or not what their hash or type says, are kept, and that is noted', async () => {
    const sha1 = createHash('sha1').update(pdf).digest('base64');
    const hex256 = createHash('sha256').update(pdf).digest('hex');
    const stub = await portal({
      'Patient/1': patient,
      [noteSearch]: searchset([
        note(
          'n',
          { contentType: 'application/pdf', url: 'Binary/7', size: 6, hash: sha1 },
          { contentType: 'application/pdf', url: 'Binary/7?b', hash: hex256 },
          { contentType: 'application/pdf', url: 'Binary/7?c', size: 7, hash: 'AAAA' },
          { contentType: 'image/png', url: 'Binary/7?d' },
        ),
      ]),
      ...Object.fromEntries(
        ['', '?b', '?c', '?d'].map((end) => [
          `Binary/7${end}`,
          { body: pdf, headers: { 'content-type': 'application/pdf' } },
        ]),
      ),
    });
    const brought = await bring(stub, documents);
    expect(brought.documents.map(({ bytes }) => bytes.length)).toEqual([6, 6, 6, 6]);
    expect(row(brought, 'attachments')).toMatchObject({
      outcome: 'complete',
      notices: [
        'DocumentReference/n/content/2/attachment: 7 bytes are stated, and 6 came.',
        'DocumentReference/n/content/2/attachment: The SHA-1 stated is not the one of what came.',
        'DocumentReference/n/content/3/attachment: The type stated is image/png, and it came as application/pdf.',
      ],
    });
  });

  it('held in their own address are decoded, and the address is not written down', async () => {
    const stub = await portal({
      'Patient/1': patient,
      [noteSearch]: searchset([
        note('n', { url: 'data:text/plain;charset=utf-8;base64,aGVsbG8=' }, { url: 'data:text/plain,hello' }),
      ]),
    });
    const brought = await bring(stub, documents);
    expect(brought.documents).toMatchObject([
      {
        contentType: 'text/plain',
        url: 'data:text/plain;charset=utf-8;base64,',
        bytes: Buffer.from('hello'),
      },
    ]);
    expect(row(brought, 'attachments')?.missing).toEqual([
      'DocumentReference/n/content/1/attachment (no content)',
    ]);
  });
});

describe('attachments at another origin', () => {
  it('are fetched without token, cookie or referer', async () => {
    const other = await storage(() => ({ body: pdf, headers: { 'set-cookie': 'a=b' } }));
    const stub = await portal({
      'Patient/1': patient,
      [noteSearch]: searchset([
        note(
          'n',
          { contentType: 'application/pdf', url: `${other.origin}/1?sig=a` },
          { contentType: 'application/pdf', url: `${other.origin}/2` },
        ),
      ]),
    });
    const brought = await bring(stub, documents);
    expect(brought.documents.map(({ bytes }) => Buffer.from(bytes))).toEqual([
      Buffer.from(pdf),
      Buffer.from(pdf),
    ]);
    for (const { headers } of other.seen)
      expect(Object.keys(headers).toSorted()).toEqual([
        'accept',
        'accept-encoding',
        'connection',
        'host',
        'user-agent',
      ]);
    expect(row(brought, 'attachments')).toMatchObject({ outcome: 'complete', returned: 2 });
  });

  it('are reached by a redirect of the portal, which leaves the token behind', async () => {
    const other = await storage(() => ({ body: pdf }));
    const stub = await portal({
      'Patient/1': patient,
      [noteSearch]: searchset([note('n', { contentType: 'application/pdf', url: 'Binary/7' })]),
      'Binary/7': { status: 302, headers: { location: `${other.origin}/presigned` }, body: '' },
    });
    expect((await bring(stub, documents)).documents).toHaveLength(1);
    expect(other.seen.map(({ headers }) => headers.authorization)).toEqual([undefined]);
  });

  it('that know no token do not end the sign-in by answering 401', async () => {
    const other = await storage(() => ({ status: 401, body: '' }));
    const stub = await portal({
      'Patient/1': patient,
      [noteSearch]: searchset([note('n', { contentType: 'application/pdf', url: 'Binary/7' })]),
      'Binary/7': { status: 302, headers: { location: `${other.origin}/presigned` }, body: '' },
    });
    let renewals = 0;
    const renew = (old: TokenSet) => Promise.resolve(((renewals += 1), old));
    const brought = await bring(stub, documents, { renew });
    expect(row(brought, 'attachments')).toMatchObject({ outcome: 'refused', httpStatus: 401 });
    expect(renewals).toBe(0);
  });

  it('whose address has expired are fetched by the one their resource states now', async () => {
    const other = await storage(({ path }) =>
      path === '/doc?sig=fresh' ? { body: pdf } : { status: 403, body: '<Error>AccessDenied</Error>' },
    );
    const at = (sig: string) =>
      note('n', { contentType: 'application/pdf', url: `${other.origin}/doc?sig=${sig}` });
    const stub = await portal({
      'Patient/1': patient,
      [noteSearch]: searchset([at('old')]),
      'DocumentReference/n': { json: at('fresh') },
    });
    expect((await bring(stub, documents)).documents).toHaveLength(1);
    expect(other.seen.map(({ path }) => path)).toEqual(['/doc?sig=old', '/doc?sig=fresh']);
  });

  it('that stay refused are named, and the resource is read again once', async () => {
    const other = await storage(() => ({ status: 403, body: '' }));
    let reads = 0;
    const at = () =>
      note('n', { contentType: 'application/pdf', url: `${other.origin}/doc?sig=${(reads += 1)}` });
    const stub = await portal({
      'Patient/1': patient,
      [noteSearch]: () => searchset([at()]),
      'DocumentReference/n': () => ({ json: at() }),
    });
    const brought = await bring(stub, documents);
    expect([reads, other.seen.length]).toEqual([2, 2]);
    expect(row(brought, 'attachments')).toMatchObject({
      outcome: 'refused',
      missing: ['DocumentReference/n/content/0/attachment (403)'],
      reason: `${new URL(other.origin).host}, where the portal keeps it, answered 403.`,
    });
  });

  it.each([
    'http://example.org/x.pdf',
    'https://10.0.0.1/x.pdf',
    'https://169.254.169.254/latest/meta-data/',
    'ftp://127.0.0.1/x',
    'file:///etc/passwd',
    'urn:uuid:0c7f3a0e-4f2f-4a43-9a53-6f2f37ee8b1b',
    '#contained',
  ])('are not fetched from %s', async (url) => {
    const stub = await portal({
      'Patient/1': patient,
      [noteSearch]: searchset([note('n', { contentType: 'application/pdf', url })]),
    });
    const brought = await bring(stub, documents);
    expect(brought.documents).toEqual([]);
    expect(row(brought, 'attachments')).toMatchObject({
      outcome: 'failed',
      missing: ['DocumentReference/n/content/0/attachment (no content)'],
    });
    expect(stub.seen).toHaveLength(2);
  });
});
