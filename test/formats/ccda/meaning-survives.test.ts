import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { rendered } from '../../facts/reading.ts';
import { corpusCases, noteAbsence } from '../../cli/corpus.ts';
import { changed, replaced } from './change.ts';
import { said, type Said } from './clinical-document.ts';

/**
 * One fact of a real document is changed (HL7's Transfer Summary R2.1): the row, the JSON and the FHIR must carry the change,
 * at the thing that it is a fact of. Between them these are the facts that readers of clinical documents have been found to
 * lose.
 */
interface Change {
  fact: string;
  change: (xml: string) => string;
  /** The changed fact as `show --json` tells it: the section, part of the row's name (or null), and what the row must say. */
  row: { section: string; name: string | null; says: RegExp };
  /** What the FHIR of that row's resource must say. */
  fhir: RegExp;
}

const ccda = (number: number | string): string => `2.16.840.1.113883.10.20.22.4.${number}`;
const on =
  (template: string, pattern: RegExp | string, by: string, skip = 0) =>
  (xml: string): string =>
    changed(xml, template, (statement) => replaced(statement, pattern, by), skip);
const value = /<value [^>]*xsi:type="PQ"[^>]*\/>/;
const inside = (template: string, addition: string, skip = 0): ((xml: string) => string) =>
  on(template, /<\/(\w+)>$/, `${addition}</$1>`, skip);
const hemoglobin = { section: 'results', name: 'Hemoglobin' };

