import { expect, it } from 'vitest';
import { bytesInMemory, pdfDate } from '../../src/formats/index.ts';

const dateOf = (text: string): Promise<string | undefined> =>
  pdfDate(bytesInMemory('x.pdf', Buffer.from(`%PDF-1.4\n${text}`, 'latin1')));

it.each([
  ['with a day', "<< /CreationDate (D:20240305101500+01'00') >>", '2024-03-05'],
  ['with a month only', '<< /CreationDate (D:202403) >>', '2024-03'],
  ['in its metadata', '<xmp:CreateDate>2024-03-05T10:15:00</xmp:CreateDate>', '2024-03-05'],
  [
    'of its own beside that of a file inside it',
    '3 0 obj << /CreationDate (D:20010203) >> endobj\n9 0 obj << /CreationDate (D:20240506) >> endobj\ntrailer << /Info 9 0 R >>',
    '2024-05-06',
  ],
])('a PDF that states when it was made, %s, has that date', async (_, text, date) => {
  expect(await dateOf(text)).toBe(date);
});

it.each([
  ['that states none', 'nothing'],
  ['whose year has a digit too many', '<< /CreationDate (D:191001231) >>'],
  ['with a day no calendar has', '<< /CreationDate (D:20240231) >>'],
  [
    'with two dates, and no word which is its own',
    '<< /CreationDate (D:2001) >> << /CreationDate (D:2002) >>',
  ],
])('a PDF %s has no date', async (_, text) => {
  expect(await dateOf(text)).toBeUndefined();
});
