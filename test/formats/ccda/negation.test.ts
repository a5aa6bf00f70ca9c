import { describe, expect, it } from 'vitest';
import { rendered } from '../../facts/reading.ts';
import { documentXml, entry, ofSnomed, ofType, said, templateId, withEntries } from './clinical-document.ts';

const status = (code: string): string => `<statusCode code="${code}"/>`;

interface Parts {
  attributes?: string;
  value?: string;
  more?: string;
  act?: string;
  concern?: string;
  link?: string;
  mood?: string;
}

const diabetes = `<value xsi:type="CD" code="73211009" ${ofSnomed} displayName="Diabetes mellitus"/>`;

/** A problem in its concern. */
function problem({
  attributes = '',
  value = diabetes,
  more = '',
  act = '',
  concern = 'active',
  link = '',
  mood = 'EVN',
}: Parts = {}): string {
  return entry(`<act classCode="ACT" moodCode="EVN" ${act}>${templateId('3')}<code code="CONC" codeSystem="2.16.840.1.113883.5.6"/>
    ${status(concern)}<entryRelationship typeCode="SUBJ" ${link}><observation classCode="OBS" moodCode="${mood}" ${attributes}>
    ${templateId('4')}${value}${more}</observation></entryRelationship></act>`);
}

/** An allergy in its concern; `substance` is the playing entity. */
function allergy(
  { attributes = '', value = `code="416098002" ${ofSnomed}`, more = '', act = '', link = '' }: Parts = {},
  substance = '<code code="1" codeSystem="2.999.7" displayName="Codeine"/>',
): string {
  return entry(`<act classCode="ACT" moodCode="EVN" ${act}>${templateId('30')}<code code="CONC" codeSystem="2.16.840.1.113883.5.6"/>
    ${status('active')}<entryRelationship typeCode="SUBJ" ${link}><observation classCode="OBS" moodCode="EVN" ${attributes}>
    ${templateId('7')}<value xsi:type="CD" ${value}/><participant typeCode="CSM"><participantRole classCode="MANU">
    <playingEntity classCode="MMAT">${substance}</playingEntity></participantRole></participant>${more}
    </observation></entryRelationship></act>`);
}

function medication(
  attributes = '',
  material = '<code code="2" codeSystem="2.999.7" displayName="Warfarin"/>',
  more = '',
): string {
  return entry(`<substanceAdministration classCode="SBADM" ${attributes.includes('moodCode') ? '' : 'moodCode="EVN"'} ${attributes}>${templateId('16')}${status('active')}
    <consumable><manufacturedProduct><manufacturedMaterial>${material}</manufacturedMaterial></manufacturedProduct></consumable>${more}</substanceAdministration>`);
}

const problems = async (xml: string) => (await said(withEntries('11450-4', xml))).rows['problems'] ?? [];
const allergies = async (xml: string, text = '') =>
  (await said(withEntries('48765-2', xml, text))).rows['allergies'] ?? [];
const medications = async (xml: string) =>
  (await said(withEntries('10160-0', xml))).rows['medications'] ?? [];

const reaction = (attributes: string, more = ''): string =>
  `<entryRelationship typeCode="MFST" inversionInd="true"><observation classCode="OBS" ${attributes}>${templateId('9')}${more}<value xsi:type="CD" code="39579001" ${ofSnomed} displayName="Anaphylaxis"/></observation></entryRelationship>`;

const observation = (attributes: string, more = ''): string =>
  `<observation classCode="OBS" ${attributes}>${templateId('2')}<code code="2951-2" codeSystem="2.16.840.1.113883.6.1" displayName="Sodium"/>${more}<value xsi:type="PQ" value="140" unit="mmol/L"/></observation>`;

