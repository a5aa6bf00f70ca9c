import {
  isOutOfRange,
  saysNone,
  type Attachment,
  type Component,
  type FieldValue,
  type Row,
} from '../model/index.ts';

/**
 * A row's name with what is asserted of it, wherever a name is printed: `[REFUTED] Latex` can't be read as a latex
 * allergy. A name that itself says "no known …" needs no word before it.
 */
export function assertedName(row: Row): string {
  const name = row.name ?? '(name not recorded)';
  const cautions = row.cautions?.map((caution) => ` (${caution})`).join('') ?? '';
  if (row.assertion === 'stated' || (row.assertion === 'negated' && saysNone(row)))
    return `${name}${cautions}`;
  return `[${row.assertion.replaceAll('-', ' ').toUpperCase()}] ${name}${cautions}`;
}

/** The text of any field of a row, for people; empty when it is absent. */
export function fieldText(row: Row, field: string): string {
  return valueText(row[field]);
}

function valueText(value: Row[string]): string {
  if (value === undefined || value === null) return '';
  if (typeof value === 'string') return value;
  return value.map(itemText).join('; ');
}

type Item = Exclude<FieldValue, string>[number] | Row['codes'][number] | Row['sources'][number];

function itemText(item: Item): string {
  if (typeof item === 'string') return item;
  if ('sha256' in item)
    return `${item.sha256}${item.line === undefined ? '' : `:${item.line}`}#${item.pointer}`;
  if ('codes' in item) return componentText(item);
  if ('contentType' in item || 'url' in item || 'title' in item) return attachmentText(item);
  if (!('system' in item || 'code' in item)) return 'display' in item ? (item.display ?? '') : '';
  return [item.system, item.code].filter((part) => part !== undefined).join('|');
}

function componentText({ name, value, unit, flag, range }: Component): string {
  const parts = [name ?? '?', value, unit, flag, range && `(${range})`];
  return parts.filter((part) => part !== undefined && part !== '').join(' ');
}

function attachmentText(attachment: Attachment): string {
  const parts = [attachment.title, attachment.contentType, attachment.url];
  return parts.filter((part) => part !== undefined).join(' ');
}

/** True when a row's flag asks for attention. */
export function isFlagged(row: Row): boolean {
  return typeof row['flag'] === 'string' && isOutOfRange(row['flag']);
}
