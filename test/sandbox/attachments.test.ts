import { afterEach, describe, expect, test } from 'vitest';
import { json } from './app.ts';
import { closeAll, serving, type Serving } from './signing-in.ts';

afterEach(closeAll);

function faulty(fault: string): Promise<Serving> {
  return serving({ faults: [fault] });
}

interface Attachment {
  contentType?: string;
  url?: string;
  data?: string;
  size?: number;
  hash?: string;
}

async function attachmentOf({ get }: Serving): Promise<Attachment> {
  const document: { content: { attachment: Attachment }[] } = JSON.parse(
    await (await get('/DocumentReference/note')).text(),
  );
  return document.content[0]?.attachment ?? {};
}

describe('a Binary', () => {
  test('binary-always-json is FHIR JSON whatever Accept says', async () => {
    const { get } = await faulty('binary-always-json');
    const response = await get('/Binary/note-text', { accept: 'text/plain' });
    expect(response.headers.get('content-type')).toBe('application/fhir+json');
    expect(await json(response)).toMatchObject({ resourceType: 'Binary', data: 'R3LDvMOfZQ==' });
  });

  test('binary-bad-base64 holds no base64', async () => {
    const { get } = await faulty('binary-bad-base64');
    const { data } = await json(await get('/Binary/note-text', { accept: 'text/plain' }));
    expect(data).toMatch(/[^A-Za-z0-9+/=]/);
  });

  test('binary-empty has no bytes', async () => {
    const { get } = await faulty('binary-empty');
    const response = await get('/Binary/note-text');
    expect([response.status, await response.text()]).toEqual([200, '']);
  });

  test('attachment-content-type-mismatch comes as another type', async () => {
    const served = await faulty('attachment-content-type-mismatch');
    expect((await attachmentOf(served)).contentType).toBe('text/plain');
    const response = await served.get('/Binary/note-text');
    expect(response.headers.get('content-type')).toBe('application/pdf');
  });
});

describe('an attachment', () => {
  test('attachment-absolute, attachment-inline, attachment-missing, attachment-hash-mismatch', async () => {
    const absolute = await faulty('attachment-absolute');
    expect((await attachmentOf(absolute)).url).toBe(`${absolute.portal.baseUrl}/Binary/note-text`);
    expect(await attachmentOf(await faulty('attachment-inline'))).toEqual({
      contentType: 'text/plain',
      data: 'R3LDvMOfZQ==',
    });
    expect(await attachmentOf(await faulty('attachment-missing'))).toEqual({ contentType: 'text/plain' });
    expect(await attachmentOf(await faulty('attachment-hash-mismatch'))).toMatchObject({ size: 1 });
  });

  test('attachment-title-traversal names a file outside any folder', async () => {
    const served = await faulty('attachment-title-traversal');
    expect(await attachmentOf(served)).toMatchObject({ title: '../../../climbed.txt' });
    const header = (await served.get('/Binary/note-text')).headers.get('content-disposition');
    expect(header).toBe('attachment; filename="../../../climbed.txt"');
  });

  test('attachment-presigned lies on another port, ever anew, and takes no token', async () => {
    const served = await faulty('attachment-presigned');
    const { url = '' } = await attachmentOf(served);
    const { url: other } = await attachmentOf(served);
    expect(other).not.toBe(url);
    expect(new URL(url).origin).not.toBe(new URL(served.portal.baseUrl).origin);
    const response = await fetch(url);
    expect(response.headers.get('content-type')).toBe('text/plain; charset=utf-8');
    expect(await response.text()).toBe('Grüße');
    expect(served.log.at(-1)).toMatchObject({
      path: '/files/Binary%2Fnote-text',
      status: 200,
      elsewhere: { authorization: false },
    });
    expect((await served.get(url)).status).toBe(400);
    expect(served.log.at(-1)).toMatchObject({ status: 400, elsewhere: { authorization: true } });
  });

  test('attachment-presigned strikes in a search as well', async () => {
    const { get } = await faulty('attachment-presigned');
    const text = await (await get('/DocumentReference?patient=ann')).text();
    expect(text).toMatch(/"url":"http:\/\/127\.0\.0\.1:\d+\/files\//);
  });

  test('attachment-expired is 403', async () => {
    const { url = '' } = await attachmentOf(await faulty('attachment-expired'));
    expect((await fetch(url)).status).toBe(403);
  });

  test('attachment-foreign lies on another host, which knows nobody', async () => {
    const { url = '' } = await attachmentOf(await faulty('attachment-foreign'));
    expect(new URL(url).hostname).toBe('localhost');
    expect((await fetch(url)).status).toBe(401);
  });

  test('attachment-redirect-other-origin redirects a Binary to a place that refuses tokens', async () => {
    const { portal, token, log } = await faulty('attachment-redirect-other-origin');
    const headers = { authorization: `Bearer ${token}` };
    const response = await fetch(`${portal.baseUrl}/Binary/note-text`, { headers, redirect: 'manual' });
    expect(response.status).toBe(302);
    const location = response.headers.get('location') ?? '';
    expect(new URL(location).origin).not.toBe(new URL(portal.baseUrl).origin);
    expect(await (await fetch(location)).text()).toBe('Grüße');
    expect((await fetch(location, { headers })).status).toBe(400);
    expect(log.at(-1)).toMatchObject({ elsewhere: { authorization: true } });
  });

  test('the other origin ends with the portal', async () => {
    const served = await faulty('attachment-presigned');
    const { url = '' } = await attachmentOf(served);
    await served.portal.close();
    await expect(fetch(url)).rejects.toThrow('fetch failed');
  });
});