describe('a problem of a document', () => {
  it.each<[string, Parts, object]>([
    ['stated', {}, { name: 'Diabetes mellitus', assertion: 'stated', status: 'current' }],
    ['negated', { attributes: 'negationInd="true"' }, { assertion: 'refuted', status: 'not stated' }],
    ['negated as "1"', { attributes: 'negationInd="1"' }, { assertion: 'refuted' }],
    ['negated as " Yes"', { attributes: 'negationInd=" Yes"' }, { assertion: 'refuted' }],
    ['not negated as "0"', { attributes: 'negationInd="0"' }, { assertion: 'stated' }],
    ['negated by its concern', { act: 'negationInd="true"' }, { assertion: 'refuted' }],
    ['negated by the link to it', { link: 'negationInd="true"' }, { assertion: 'refuted' }],
    ['taken back', { more: status('nullified') }, { assertion: 'entered-in-error' }],
    ['taken back with its concern', { concern: 'nullified' }, { assertion: 'entered-in-error' }],
    ['taken back in capitals', { more: status('Nullified') }, { assertion: 'entered-in-error' }],
    ['broken off', { more: status('aborted') }, { assertion: 'unconfirmed' }],
    [
      'none at all',
      { attributes: 'negationInd="true"', value: `<value xsi:type="CD" code="55607006" ${ofSnomed}/>` },
      { assertion: 'negated', codes: [{ code: '160245001' }] },
    ],
    [
      'denied in words, of one',
      {
        attributes: 'negationInd="true"',
        value: '<value xsi:type="CD" nullFlavor="OTH"><originalText>Asthma</originalText></value>',
      },
      { name: 'Asthma', assertion: 'refuted', codes: [] },
    ],
    [
      'denied as any, written as one',
      {
        attributes: 'negationInd="true"',
        value: `<value xsi:type="CD" code="55607006" ${ofSnomed}><originalText>Asthma</originalText></value>`,
      },
      { assertion: 'refuted' },
    ],
    [
      'ended',
      { more: '<effectiveTime><low value="2010"/><high value="2012"/></effectiveTime>' },
      { status: 'past', end: '2012' },
    ],
    [
      'ending after the document',
      { more: '<effectiveTime><low value="2010"/><high value="2030"/></effectiveTime>' },
      { status: 'current' },
    ],
    [
      'active with an unknown end',
      { more: '<effectiveTime><low value="2010"/><high nullFlavor="UNK"/></effectiveTime>' },
      { status: 'current' },
    ],
    [
      'resolved at an unknown time',
      {
        concern: 'completed',
        more: '<effectiveTime><low value="2010"/><high nullFlavor="UNK"/></effectiveTime>',
      },
      { status: 'past' },
    ],
  ])('that is %s', async (_, parts, row) => {
    expect(await problems(problem(parts))).toMatchObject([row]);
  });

  it('that is said to be active stays active, whatever its unknown end', async () => {
    const active = `<entryRelationship typeCode="REFR"><observation classCode="OBS" moodCode="EVN">${templateId('6')}<code code="33999-4" codeSystem="2.16.840.1.113883.6.1"/><value xsi:type="CD" code="55561003" ${ofSnomed}/></observation></entryRelationship>`;
    const more = `<effectiveTime><low value="2013"/><high nullFlavor="UNK"/></effectiveTime>${active}`;
    expect(await problems(problem({ concern: 'completed', more }))).toMatchObject([{ status: 'current' }]);
  });

  it('that is only wished for, risked or planned is no problem', async () => {
    for (const mood of ['GOL', 'RSK', 'INT', 'EXPEC']) {
      const { rows } = await said(withEntries('11450-4', problem({ mood })));
      expect(rows['problems']).toEqual([]);
      const told = JSON.stringify(rows['other']);
      expect(told).toContain('Diabetes mellitus');
      const isGoal = rows['other']?.every(({ resourceType }) => resourceType === 'Goal') === true;
      expect(isGoal || rows['other']?.every(({ assertion }) => assertion === 'planned')).toBe(true);
    }
  });

  it("of a relative is a relative's", async () => {
    const subject =
      '<subject><relatedSubject classCode="PRS"><code code="MTH" codeSystem="2.16.840.1.113883.5.111" displayName="mother"/></relatedSubject></subject>';
    const { rows, resources } = await said(withEntries('11450-4', problem({ more: subject })));
    expect(rows['problems']).toEqual([]);
    expect(ofType({ resources }, 'FamilyMemberHistory')).toHaveLength(1);
    expect(rows['other']).toMatchObject([{ name: 'mother', value: 'Diabetes mellitus' }]);
    const warfarin = medication('', undefined, subject);
    const drug = await said(withEntries('10160-0', warfarin));
    expect(drug.rows['medications']).toEqual([]);
    expect(rendered('text', drug.built)).toContain('about somebody else than the person');
  });
});

