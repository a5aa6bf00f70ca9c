import {
  isOutOfRange,
  saysNone,
  sourceName,
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
  const reported = row.informant === 'patient' ? ' (self-reported)' : '';
  const name = `${row.name ?? '(name not recorded)'}${reported}`;
  const cautions = row.cautions?.map((caution) => ` (${caution})`).join('') ?? '';
  if (row.assertion === 'stated' || (row.assertion === 'negated' && saysNone(row)))
    return `${name}${cautions}`;
  return `[${row.assertion.replaceAll('-', ' ').toUpperCase()}] ${name}${cautions}`;
}

/** The text of any field of a row, for people; empty when it is absent. */
export function fieldText(row: Row, field: string): string {
  return valueText(row[field]);
}

/**
 * The text of a field in a table for people: a time of day is left to the other outputs, a file is its title and kind.
 */
export function shortText(row: Row, field: string): string {
  const value = row[field];
  // UCUM's unit "1" says that there is none; after a number it would read as another digit.
  if (field === 'unit' && value === '1') return '';
  if (field === 'asWritten') return writtenText(row);
  if (typeof value === 'string') return dateFields.includes(field) ? value.slice(0, 10) : withDays(value);
  if (field === 'dosage' && Array.isArray(value)) return withDays(dosageWithoutBounds(row, valueText(value)));
  if (field !== 'attachments' || !Array.isArray(value)) return withDays(valueText(value));
  return value.map((item) => (isAttachment(item) ? fileText(item) : itemText(item))).join('; ');
}

/** How to take a medicine, without the first and last day that columns of their own tell. */
function dosageWithoutBounds({ start, end }: Row, text: string): string {
  if (start === undefined) return text;
  const told = [`from ${start} until ${end}`, `from ${start}`].find((bounds) => text.includes(bounds));
  return told === undefined
    ? text
    : [`, ${told}`, `${told}, `, `${told}; `, told].reduce((left, part) => left.replace(part, ''), text);
}

/** What a document says of a row in words, on one line, where that is more than its name, dosage or value. */
function writtenText(row: Row): string {
  const words = (row.asWritten ?? '').replaceAll(/\s+/g, ' ');
  const told = fold([sourceName(row), fieldText(row, 'dosage'), fieldText(row, 'value')].join(' '));
  return words === '' || told.includes(fold(words)) ? '' : `(written as: ${words})`;
}

function fold(text: string): string {
  return text.toLowerCase().replaceAll(/\s+/g, ' ').trim();
}

/** Times of day inside a text are left to the other outputs too. */
function withDays(text: string): string {
  return text.replaceAll(/\b(\d{4}-\d\d-\d\d)T\d\d(:\d\d(:\d\d(\.\d+)?)?)?(Z|[+-]\d\d:\d\d)?(?!\w)/g, '$1');
}

/** Several fields of a row in one cell: the first date that is there, and everything else, joined. */
export function joinedText(row: Row, fields: readonly string[]): string {
  const stated = fields.filter((field) => shortText(row, field) !== '');
  const date = stated.find((field) => dateFields.includes(field));
  return stated
    .filter((field) => field === date || !dateFields.includes(field))
    .map((field) => shortText(row, field))
    .join(' ');
}

/** Fields that hold a date. */
export const dateFields: readonly string[] = [
  'date',
  'start',
  'end',
  'recorded',
  'lastOccurrence',
  'lastFilled',
  'expires',
];

function fileText({ title, contentType }: Attachment): string {
  const kind = contentType?.replace(/;.*$/, '') ?? 'kind not recorded';
  return title === undefined ? kind : `${title} (${kind})`;
}

function isAttachment(item: Item): item is Attachment {
  return typeof item === 'object' && ('contentType' in item || 'url' in item || 'title' in item);
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
  if (isAttachment(item)) return attachmentText(item);
  if (!('system' in item || 'code' in item)) return 'display' in item ? (item.display ?? '') : '';
  return [item.system, item.code].filter((part) => part !== undefined).join('|');
}

function componentText({ name, value, unit, flag, range, absent }: Component): string {
  const missing = value === undefined ? `no value${absent === undefined ? '' : ` (${absent})`}` : undefined;
  const parts = [name ?? '(name not recorded)', value ?? missing, unit, flag, range && `(${range})`];
  return parts.filter((part) => part !== undefined && part !== '').join(' ');
}

function attachmentText(attachment: Attachment): string {
  const parts = [attachment.title, attachment.contentType, attachment.url];
  return parts.filter((part) => part !== undefined).join(' ');
}

/** True when a row's flag asks for attention. */
export function isFlagged(row: Row): boolean {
  const components = Array.isArray(row['components']) ? row['components'] : [];
  const parts = components.flatMap((part) => (typeof part === 'object' && 'flag' in part ? part.flag : []));
  return [row['flag'], ...parts].some((flag) => typeof flag === 'string' && isOutOfRange(flag));
}
