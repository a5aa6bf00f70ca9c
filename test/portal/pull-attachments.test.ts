import { describe, expect, it } from 'vitest';
import { bring, patient, portal, row, searchset, subject } from './pulling.ts';
import { openType } from './stub.ts';

const note = (id: string, ...attachments: object[]) => ({
  resourceType: 'DocumentReference',
  id,
  subject,
  date: '2024-03-05',
  description: 'Discharge summary',
  content: attachments.map((attachment) => ({ attachment })),
});

describe('attachments', () => {
  const pdf = Uint8Array.from([0x25, 0x50, 0x44, 0x46, 0x00, 0xff]);
  const documents = { DocumentReference: openType };
  const noteSearch = 'DocumentReference?patient=1';

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

  it('at another origin are not fetched, and named', async () => {
    const other = await portal({});
    const stub = await portal({
      'Patient/1': patient,
      [noteSearch]: searchset([
        note('n', { contentType: 'application/pdf', url: `${other.origin}/secret.pdf` }),
      ]),
    });
    const brought = await bring(stub, documents);
    expect(other.seen).toEqual([]);
    expect(row(brought, 'attachments')).toMatchObject({
      outcome: 'truncated',
      missing: [`DocumentReference/n/content/0/attachment (at ${new URL(other.origin).host})`],
    });
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
          { contentType: 'text/plain', data: 'aGVsbG8=' },
        ),
      ]),
      'Binary/no': { status: 403, body: '' },
      'Binary/empty': { body: '' },
      'Binary/page': { body: '<html>Sign in</html>', headers: { 'content-type': 'text/html' } },
    });
    const brought = await bring(stub, documents);
    expect(brought.documents).toEqual([]);
    expect(row(brought, 'attachments')?.missing).toEqual([
      'DocumentReference/n/content/0/attachment (403)',
      'DocumentReference/n/content/1/attachment (no content)',
      'DocumentReference/n/content/2/attachment (no content)',
    ]);
    expect(row(brought, 'attachments')?.outcome).toBe('failed');
  });
});