describe('an allergy of a document', () => {
  it.each<[string, string, object]>([
    ['stated', allergy(), { name: 'Codeine', assertion: 'stated' }],
    ['denied', allergy({ attributes: 'negationInd="true"' }), { name: 'Codeine', assertion: 'refuted' }],
    [
      'denied as such',
      allergy(
        { attributes: 'negationInd="true"', value: `code="419199007" ${ofSnomed}` },
        '<code nullFlavor="NA"/>',
      ),
      { assertion: 'negated', codes: [{ code: '716186003' }] },
    ],
    [
      'of drugs denied',
      allergy({ attributes: 'negationInd="true"' }, '<code nullFlavor="NA"/>'),
      { assertion: 'negated', codes: [{ code: '409137002' }] },
    ],
    [
      'of food denied',
      allergy(
        { attributes: 'negationInd="true"', value: `code="414285001" ${ofSnomed}` },
        '<code nullFlavor="NA"/>',
      ),
      { codes: [{ code: '429625007' }] },
    ],
    [
      'of any substance denied',
      allergy(
        { attributes: 'negationInd="true"', value: `code="419199007" ${ofSnomed}` },
        `<code code="105590001" ${ofSnomed} displayName="Substance"/>`,
      ),
      { codes: [{ code: '716186003' }] },
    ],
    [
      'denied of what is withheld',
      allergy({ attributes: 'negationInd="true"' }, '<code nullFlavor="MSK"/>'),
      { name: 'withheld by the source', assertion: 'refuted' },
    ],
    ['taken back', allergy({ more: status('nullified') }), { assertion: 'entered-in-error' }],
    [
      'of which nothing is known',
      allergy({ attributes: 'nullFlavor="NI"' }, '<code nullFlavor="NI"/>'),
      { assertion: 'unconfirmed' },
    ],
  ])('that is %s', async (_, xml, row) => {
    expect(await allergies(xml)).toMatchObject([row]);
  });

  it('that is denied of one thing in words denies no other', async () => {
    const xml = allergy(
      { attributes: 'negationInd="true"', more: '<text>Not allergic to penicillin</text>' },
      '<code nullFlavor="NA"/>',
    );
    expect(await allergies(xml)).toMatchObject([
      { name: 'Not allergic to penicillin', assertion: 'negated', codes: [] },
    ]);
  });

  it('is not made of a severity or status that stands beside it', async () => {
    const severity = `<entryRelationship typeCode="SUBJ" inversionInd="true"><observation classCode="OBS" moodCode="EVN">${templateId('8')}<code code="SEV" codeSystem="2.16.840.1.113883.5.4"/><value xsi:type="CD" code="371924009" ${ofSnomed} displayName="Moderate to severe"/></observation></entryRelationship>`;
    const beside = allergy().replace('</act>', `${severity}</act>`);
    expect(await allergies(beside)).toMatchObject([{ name: 'Codeine', severity: 'Moderate to severe' }]);
    expect(await allergies(allergy({ more: severity }))).toMatchObject([
      { name: 'Codeine', severity: 'Moderate to severe' },
    ]);
  });

  it.each([
    ['denied', reaction('moodCode="EVN" negationInd="true"')],
    ['taken back', reaction('moodCode="EVN"', status('nullified'))],
    ['only expected', reaction('moodCode="EXPEC"')],
    ['not linked', reaction('moodCode="EVN"').replace('typeCode', 'negationInd="true" typeCode')],
  ])('has no reaction that is %s', async (_, more) => {
    expect((await allergies(allergy({ more })))[0]?.['reactions']).toBeUndefined();
  });

  it('is called by its name, and not by its reaction', async () => {
    const code =
      '<code code="70618" codeSystem="2.16.840.1.113883.6.88" displayName="Penicillin"><originalText><reference value="#r"/></originalText></code>';
    expect(await allergies(allergy({}, code), '<content ID="r">Nausea</content>')).toMatchObject([
      { name: 'Penicillin (written as: Nausea)' },
    ]);
    const va =
      '<code code="UNK" nullFlavor="UNK"><originalText><reference value="#r"/></originalText></code><name>BEE VENOM</name>';
    expect(await allergies(allergy({}, va), '<content ID="r">Name Not Available</content>')).toMatchObject([
      { name: 'BEE VENOM', codes: [] },
    ]);
  });
});

