import { assertionOf } from '../assertion.ts';
import { attachmentsOf } from '../attachment.ts';
import { codesOf, nameOf, wordsOf } from '../coding.ts';
import { some } from '../list.ts';
import { referenceName, referenceNames } from '../reference.ts';
import { defineSection } from '../section.ts';

/** Clinical notes and documents: DocumentReference, and the Composition of a FHIR document (R4). */
export const notes = defineSection({
  name: 'notes',
  title: 'Notes and documents',
  fields: {
    categories: { kind: 'texts', title: 'Category', description: 'Category as recorded.' },
    authors: { kind: 'texts', title: 'By', description: 'Who wrote it.' },
    signer: { kind: 'text', title: 'Signed by', description: 'Who signed or authenticated it.' },
    custodian: { kind: 'text', title: 'Kept by', description: 'The organization that keeps the original.' },
    description: { kind: 'text', title: 'Description', description: 'Description or title as recorded.' },
    documentStatus: { kind: 'text', title: 'Document status', description: 'Status of the document itself.' },
    attachments: {
      kind: 'attachments',
      title: 'Files',
      description: 'The document itself, in each of its formats.',
    },
    parts: { kind: 'texts', title: 'Parts', description: 'Titles of the sections of a FHIR document.' },
  },
  columns: [
    { title: 'Date', fields: ['date', 'start'] },
    { title: 'Description', fields: ['description'] },
    { title: 'By', fields: ['authors', 'signer'] },
    { title: 'Files', fields: ['attachments'] },
    { title: 'Status', fields: ['statusAsRecorded'] },
  ],
  holds: (resource) => ['DocumentReference', 'Composition'].includes(resource.string('resourceType') ?? ''),
  read(resource, context) {
    const type = resource.child('type');
    const visit = resource.child('context')?.child('period');
    const attachments = resource.children('content').flatMap((content) => content.child('attachment') ?? []);
    return {
      name: nameOf(type) ?? resource.string('title') ?? resource.string('description'),
      codes: codesOf(type),
      assertion: assertionOf(resource),
      status: 'not stated',
      statusAsRecorded: resource.string('status'),
      date: resource.date('date') ?? attachments[0]?.string('creation'),
      start: visit?.string('start'),
      end: visit?.string('end'),
      categories: some(wordsOf(resource.children('category'))),
      authors: some(referenceNames(resource.children('author'), context)),
      signer: referenceName(resource.child('authenticator'), context),
      custodian: referenceName(resource.child('custodian'), context),
      description: resource.string('description') ?? resource.string('title'),
      documentStatus: resource.string('docStatus'),
      attachments: some(attachmentsOf(attachments)),
      parts: some(resource.children('section').flatMap((section) => section.string('title') ?? [])),
    };
  },
});