const changes: Change[] = [
  {
    fact: 'an allergy that is negated is not an allergy',
    change: on(ccda(7), '<observation classCode', '<observation negationInd="true" classCode'),
    row: { section: 'allergies', name: 'Penicillin', says: /"assertion":"refuted"/ },
    fhir: /"verificationStatus":\{"coding":\[\{[^}]*"code":"refuted"/,
  },
  {
    fact: 'a problem that is negated is not a problem',
    change: on(ccda(4), '<observation classCode', '<observation negationInd="true" classCode'),
    row: { section: 'problems', name: null, says: /"assertion":"refuted"/ },
    fhir: /"code":"refuted"/,
  },
  {
    fact: 'a refused immunization was not given',
    change: on(ccda(52), /negationInd="false"/, 'negationInd="true"', 0),
    row: { section: 'immunizations', name: null, says: /"assertion":"not-done"/ },
    fhir: /"status":"not-done"/,
  },
  {
    fact: 'a planned procedure was not done',
    change: on(ccda(14), 'moodCode="EVN"', 'moodCode="INT"'),
    row: { section: 'other', name: null, says: /"assertion":"planned"/ },
    fhir: /"resourceType":"ServiceRequest".*"intent":"plan"/,
  },
  {
    fact: 'an intended medication is an order, not a report',
    change: on(ccda(16), 'moodCode="EVN"', 'moodCode="INT"'),
    row: { section: 'medications', name: 'albuterol', says: /"intent":"order"/ },
    fhir: /"intent":"order"/,
  },
  {
    fact: 'an aborted medication was stopped',
    change: on(ccda(16), '<statusCode code="active"', '<statusCode code="aborted"'),
    row: { section: 'medications', name: 'albuterol', says: /"status":"past","statusAsRecorded":"stopped"/ },
    fhir: /"status":"stopped"/,
  },
  {
    fact: 'a cancelled procedure was not done',
    change: on(ccda(14), /<statusCode code="\w+"/, '<statusCode code="cancelled"'),
    row: { section: 'procedures', name: null, says: /"assertion":"not-done"/ },
    fhir: /"status":"not-done"/,
  },
  {
    fact: 'the value of a result',
    change: on(ccda(2), value, '<value xsi:type="PQ" value="7.6500" unit="g/dL"/>'),
    row: { ...hemoglobin, says: /"value":"7.6500"/ },
    fhir: /"value":7.6500/,
  },
  {
    fact: 'the unit of a result',
    change: on(ccda(2), value, '<value xsi:type="PQ" value="7" unit="mmol/L"/>'),
    row: { ...hemoglobin, says: /"unit":"mmol\/L"/ },
    fhir: /"unit":"mmol\/L"/,
  },
  {
    fact: 'the interpretation of a result',
    change: on(ccda(2), /<interpretationCode code="\w+"/, '<interpretationCode code="HH"'),
    row: { ...hemoglobin, says: /"flag":"CRITICALLY HIGH"/ },
    fhir: /"interpretation":\[\{"coding":\[\{[^}]*"code":"HH"/,
  },
  {
    fact: 'the low bound of a reference range',
    change: on(ccda(2), /<low value="12\.0"/, '<low value="11.7531"'),
    row: { ...hemoglobin, says: /"range":"11.7531–15.5 g\/dL"/ },
    fhir: /"low":\{"value":11.7531/,
  },
  {
    fact: 'a result in words',
    change: on(ccda(2), value, '<value xsi:type="ST">slightly hemolyzed</value>'),
    row: { ...hemoglobin, says: /"value":"slightly hemolyzed"/ },
    fhir: /"valueString":"slightly hemolyzed"/,
  },
  {
    fact: 'a result that is a code',
    change: on(
      ccda(2),
      value,
      '<value xsi:type="CD" code="260385009" codeSystem="2.16.840.1.113883.6.96" displayName="Negative"/>',
    ),
    row: { ...hemoglobin, says: /"value":"Negative".*260385009/ },
    fhir: /"valueCodeableConcept":\{"coding":\[\{"system":"http:\/\/snomed.info\/sct","code":"260385009","display":"Negative"/,
  },
  {
    fact: 'a result below a bound',
    change: on(
      ccda(2),
      value,
      '<value xsi:type="IVL_PQ"><high value="5.4321" unit="g/dL" inclusive="false"/></value>',
    ),
    row: { ...hemoglobin, says: /"value":"<5.4321"/ },
    fhir: /"value":5.4321,[^}]*"comparator":"<"/,
  },
  {
    fact: 'the method of a result',
    change: inside(
      ccda(2),
      '<methodCode code="703750002" codeSystem="2.16.840.1.113883.6.96" displayName="Centrifugation"/>',
    ),
    row: { ...hemoglobin, says: /"method":"Centrifugation"/ },
    fhir: /"method":\{"coding":\[\{[^}]*"code":"703750002"/,
  },
  {
    fact: 'the specimen of a result',
    change: inside(
      ccda(2),
      '<specimen><specimenRole><specimenPlayingEntity><code code="119297000" codeSystem="2.16.840.1.113883.6.96" displayName="Blood specimen"/></specimenPlayingEntity></specimenRole></specimen>',
    ),
    row: { ...hemoglobin, says: /"specimen":"Blood specimen"/ },
    fhir: /"resourceType":"Specimen".*"code":"119297000"/,
  },
  {
    fact: 'the time of a vital sign with its offset',
    change: on(ccda(27), /<effectiveTime value="\d+[^"]*"/, '<effectiveTime value="20120910114530-0300"'),
    row: { section: 'vital-signs', name: null, says: /"date":"2012-09-10T11:45:30-03:00"/ },
    fhir: /"effectiveDateTime":"2012-09-10T11:45:30-03:00"/,
  },
  {
    fact: 'a time without an offset is no time in UTC',
    change: on(ccda(27), /<effectiveTime value="\d+[^"]*"/, '<effectiveTime value="20120910114530"'),
    row: { section: 'vital-signs', name: null, says: /"date":"2012-09-10T11:45:30"/ },
    fhir: /"effectiveDateTime":"2012-09-10","_effectiveDateTime":\{"extension":\[\{[^}]*"valueString":"2012-09-10T11:45:30"/,
  },
  {
    fact: 'the year alone in which a problem began',
    change: on(ccda(4), /<low value="\d+"/, '<low value="1987"'),
    row: { section: 'problems', name: null, says: /"start":"1987"/ },
    fhir: /"onsetDateTime":"1987"/,
  },
  {
    fact: 'when a problem ended',
    change: on(ccda(4), /(<low value="\d+"\s*\/>)/, '$1<high value="20130824"/>'),
    row: { section: 'problems', name: null, says: /"end":"2013-08-24"/ },
    fhir: /"abatementDateTime":"2013-08-24"/,
  },
  {
    fact: 'the translation of a problem into ICD-10',
    change: on(
      ccda(4),
      /<value xsi:type="CD"([^>]*?)\/?>(<\/value>)?/,
      '<value xsi:type="CD"$1><translation code="Z99.89" codeSystem="2.16.840.1.113883.6.90" displayName="Dependence on machines"/></value>',
    ),
    row: {
      section: 'problems',
      name: null,
      says: /"system":"http:\/\/hl7.org\/fhir\/sid\/icd-10-cm","code":"Z99.89"/,
    },
    fhir: /"code":"Z99.89"/,
  },
  {
    fact: 'a problem that is only written',
    change: on(
      ccda(4),
      /<value xsi:type="CD"[^>]*?\/>/,
      '<value xsi:type="CD" nullFlavor="UNK"><originalText>Housemaid knee</originalText></value>',
    ),
    row: { section: 'problems', name: 'Housemaid knee', says: /"name":"Housemaid knee"/ },
    fhir: /"text":"Housemaid knee"/,
  },
  {
    fact: 'a problem that is only written in the narrative',
    change: (xml) =>
      replaced(
        on(
          ccda(4),
          /<value xsi:type="CD"[^>]*?\/>/,
          '<value xsi:type="CD" nullFlavor="UNK"><originalText><reference value="#knee"/></originalText></value>',
        )(xml),
        /<\/table>/,
        '</table><paragraph ID="knee">Housemaid <content>knee</content></paragraph>',
      ),
    row: { section: 'problems', name: 'Housemaid knee', says: /"name":"Housemaid knee"/ },
    fhir: /"text":"Housemaid knee"/,
  },
  {
    fact: 'a local code system',
    change: on(
      ccda(4),
      /<value xsi:type="CD"[^>]*?\/>/,
      '<value xsi:type="CD" code="K-77" codeSystem="2.999.77" displayName="Local knee"/>',
    ),
    row: { section: 'problems', name: 'Local knee', says: /"system":"urn:oid:2.999.77","code":"K-77"/ },
    fhir: /"system":"urn:oid:2.999.77","code":"K-77"/,
  },
  {
    fact: 'a letter written as a character reference',
    change: on(
      ccda(4),
      /<value xsi:type="CD"[^>]*?\/>/,
      '<value xsi:type="CD" code="1" codeSystem="2.999.77" displayName="M&#233;ni&#xE8;re"/>',
    ),
    row: { section: 'problems', name: 'Ménière', says: /"name":"Ménière"/ },
    fhir: /"display":"Ménière"/,
  },
  {
    fact: 'a comment on a problem',
    change: inside(
      ccda(4),
      '<entryRelationship typeCode="SUBJ" inversionInd="true"><act classCode="ACT" moodCode="EVN"><templateId root="2.16.840.1.113883.10.20.22.4.64"/><code code="48767-8" codeSystem="2.16.840.1.113883.6.1"/><text>worse on stairs</text></act></entryRelationship>',
    ),
    row: { section: 'problems', name: null, says: /"notes":\["worse on stairs"\]/ },
    fhir: /"note":\[\{"text":"worse on stairs"\}\]/,
  },
  {
    fact: 'who wrote a problem down',
    change: inside(
      ccda(4),
      '<author><time value="20301231"/><assignedAuthor><id root="2.999.5" extension="77"/><assignedPerson><name><given>Zora</given><family>Quill</family></name></assignedPerson></assignedAuthor></author>',
    ),
    row: { section: 'problems', name: null, says: /"recorder":"Zora Quill"/ },
    fhir: /"recorder":\{"reference":"Practitioner\/[^"]+","display":"Zora Quill"\}/,
  },
  {
    fact: 'the id of an entry',
    change: on(ccda(4), /<id [^>]*\/>/, '<id root="2.999.9" extension="entry-77"/>'),
    row: { section: 'problems', name: null, says: /urn:oid:2.999.9\|entry-77/ },
    fhir: /"identifier":\[\{"system":"urn:oid:2.999.9","value":"entry-77"\}/,
  },
  {
    fact: 'the dose of a medication',
    change: on(ccda(16), '<doseQuantity value="2"', '<doseQuantity value="3.50" unit="mg"'),
    row: { section: 'medications', name: 'albuterol', says: /"dosage":\["3.50 mg/ },
    fhir: /"doseQuantity":\{"value":3.50,"unit":"mg"/,
  },
  {
    fact: 'how often a medication is taken',
    change: on(ccda(16), '<period value="6" unit="h"', '<period value="36" unit="h"'),
    row: { section: 'medications', name: 'albuterol', says: /1 time every 36 hours/ },
    fhir: /"frequency":1,"period":36,"periodUnit":"h"/,
  },
  {
    fact: 'the instructions of a medication in words',
    change: inside(
      ccda(16),
      '<entryRelationship typeCode="COMP"><substanceAdministration classCode="SBADM" moodCode="EVN"><templateId root="2.16.840.1.113883.10.20.22.4.147"/><code code="76662-6" codeSystem="2.16.840.1.113883.6.1"/><text>two puffs when the wind is north</text><consumable><manufacturedProduct><manufacturedLabeledDrug nullFlavor="NA"/></manufacturedProduct></consumable></substanceAdministration></entryRelationship>',
    ),
    row: { section: 'medications', name: 'albuterol', says: /two puffs when the wind is north/ },
    fhir: /"dosageInstruction":\[\{"text":"two puffs when the wind is north"/,
  },
  {
    fact: 'the reaction of an allergy',
    change: on(ccda(9), 'displayName="Nausea"', 'displayName="Blue spots"'),
    row: { section: 'allergies', name: 'Penicillin', says: /"reactions":\["[^"]*Blue spots/ },
    fhir: /"manifestation":\[\{"coding":\[\{[^}]*"display":"Blue spots"/,
  },
  {
    fact: 'the severity of a reaction',
    change: on(ccda(8), /code="255604002" displayName="Mild"/, 'code="24484000" displayName="Severe"'),
    row: { section: 'allergies', name: 'Penicillin', says: /"reactions":\["[^"]*severe/ },
    fhir: /"severity":"severe"/,
  },
  {
    fact: 'the diagnosis of an encounter',
    change: inside(
      ccda(49),
      '<entryRelationship typeCode="COMP"><act classCode="ACT" moodCode="EVN"><templateId root="2.16.840.1.113883.10.20.22.4.80"/><code code="29308-4" codeSystem="2.16.840.1.113883.6.1"/><entryRelationship typeCode="SUBJ"><observation classCode="OBS" moodCode="EVN"><templateId root="2.16.840.1.113883.10.20.22.4.4"/><value xsi:type="CD" code="1" codeSystem="2.999.77" displayName="Sunstroke"/></observation></entryRelationship></act></entryRelationship>',
    ),
    row: { section: 'encounters', name: null, says: /"diagnoses":\["Sunstroke"\]/ },
    fhir: /"diagnosis":\[\{"condition":\{"reference":"Condition\//,
  },
  {
    fact: 'the lot of a vaccine',
    change: on(ccda(52), /<lotNumberText>[^<]*<\/lotNumberText>/, '<lotNumberText>LOT-7x7</lotNumberText>'),
    row: { section: 'immunizations', name: null, says: /"lot":"LOT-7x7"/ },
    fhir: /"lotNumber":"LOT-7x7"/,
  },
];

const aboutTheDocument: { fact: string; change: (xml: string) => string; json: RegExp; fhir: RegExp }[] = [
  {
    fact: 'a second address of the person',
    change: (xml) =>
      replaced(
        xml,
        /(<patientRole[\s\S]*?<\/addr>)/,
        '$1<addr use="TMP"><streetAddressLine>9 Dune Way</streetAddressLine><city>Sandport</city></addr>',
      ),
    json: /"9 Dune Way, Sandport"/,
    fhir: /"use":"temp","line":\["9 Dune Way"\],"city":"Sandport"/,
  },
  {
    fact: 'when the person died',
    change: (xml) =>
      replaced(
        xml,
        /(<birthTime[^>]*\/>)/,
        '$1<sdtc:deceasedInd xmlns:sdtc="urn:hl7-org:sdtc" value="true"/><sdtc:deceasedTime xmlns:sdtc="urn:hl7-org:sdtc" value="20130921"/>',
      ),
    json: /"deceased":\s?"2013-09-21"/,
    fhir: /"deceasedDateTime":"2013-09-21"/,
  },
  {
    fact: 'a paragraph of a section',
    change: (xml) => replaced(xml, /<\/table>/, '</table><paragraph>Reads maps upside down.</paragraph>'),
    json: /Reads maps upside down\./,
    fhir: /Reads maps upside down\./,
  },
  {
    fact: 'a section of a kind nobody knows',
    change: (xml) =>
      replaced(
        xml,
        /<structuredBody>/,
        '<structuredBody><component><section><title>Zodiac</title><text>Born under Orion.</text></section></component>',
      ),
    json: /"title":\s?"Zodiac"[\s\S]*?"text":\s?"Born under Orion\."/,
    fhir: /"title":"Zodiac"[^}]*"div":"[^"]*[^}]*Born under Orion\./,
  },
  {
    fact: 'a section inside another',
    change: (xml) =>
      replaced(
        xml,
        /<\/section>/,
        '<component><section><title>Inner</title><text>Kept inside.</text></section></component></section>',
      ),
    json: /"title":\s?"Inner"[\s\S]*?"text":\s?"Kept inside\."/,
    fhir: /"title":"Inner"/,
  },
  {
    fact: 'who wrote the document',
    change: (xml) =>
      replaced(
        xml,
        /<custodian/,
        '<author><time value="20130921"/><assignedAuthor><id root="2.999.5" extension="78"/><assignedPerson><name><given>Ada</given><family>Quill</family></name></assignedPerson></assignedAuthor></author><custodian',
      ),
    json: /"authors":\s?\[[^\]]*"Ada Quill"/,
    fhir: /"author":\[[^\]]*"display":"Ada Quill"/,
  },
];

const total = changes.length + aboutTheDocument.length + 1;
const { present, absent } = corpusCases(total);

describe.each(present)('one fact changed in a real document', (corpus) => {
  const path = 'ccda/hl7-c-cda-examples/Documents/Transfer Summary/Transfer_Summary.xml';
  const original = readFileSync(join(corpus, path), 'utf8');

  it.each(changes)(
    'is carried by row, JSON and FHIR: $fact',
    async ({ change, row: { section, name, says }, fhir }) => {
      const before = await said(original);
      const after = await said(change(original));
      const rowsSaying = (from: Said): string[] =>
        (from.rows[section] ?? [])
          .filter((row) => name === null || (row.name ?? '').toLowerCase().includes(name.toLowerCase()))
          .map((row) => JSON.stringify(row))
          .filter((text) => says.test(text));
      expect(rowsSaying(after).length).toBeGreaterThan(name === null ? rowsSaying(before).length : 0);
      const saying = (from: Said): number => from.entries.filter(({ text }) => fhir.test(text)).length;
      expect(saying(after)).toBeGreaterThan(saying(before));
      expect(rendered('json', after.built)).not.toBe(rendered('json', before.built));
    },
  );

  it.each(aboutTheDocument)('is carried by JSON and FHIR: $fact', async ({ change, json, fhir }) => {
    expect(rendered('json', (await said(original)).built)).not.toMatch(json);
    const after = await said(change(original));
    expect(rendered('json', after.built)).toMatch(json);
    expect(rendered('fhir', after.built)).toMatch(fhir);
  });

  it('counts forty of them', () => {
    expect(changes.length + aboutTheDocument.length).toBeGreaterThanOrEqual(40);
  });
});

it.each(absent)('says that %i tests need the corpus', (tests) => {
  expect(noteAbsence(tests)).toBe(true);
});