describe('a medication of a document', () => {
  it.each<[string, string, object]>([
    ['reported', medication(), { name: 'Warfarin', assertion: 'stated', status: 'current', intent: 'plan' }],
    ['ordered', medication('moodCode="INT"'), { assertion: 'stated', intent: 'order' }],
    ['denied', medication('negationInd="true"'), { assertion: 'negated' }],
    [
      'denied altogether',
      medication(
        'negationInd="true"',
        `<code nullFlavor="OTH"><translation code="410942007" ${ofSnomed} displayName="drug or medication"/></code>`,
      ),
      { name: 'No known medications', assertion: 'negated' },
    ],
    [
      'denied and withheld',
      medication('negationInd="true"', '<code nullFlavor="MSK"/>'),
      { name: 'withheld by the source', assertion: 'negated' },
    ],
  ])('that is %s', async (_, xml, row) => {
    expect(await medications(xml)).toMatchObject([row]);
  });

  it('that is "completed" is not past for that: the entry is completed', async () => {
    const completed = medication().replace('code="active"', 'code="completed"');
    const until = (end: string): string =>
      completed.replace(
        '<consumable>',
        `<effectiveTime xsi:type="IVL_TS"><low value="2024"/><high value="${end}"/></effectiveTime><consumable>`,
      );
    expect(await medications(completed)).toMatchObject([{ status: 'not stated' }]);
    expect(await medications(until('20240401'))).toMatchObject([{ status: 'current' }]);
    expect(await medications(until('20240201'))).toMatchObject([{ status: 'past' }]);
  });

  it('in a discharge list that was taken back is taken back', async () => {
    const wrapped = medication()
      .replace(
        '<entry>',
        `<entry><act classCode="ACT" moodCode="EVN">${templateId('35')}${status('nullified')}<entryRelationship typeCode="SUBJ">`,
      )
      .replace('</entry>', '</entryRelationship></act></entry>');
    expect(await medications(wrapped)).toMatchObject([{ assertion: 'entered-in-error' }]);
  });
});

