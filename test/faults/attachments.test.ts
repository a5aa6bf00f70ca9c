import { describe, expect, it } from 'vitest';
import type { QueryOutcome } from '../../src/model/ledger.ts';
import { expectSafe, faultsOf, note, pullWith, whole } from './pulled.ts';

interface Row {
  fault: string;
  where?: string;
  /** True where the document comes as it is. */
  came?: boolean;
  outcome?: QueryOutcome;
  reason?: RegExp;
  notices?: RegExp[];
  missing?: string;
  /** Requests to the second origin: none of them with the token. */
  elsewhere?: number;
  title?: string;
}

const refusedAt = 'DocumentReference/d1/content/0/attachment';
const nothing = { came: false, outcome: 'failed', missing: `${refusedAt} (no content)` } as const;

const table: Row[] = [
  { fault: 'binary-always-json' },
  { fault: 'binary-bad-base64', ...nothing, reason: /not base64/ },
  { fault: 'binary-empty', ...nothing, reason: /came empty/ },
  {
    fault: 'attachment-content-type-mismatch',
    notices: [/The type stated is text\/plain, and it came as application\/pdf\.$/],
  },
  {
    fault: 'attachment-hash-mismatch',
    notices: [/: 1 bytes are stated, and \d+ came\.$/, /SHA-1 stated is not the one of what came/],
  },
  // The title is told as it is: the archive makes the names of its files itself (test/archive/pull.test.ts).
  { fault: 'attachment-title-traversal', title: '../../../climbed.txt' },
  { fault: 'attachment-absolute' },
  { fault: 'attachment-inline', came: false, outcome: 'empty' },
  { fault: 'attachment-missing', came: false, outcome: 'empty' },
  { fault: 'attachment-foreign', ...nothing, reason: /is not a safe address/ },
  { fault: 'attachment-presigned', elsewhere: 1 },
  {
    fault: 'attachment-expired',
    came: false,
    outcome: 'refused',
    missing: `${refusedAt} (403)`,
    reason: /where the portal keeps it, answered 403\.$/,
    // Once more after the resource was read again: it may name a fresh address.
    elsewhere: 2,
  },
  { fault: 'attachment-redirect-other-origin', elsewhere: 1 },
  { fault: 'html-login-page', where: 'Binary', ...nothing, reason: /^A web page came/ },
  { fault: 'empty-body', where: 'Binary', ...nothing, reason: /came empty/ },
  {
    fault: '500-always',
    where: 'Binary',
    came: false,
    outcome: 'failed',
    missing: `${refusedAt} (500)`,
    reason: /answered 500/,
  },
  {
    fault: 'resource-gone',
    where: 'Binary',
    came: false,
    outcome: 'refused',
    missing: `${refusedAt} (410)`,
    reason: /answered 410/,
  },
];

describe('a portal whose documents are as no document should be', () => {
  it.each(table)('$fault', async ({ fault, where, came = true, elsewhere = 0, ...row }) => {
    const brought = await pullWith([where === undefined ? fault : `${fault}@${where}`]);
    expectSafe(brought, { elsewhere: elsewhere > 0 ? 1 : 0 });
    expect(brought.log.filter((entry) => entry.elsewhere !== undefined)).toHaveLength(elsewhere);
    expect(brought.names).toEqual(whole);
    expect(brought.documents.map(({ bytes, title }) => [Buffer.from(bytes).toString(), title])).toEqual(
      came ? [[note, row.title]] : [],
    );
    const attachments = brought.rows.find(({ query }) => query === 'attachments');
    expect(attachments).toMatchObject({
      outcome: row.outcome ?? 'complete',
      missing: row.missing === undefined ? [] : [row.missing],
    });
    expect(attachments?.reason ?? '').toMatch(row.reason ?? /^$/);
    for (const notice of row.notices ?? [])
      expect(attachments?.notices).toContainEqual(expect.stringMatching(notice));
    expect(brought.gaps.filter((gap) => gap !== attachments)).toEqual([]);
  });

  it('attachment-inline: the content stays in the resource that holds it', async () => {
    const { resources } = await pullWith(['attachment-inline']);
    const document = resources.find(({ resourceType }) => resourceType === 'DocumentReference');
    expect(document?.text).toContain(Buffer.from(note).toString('base64'));
  });

  it('html-login-page: one in place of a note that is HTML by rights is not taken for it', async () => {
    const page = await pullWith(['html-login-page@Binary'], { noteType: 'text/html' });
    expectSafe(page);
    expect(page.gaps).toMatchObject([{ query: 'attachments', outcome: 'failed' }]);
    const written = await pullWith([], { noteType: 'text/html' });
    expect(written.documents).toMatchObject([{ contentType: 'text/html' }]);
  });

  it('every fault of attachments is in the table', () => {
    const tested = new Set(table.filter(({ where }) => where === undefined).map(({ fault }) => fault));
    expect([...tested].toSorted()).toEqual(faultsOf('attachments'));
  });
});
