import { isObject, type JsonObject, type JsonValue } from '../../../json/index.ts';
import { lookUp, xhtmlText, type Resource } from '../../../model/index.ts';
import type { XmlElement } from '../../xml/element.ts';
import { textAttachment } from '../../text-attachment.ts';
import { attachmentOf } from '../attachment.ts';
import { filled, filledOrNone, listOf, present } from '../../json-parts.ts';
import type { Mapper } from '../mapper.ts';
import type { Mapping } from '../mapping.ts';
import { identifierOf } from '../identifier.ts';
import { absent } from '../../absent.ts';
import { statusOf } from '../statement.ts';
import { instantOf } from '../time.ts';
import { fragmentXhtml } from '../narrative.ts';

const clinicalNote = {
  coding: [
    {
      system: 'http://hl7.org/fhir/us/core/CodeSystem/us-core-documentreference-category',
      code: 'clinical-note',
    },
  ],
};

const documentStatus: Readonly<Record<string, string>> = {
  completed: 'final',
  active: 'preliminary',
  nullified: 'entered-in-error',
};

/** Note Activity → DocumentReference (C-CDA on FHIR, "Notes"). */
export const note: Mapper = {
  map(mapping) {
    const { element } = mapping;
    const status = lookUp(documentStatus, statusOf(element));
    if (status !== undefined) mapping.take(element.at('statusCode'));
    const authors = element.all('author');
    const author = present(authors.map((one) => mapping.party(one)));
    const time = authors[0]?.at('time');
    const date = instantOf(time);
    if (date !== undefined) mapping.take(time);
    return {
      resourceType: 'DocumentReference',
      status: status === 'entered-in-error' ? 'entered-in-error' : 'current',
      ...filled({ docStatus: status, type: mapping.concept(element.at('code')) }),
      category: [clinicalNote],
      subject: mapping.document.subject,
      ...filled({ date, author: listOf(author) }),
      content: contentOf(mapping, element.at('text')),
      ...filled({ context: contextOf(mapping) }),
    };
  },
};

function contextOf(mapping: Mapping): JsonObject {
  return filled({ period: mapping.period(mapping.element.at('effectiveTime')) });
}

/** What a note says: the part of the narrative it refers to, and the bytes it carries. */
function contentOf(mapping: Mapping, text: XmlElement | undefined): JsonValue[] {
  const { narrative } = mapping.document;
  const target = narrative.elementAt(text?.at('reference'));
  const bytes = text && attachmentOf(text);
  const words = target ? writtenIn(target) : bytes === undefined && text ? writtenIn(text) : '';
  const attachments = [bytes, words === '' ? undefined : textAttachment(words)].filter(
    (part) => part !== undefined,
  );
  if (text && attachments.length > 0) mapping.take(text);
  return attachments.length > 0
    ? attachments.map((attachment) => ({ attachment }))
    : [{ attachment: { extension: [absent('unknown')] } }];
}

function isEmptyContent(content: JsonValue): boolean {
  const attachment = isObject(content) ? content['attachment'] : undefined;
  return isObject(attachment) && attachment['extension'] !== undefined;
}

/** The words of a part of the narrative, a line for each of its blocks; a body of plain text as it is. */
function writtenIn(element: XmlElement): string {
  const isPlain = element.parent?.name === 'nonXMLBody' && element.elements().length === 0;
  return isPlain ? element.rawText().trim() : xhtmlText(fragmentXhtml(element));
}

/** An image or other medium of an entry (observationMedia) → Media. */
export const media: Mapper = {
  map(mapping) {
    const { element } = mapping;
    const value = element.at('value');
    const content = value && attachmentOf(value);
    if (content) mapping.take(value);
    const title = element.attribute('ID');
    return {
      resourceType: 'Media',
      status: 'completed',
      subject: mapping.document.subject,
      content: content
        ? { ...content, ...(title !== undefined && { title }) }
        : { extension: [absent('unknown')] },
    };
  },
};

/**
 * A document without entries (nonXMLBody) → DocumentReference with its bytes, text or address (C-CDA on FHIR, "Unstructured
 * Document"). What its header says beyond that is kept as sent.
 */
export function unstructuredDocument(mapping: Mapping, encounter: JsonObject | undefined): Resource {
  const { element: root } = mapping;
  const date = instantOf(root.at('effectiveTime'));
  const title = root.at('title');
  const ids = root.at('id');
  mapping.take(ids, title, root.at('recordTarget'), root.at('componentOf'));
  if (date !== undefined) mapping.take(root.at('effectiveTime'));
  const author = present(root.all('author').map((one) => mapping.party(one)));
  const content = contentOf(mapping, root.at('component', 'nonXMLBody', 'text'));
  if (!content.every(isEmptyContent)) mapping.take(root.at('component'));
  return {
    resourceType: 'DocumentReference',
    ...filled({ masterIdentifier: ids && identifierOf(ids) }),
    status: 'current',
    ...filled({ type: mapping.concept(root.at('code')) }),
    subject: mapping.document.subject,
    ...filled({
      date,
      author: listOf(author),
      authenticator: mapping.person(root.at('legalAuthenticator')),
      custodian: mapping.party(root.at('custodian', 'assignedCustodian', 'representedCustodianOrganization')),
      description: title?.text(),
    }),
    content,
    ...filled({ context: filledOrNone({ encounter: encounter && [encounter] }) }),
  };
}