describe('what is denied, planned or taken back elsewhere', () => {
  const organizer = (
    attributes: string,
    more: string,
    inside = observation('moodCode="EVN"', status('completed')),
  ): string =>
    entry(
      `<organizer classCode="BATTERY" moodCode="EVN" ${attributes}>${templateId('1')}<code code="24323-8" codeSystem="2.16.840.1.113883.6.1"/>${more}<component>${inside}</component></organizer>`,
    );

  it.each<[string, string, string, string, object]>([
    [
      'a result in an organizer that was taken back',
      '30954-2',
      organizer('', status('nullified')),
      'results',
      { name: 'Sodium', assertion: 'entered-in-error' },
    ],
    [
      'a result in an organizer that is denied',
      '30954-2',
      organizer('negationInd="true"', status('completed')),
      'results',
      { name: 'Sodium', assertion: 'negated' },
    ],
    [
      'a result that is denied',
      '30954-2',
      entry(observation('moodCode="EVN" negationInd="true"', status('completed'))),
      'results',
      { assertion: 'negated' },
    ],
    [
      'a test that is ordered',
      '30954-2',
      entry(observation('moodCode="RQO"', status('active'))),
      'other',
      { resourceType: 'ServiceRequest', assertion: 'planned' },
    ],
    [
      'a procedure not done',
      '47519-4',
      entry(
        `<procedure classCode="PROC" moodCode="EVN" negationInd="true">${templateId('14')}<code code="80146002" ${ofSnomed} displayName="Appendectomy"/>${status('completed')}</procedure>`,
      ),
      'procedures',
      { assertion: 'not-done' },
    ],
    [
      'a procedure taken back',
      '47519-4',
      entry(
        `<procedure classCode="PROC" moodCode="EVN" negationInd="true">${templateId('14')}<code code="80146002" ${ofSnomed} displayName="Appendectomy"/>${status('nullified')}</procedure>`,
      ),
      'procedures',
      { assertion: 'entered-in-error' },
    ],
    [
      'a vaccine refused',
      '11369-6',
      entry(
        `<substanceAdministration classCode="SBADM" moodCode="EVN" negationInd="true">${templateId('52')}${status('completed')}<consumable><manufacturedProduct><manufacturedMaterial><code code="88" codeSystem="2.16.840.1.113883.12.292" displayName="Influenza"/></manufacturedMaterial></manufacturedProduct></consumable></substanceAdministration>`,
      ),
      'immunizations',
      { assertion: 'not-done' },
    ],
    [
      'a vaccine ordered',
      '11369-6',
      entry(
        `<substanceAdministration classCode="SBADM" moodCode="INT">${templateId('52')}<consumable><manufacturedProduct><manufacturedMaterial><code code="88" codeSystem="2.16.840.1.113883.12.292" displayName="Influenza"/></manufacturedMaterial></manufacturedProduct></consumable></substanceAdministration>`,
      ),
      'other',
      { name: 'Influenza', assertion: 'planned' },
    ],
    [
      'an appointment cancelled',
      '18776-5',
      entry(
        `<encounter classCode="ENC" moodCode="APT">${templateId('40')}<code code="1" codeSystem="2.999.7" displayName="Check-up"/>${status('cancelled')}</encounter>`,
      ),
      'encounters',
      { assertion: 'not-done' },
    ],
    [
      'a visit of which the diagnosis is denied',
      '46240-8',
      entry(
        `<encounter classCode="ENC" moodCode="EVN">${templateId('49')}<code code="1" codeSystem="2.999.7" displayName="Visit"/><entryRelationship typeCode="COMP"><act classCode="ACT" moodCode="EVN">${templateId('80')}<entryRelationship typeCode="SUBJ"><observation classCode="OBS" moodCode="EVN" negationInd="true">${templateId('4')}${diabetes}</observation></entryRelationship></act></entryRelationship></encounter>`,
      ),
      'encounters',
      { diagnoses: ['[REFUTED] Diabetes mellitus'] },
    ],
    [
      'a goal denied',
      '61146-7',
      entry(
        `<observation classCode="OBS" moodCode="GOL" negationInd="true">${templateId('121')}<code code="1" codeSystem="2.999.7" displayName="Run a mile"/>${status('active')}</observation>`,
      ),
      'other',
      { assertion: 'negated' },
    ],
    [
      'a coverage taken back',
      '48768-6',
      entry(
        `<act classCode="ACT" moodCode="EVN">${templateId('60')}<entryRelationship typeCode="COMP"><act classCode="ACT" moodCode="EVN">${templateId('61')}<id root="2.999.8" extension="g"/>${status('nullified')}</act></entryRelationship></act>`,
      ),
      'coverage',
      { assertion: 'entered-in-error' },
    ],
  ])('is told: %s', async (_, loinc, xml, section, row) => {
    const { rows } = await said(withEntries(loinc, xml));
    expect(rows[section]).toEqual(expect.arrayContaining([expect.objectContaining(row)]));
  });

  it('is told of the whole document that was taken back', async () => {
    const xml = withEntries('11450-4', problem()).replace(
      '<title>Summary',
      '<sdtc:statusCode code="nullified"/><title>Summary',
    );
    const { rows } = await said(xml);
    expect(rows['problems']).toMatchObject([{ assertion: 'entered-in-error' }]);
    expect(rows['notes']).toMatchObject([{ assertion: 'entered-in-error' }]);
  });

  it('is told of relatives: a condition that one does not have', async () => {
    const xml = entry(
      `<organizer classCode="CLUSTER" moodCode="EVN">${templateId('45')}${status('completed')}<subject><relatedSubject classCode="PRS"><code code="FTH" codeSystem="2.16.840.1.113883.5.111" displayName="father"/></relatedSubject></subject><component><observation classCode="OBS" moodCode="EVN" negationInd="true">${templateId('46')}${diabetes}</observation></component></organizer>`,
    );
    expect((await said(withEntries('10157-6', xml))).rows['other']).toMatchObject([
      { name: 'father', value: '[NEGATED] Diabetes mellitus' },
    ]);
  });

  it('is kept apart from "nothing is known": a section without information', async () => {
    const sections = [{ loinc: '48765-2', attributes: 'nullFlavor="NI"', text: '' }];
    const { built } = await said(documentXml(sections));
    expect(built.record.sectionStates['allergies']).toMatchObject([{ state: 'not-recorded' }]);
    const masked = await said(documentXml([{ loinc: '48765-2', attributes: 'nullFlavor="MSK"' }]));
    expect(masked.built.record.sectionStates['allergies']).toMatchObject([{ state: 'withheld' }]);
    const words = await said(documentXml([{ loinc: '48765-2', text: 'Allergic to bees' }]));
    expect(words.built.record.sectionStates['allergies']).toMatchObject([{ state: 'as-written' }]);
  });
});
