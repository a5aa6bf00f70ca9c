import { describe, expect, it } from 'vitest';
import { recordsInPage } from '../../../src/formats/container/page-records.ts';
import { allergies } from './zips.ts';

const nuts = allergies('Nuts').replace(/^<\?xml.*\?>\s*/, '');
const milk = allergies('Milk &amp; honey').replace(/^<\?xml.*\?>\s*/, '');

const asText = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
const asNumbers = (text: string): string => text.replaceAll('&', '&#38;').replaceAll('<', '&#60;');
const inScript = (text: string): string => JSON.stringify(text).replaceAll('<', String.raw`\u003c`);
const lines = (text: string): string =>
  Buffer.from(text)
    .toString('base64')
    .replaceAll(/(.{76})/g, '$1\r\n');

const ways: [string, string][] = [
  ['as XML', milk],
  ['as text', `<textarea>${asText(milk)}</textarea>`],
  ['as text, in numbers', `<pre>${asNumbers(milk)}</pre>`],
  ['in a string of JavaScript', `<script>x = ${JSON.stringify(milk)}</script>`],
  ['in a string with the brackets as numbers', `<script>x = ${inScript(milk)}</script>`],
  ['percent-encoded', `<iframe src="data:text/xml,${encodeURIComponent(milk)}"></iframe>`],
  ['in base64 with line ends', `<a href="data:text/xml;base64,${lines(milk)}">x</a>`],
];

describe('a clinical document in a web page', () => {
  it.each(ways)('is cut out of it whole: %s', (_, written) => {
    expect(recordsInPage(`<html><body>${written}</body></html>`)).toEqual({ records: [milk], missed: 0 });
  });

  it.each(ways)('is not lost beside another one that is there as XML: %s', (_, written) => {
    expect(recordsInPage(`<html>${nuts}${written}</html>`).records.toSorted()).toEqual(
      [nuts, milk].toSorted(),
    );
  });

  it('that is cut off is counted, and takes no other one with it', () => {
    const cut = nuts.slice(0, 400);
    expect(recordsInPage(`<html>${cut}${milk}</html>`)).toEqual({ records: [milk], missed: 1 });
    expect(recordsInPage(`<html>${milk}${cut}</html>`)).toEqual({ records: [milk], missed: 1 });
  });

  it('that is only spoken of is none', () => {
    const page = '<html><body>Download your ClinicalDocument here. <!-- <ClinicalDocument> --></body></html>';
    expect(recordsInPage(page)).toEqual({ records: [], missed: 0 });
  });

  it('does not make a page of a hundred thousand beginnings take for ever', () => {
    expect(recordsInPage(`<html>${'<ClinicalDocument >'.repeat(100_000)}`)).toEqual({
      records: [],
      missed: 100_000,
    });
  });
});

it('FHIR in a script is found', () => {
  const fhir = '{"resourceType":"Patient","id":"a"}';
  expect(recordsInPage(`<html><script type="application/fhir+json">${fhir}</script></html>`).records).toEqual(
    [fhir],
  );
});
