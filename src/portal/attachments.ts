import { isObject, pointerStep, type JsonObject, type JsonValue } from '../json/index.ts';
import { Element, type Resource } from '../model/index.ts';

/** An attachment of a resource whose bytes lie elsewhere (R4 §2.24.0.5, `Attachment.url`). */
export interface NamedAttachment {
  resourceType: string;
  id: string;
  /** JSON pointer to the attachment in the resource. */
  pointer: string;
  /** As stated. */
  url: string;
  contentType?: string;
  /** Bytes the content should have. */
  size?: number;
  /** SHA-1 of the content, in base64. */
  hash?: string;
  title?: string;
  date?: string;
}

/** Members that are attachments even when no content type is stated. */
const attachmentMembers = /^(attachment|presentedForm|photo|\w+Attachment)$/;

/** The attachments anywhere in a resource that state an address; those with their data in place need no fetching. */
export function attachmentsIn(resource: Resource, id: string): NamedAttachment[] {
  const found: Found[] = [];
  collectAddressed(resource, '', '', found);
  if (found.length === 0) return [];
  const element = new Element(resource, () => undefined);
  const title = titleOf(element);
  const date = dateOf(element);
  return found.flatMap(({ value, url, member, pointer }) => {
    const { contentType, data, hash } = value;
    if (typeof data === 'string') return [];
    if (typeof contentType !== 'string' && !attachmentMembers.test(member)) return [];
    const attachment = new Element(value, () => undefined);
    const ownTitle = attachment.string('title') ?? title;
    const size = Number(attachment.decimal('size') ?? NaN);
    const ownDate = attachment.string('creation') ?? date;
    return {
      resourceType: resource.resourceType,
      id,
      pointer,
      url,
      ...(typeof contentType === 'string' && contentType !== '' && { contentType }),
      ...(Number.isInteger(size) && { size }),
      ...(typeof hash === 'string' && hash !== '' && { hash }),
      ...(ownTitle !== undefined && { title: ownTitle }),
      ...(ownDate !== undefined && { date: ownDate }),
    };
  });
}

interface Found {
  value: JsonObject;
  url: string;
  /** The member it is the value of, or an item of the value of. */
  member: string;
  pointer: string;
}

/** Finds the objects, at any depth, that state a `url`. */
function collectAddressed(
  value: JsonValue | undefined,
  member: string,
  pointer: string,
  found: Found[],
): void {
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) collectAddressed(item, member, `${pointer}/${index}`, found);
  } else if (isObject(value)) {
    const { url } = value;
    if (typeof url === 'string' && url !== '') found.push({ value, url, member, pointer });
    for (const [key, child] of Object.entries(value)) {
      if (typeof child === 'object') collectAddressed(child, key, `${pointer}/${pointerStep(key)}`, found);
    }
  }
}

function titleOf(resource: Element): string | undefined {
  if (typeof resource.value['description'] === 'string') return resource.string('description');
  const concept = [resource.value['type'], resource.value['code']].find(isObject);
  if (concept === undefined) return undefined;
  const found = new Element(concept, () => undefined);
  return (
    found.string('text') ??
    found
      .children('coding')
      .find((coding) => coding.string('display'))
      ?.string('display')
  );
}

function dateOf(resource: Element): string | undefined {
  const names = [
    'date',
    'effectiveDateTime',
    'issued',
    'sent',
    'authored',
    'dateTime',
    'createdDateTime',
    'created',
    // DocumentReference before R4.
    'indexed',
  ];
  const stated = names
    .map((name) => resource.value[name])
    .find((value) => typeof value === 'string' && value !== '');
  return typeof stated === 'string' ? stated : undefined;
}
