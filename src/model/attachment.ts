import type { Element } from './element.ts';
import type { Attachment } from './row.ts';

/** Attachments (R4 §2.24.0.5) as recorded; plain text inside the record is decoded so that it can be read. */
export function attachmentsOf(attachments: readonly Element[]): Attachment[] {
  return attachments.map((attachment) => {
    const contentType = attachment.string('contentType');
    const title = attachment.string('title');
    const url = attachment.string('url');
    const size = attachment.decimal('size');
    const text = textOf(attachment, contentType);
    return {
      ...(contentType !== undefined && { contentType }),
      ...(title !== undefined && { title }),
      ...(url !== undefined && { url }),
      ...(size !== undefined && { size }),
      ...(text !== undefined && { text }),
    };
  });
}

function textOf(attachment: Element, contentType: string | undefined): string | undefined {
  const data = attachment.string('data');
  if (data === undefined || contentType === undefined || !/^text\/plain\b/i.test(contentType))
    return undefined;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(data, 'base64'));
  } catch {
    return undefined;
  }
}
