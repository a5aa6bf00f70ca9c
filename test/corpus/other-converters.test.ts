import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isNumber, isObject, parseJson, type JsonValue } from '../../src/json/index.ts';
import { corpusCases, filesUnder, noteAbsence } from '../cli/corpus.ts';
import { rendered } from '../facts/reading.ts';
import { said } from '../formats/ccda/clinical-document.ts';

const { present, absent } = corpusCases(1);

/** What other programs make of a document, and the document. */
interface Pair {
  theirs: string;
  document: string;
}

/** The pairs of Microsoft's converter, of bluebutton.js and of Amida's. */
function pairsUnder(corpus: string): Pair[] {
  const ccda = join(corpus, 'ccda');
  const microsoft = filesUnder(join(ccda, 'microsoft-fhir-converter/expected-fhir-r4'), ['.json']).map(
    (theirs) => ({
      theirs,
      document: join(
        ccda,
        'microsoft-fhir-converter/input',
        `${theirs.slice(theirs.lastIndexOf('/') + 1).replace('-expected.json', '')}.ccda`,
      ),
    }),
  );
  const blueButtonJs = join(ccda, 'bluebuttonjs/fixtures');
  const others = [
    ['json/epic_ccda_expected_output.json', 'ccda/epic_phr.xml'],
    ['json/hl7_ccda_expected_output.json', 'ccda/hl7_expected_ccda.xml'],
    ['json/nist_ccda_expected_output.json', 'ccda/nist_expected_ccda.xml'],
  ].map(([theirs = '', document = '']) => ({
    theirs: join(blueButtonJs, theirs),
    document: join(blueButtonJs, document),
  }));
  const amida = {
    theirs: join(ccda, 'amida-cda-fhir/bluebutton-01-original-gold.fhir-dstu2.json'),
    document: join(ccda, 'amida-cda-fhir/bluebutton-01-original.xml'),
  };
  return [...microsoft, ...others, amida];
}

/** Members that name no fact of the document: their own ids and addresses, FHIR's words, markup. */
const notFacts = [
  'id',
  'reference',
  'fullUrl',
  'url',
  'system',
  'resourceType',
  'div',
  'method',
  'versionId',
  'lastUpdated',
  'profile',
  'status',
  // Ours is FHIR's address of the code system, and the media type that the document states.
  'code_system',
  'code_system_name',
  'contentType',
];

/** Facts of theirs that ours says in another way, by their place. */
const saidOtherwise = [
  // They add the name of the language; the document has its code alone.
  /communication\.language\.coding\.display$/,
  // FHIR has the kind of contact beside the number, not before it.
  /phone\.(work|home)$|provider\.phone$/,
  // Ours keeps the time of a signature as sent.
  /attester\.time$/,
];

/** Every value in a JSON text with the way to it, lists left out. */
function* valuesIn(value: JsonValue | undefined, way: readonly string[] = []): Generator<[string[], string]> {
  if (Array.isArray(value)) for (const item of value) yield* valuesIn(item, way);
  else if (isObject(value))
    for (const [name, member] of Object.entries(value)) yield* valuesIn(member, [...way, name]);
  else if (typeof value === 'string' || isNumber(value)) yield [[...way], String(value)];
}

function folded(text: string): string {
  return text.toLowerCase().replaceAll(/\s+/g, ' ').trim();
}

/** The facts in theirs that stand whole in the document, each with its place. */
function statedFacts(xml: string, theirs: JsonValue): { place: string; fact: string }[] {
  const source = folded(xml.replaceAll('&amp;', '&').replaceAll('&lt;', '<').replaceAll('&gt;', '>'));
  return [...valuesIn(theirs)].flatMap(([way, value]) => {
    const place = way.join('.');
    const fact = folded(value);
    const isDate = /^\d{4}-\d\d(-\d\d)?$/.test(fact);
    const inSource = isDate ? fact.replaceAll('-', '') : fact;
    const isStated = [`"${inSource}`, `>${inSource}`, `${inSource}"`, `${inSource}<`].some((part) =>
      source.includes(part),
    );
    const isFact = fact.length > 1 && !notFacts.includes(way.at(-1) ?? '') && isStated;
    return isFact ? [{ place, fact }] : [];
  });
}

describe.each(present)('what other converters find in a document', (corpus) => {
  it('is in ours too: every code, name, date and value of theirs that the document has', async () => {
    const pairs = pairsUnder(corpus);
    expect(pairs).toHaveLength(26);
    let count = 0;
    for (const { theirs, document } of pairs) {
      const { built } = await said(readFileSync(document));
      const ours = folded(
        rendered('fhir', built)
          .replaceAll(String.raw`\"`, '"')
          .replaceAll(String.raw`\n`, ' '),
      );
      const expected = parseJson(readFileSync(theirs, 'utf8').replace(/^\uFEFF/, ''));
      const facts = statedFacts(readFileSync(document, 'utf8'), expected);
      const missing = facts
        .filter(({ place, fact }) => !ours.includes(fact) && !saidOtherwise.some((how) => how.test(place)))
        .map(({ place, fact }) => `${place}: ${fact}`);
      expect(missing, relative(corpus, document)).toEqual([]);
      count += facts.length;
    }
    expect(count).toBeGreaterThan(4500);
  }, 120_000);
});

it.each(absent)('says that %i tests need the corpus', (tests) => {
  expect(noteAbsence(tests)).toBe(true);
});
