import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { newHome, repository, type Home } from './bluebutton.ts';
import { openPortal, signUp } from './practice-portal.ts';

const summary = join(repository, 'samples/documents/summary-of-care.xml');
let home: Home;

beforeAll(async () => {
  home = await newHome();
});

describe('a C-CDA document given as a file', () => {
  it('is shown with the file, line and XPath of each row', async () => {
    const { stdout } = await home.done(['show', summary, '--sources', '--section', 'allergies']);
    expect(stdout).toContain('Penicillin');
    expect(stdout.replaceAll(/\s+/g, '')).toMatch(
      /Penicillin:summary-of-care\.xml,line\d+,\/ClinicalDocument\/component\/structuredBody\/component\[1\]\/section\/entry\[1\]\/act\/entryRelationship\/observation/,
    );
  });

  it.each(['json', 'ndjson', 'markdown', 'fhir', 'text'])('is converted to %s', async (format) => {
    expect((await home.done(['convert', summary, '--to', format])).stdout).toContain('Penicillin');
  });

  it('is imported as it is, and shown from the archive', async () => {
    await home.done(['import', summary]);
    await home.done(['verify']);
    const { stdout } = await home.done(['show', 'allergies']);
    expect(stdout).toContain('[REFUTED] Latex');
    expect((await home.done(['summary'])).stdout).toContain('Urticaria, severe');
  });
});

describe('a C-CDA document that came with a pull', () => {
  let portalHome: Home;
  const id = 'DocumentReference/summary-of-care-2024-11-06';

  beforeAll(async () => {
    portalHome = await newHome();
    await signUp(portalHome, await openPortal(portalHome));
    await portalHome.done(['pull', 'practice']);
  });

  it('is listed among the documents', async () => {
    const { stdout } = await portalHome.done(['show', 'notes', '--json']);
    const { sections }: { sections: { notes: { id: string }[] } } = JSON.parse(stdout);
    expect(sections.notes.map((note) => note.id)).toContain(id);
  });

  it('is listed with the id to show it by', async () => {
    const { stdout } = await portalHome.done(['show', 'notes']);
    expect(stdout).toMatch(
      /To show one: --document[\s\S]*^ {4}summary-of-care-2024-11-06 {2}Summary of episode note$/m,
    );
  });

  it('is not counted a second time: its facts are no rows of the record', async () => {
    const { stdout } = await portalHome.done(['show', 'allergies']);
    expect(stdout).toContain('Hives, severe');
    expect(stdout).not.toContain('Urticaria');
  });

  it('is shown as a record of its own by its id, whole or as it begins', async () => {
    for (const word of [id, 'summary-of-care']) {
      const { stdout } = await portalHome.done(['show', '--document', word]);
      expect(stdout).toContain('Urticaria, severe');
      expect(stdout).toContain('Why she came');
    }
  });

  it('is apart from other files: text is shown as it is, and of a PDF where it lies', async () => {
    const { stdout } = await portalHome.done(['show', '--document', 'discharge-summary-2018-02-09']);
    expect(stdout).toMatch(/application\/pdf, \d+ bytes, kept in the archive at /);
    expect(stdout).toContain('HARBOR GENERAL HOSPITAL');
  });

  it('that is not there is refused with the nearest', async () => {
    const { status, stderr } = await portalHome.run([
      'show',
      '--document',
      'DocumentReference/summary-of-care-2024-11-07',
    ]);
    expect(status).toBe(2);
    expect(stderr).toContain(`Try: bluebutton show --document ${id}`);
  });
});
