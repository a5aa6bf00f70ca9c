import { describe, expect, it } from 'vitest';
import { documentXml, ofType, said, withEntries } from './clinical-document.ts';

const ccda = '2.16.840.1.113883.10.20.22.4';
const loinc = 'codeSystem="2.16.840.1.113883.6.1"';
const snomed = 'codeSystem="2.16.840.1.113883.6.96"';
const template = (number: string): string => `<templateId root="${ccda}.${number}"/>`;
const entry = (statement: string): string => `<entry>${statement}</entry>`;

const asthma = `<observation classCode="OBS" moodCode="EVN">${template('4')}<id root="2.999.50"/>
  <code code="55607006" ${snomed}/><statusCode code="completed"/><value xsi:type="CD" code="195967001" ${snomed} displayName="Asthma"/></observation>`;

const glucose = (more: string): string =>
  entry(`<observation classCode="OBS" moodCode="EVN">${template('2')}<code code="2345-7" ${loinc} displayName="Glucose"/>
    <statusCode code="completed"/><effectiveTime value="20240301"/><value xsi:type="PQ" value="300" unit="mg/dL"/>${more}</observation>`);

const range = (more: string): string =>
  `<referenceRange><observationRange>${more}<value xsi:type="IVL_PQ"><low value="40" unit="mg/dL"/><high value="250" unit="mg/dL"/></value></observationRange></referenceRange>`;

const warfarin = (more: string): string =>
  entry(`<substanceAdministration classCode="SBADM" moodCode="EVN">${template('16')}<statusCode code="active"/>${more}
    <consumable><manufacturedProduct><manufacturedMaterial><code code="2" codeSystem="2.999.7" displayName="Warfarin"/></manufacturedMaterial></manufacturedProduct></consumable></substanceAdministration>`);

const consumed = (name: string): string =>
  `<participant typeCode="CSM"><participantRole><playingEntity><code code="${name}" codeSystem="2.999.7" displayName="${name}"/></playingEntity></participantRole></participant>`;

async function rowsOf(section: string, code: string, xml: string) {
  return (await said(withEntries(code, xml))).rows[section] ?? [];
}

describe('a problem', () => {
  it('stays denied inside groups of a denied act', async () => {
    const xml =
      entry(`<act classCode="ACT" moodCode="EVN" negationInd="true">${template('3')}<code code="CONC"/><statusCode code="active"/>
      <entryRelationship typeCode="SUBJ"><organizer classCode="CLUSTER" moodCode="EVN"><code code="1" codeSystem="2.999.8"/><statusCode code="completed"/>
      <component>${asthma}</component></organizer></entryRelationship></act>`);
    const { built, rows } = await said(withEntries('11450-4', xml));
    const named = Object.values(rows)
      .flat()
      .filter(({ name }) => name?.includes('Asthma'));
    expect(named.length).toBeGreaterThan(0);
    expect(named.filter(({ assertion }) => assertion === 'stated')).toEqual([]);
    expect(built.record.sections['problems']?.filter(({ assertion }) => assertion === 'stated')).toEqual([]);
  });

  it('of a Risk Concern Act is no problem of the list: it is one that may come', async () => {
    const xml =
      entry(`<act classCode="ACT" moodCode="EVN">${template('136')}<code code="281694009" ${snomed} displayName="At risk for"/>
      <statusCode code="active"/><entryRelationship typeCode="REFR">${asthma}</entryRelationship></act>`);
    const names = (await rowsOf('problems', '75310-3', xml)).map(({ name }) => name);
    expect(names).toEqual(['At risk for: Asthma']);
  });

  it('inside a planned act is not one that is there', async () => {
    const xml =
      entry(`<act classCode="ACT" moodCode="INT"><code code="1" codeSystem="2.999.8" displayName="Rule out"/><statusCode code="active"/>
      <entryRelationship typeCode="COMP">${asthma}</entryRelationship></act>`);
    const { rows } = await said(withEntries('18776-5', xml));
    const stated = Object.values(rows)
      .flat()
      .filter(({ name, assertion }) => name?.includes('Asthma') && assertion === 'stated');
    expect(stated).toEqual([]);
  });

  it('that one entry states and another takes back, under one id, is told both ways', async () => {
    const denied = asthma.replace('<observation', '<observation negationInd="true"');
    const rows = await rowsOf('problems', '11450-4', entry(asthma) + entry(asthma) + entry(denied));
    expect(rows.map(({ assertion }) => assertion).toSorted()).toEqual(['refuted', 'stated']);
  });
});

describe('an allergy', () => {
  it('to several substances names them all', async () => {
    const xml = entry(
      `<observation classCode="OBS" moodCode="EVN">${template('7')}<code code="ASSERTION"/><value xsi:type="CD" code="416098002" ${snomed}/>${consumed('Penicillin')}${consumed('Codeine')}</observation>`,
    );
    const [row] = await rowsOf('allergies', '48765-2', xml);
    expect(row?.name).toBe('Penicillin; Codeine');
    expect(row?.codes.map(({ code }) => code)).toEqual(['Penicillin', 'Codeine']);
  });
});

describe('a dosage', () => {
  it.each(['low', 'high'])('with only a %s bound is kept', async (bound) => {
    const { resources } = await said(
      withEntries('10160-0', warfarin(`<doseQuantity><${bound} value="2" unit="mg"/></doseQuantity>`)),
    );
    const [request] = ofType({ resources }, 'MedicationRequest');
    expect(request?.['dosageInstruction']).toMatchObject([
      { doseAndRate: [{ doseRange: { [bound]: { unit: 'mg' } } }] },
    ]);
  });

  it('that says when to hold it is not taken as needed', async () => {
    const { resources } = await said(
      withEntries(
        '10160-0',
        warfarin(
          '<precondition typeCode="PRCN"><criterion><text>Hold if INR above 4</text></criterion></precondition>',
        ),
      ),
    );
    const [request] = ofType({ resources }, 'MedicationRequest');
    expect(request?.['dosageInstruction']).toEqual([
      { additionalInstruction: [{ text: 'Hold if INR above 4' }] },
    ]);
  });
});

describe('an encounter', () => {
  it('at a point of time has a start, and no end that nobody stated', async () => {
    const xml = entry(
      `<encounter classCode="ENC" moodCode="EVN">${template('49')}<code code="99213" codeSystem="2.16.840.1.113883.6.12"/><effectiveTime value="20240301"/></encounter>`,
    );
    const { resources } = await said(withEntries('46240-8', xml));
    expect(ofType({ resources }, 'Encounter')).toMatchObject([{ period: { start: '2024-03-01' } }]);
    expect(ofType({ resources }, 'Encounter')[0]?.['period']).not.toHaveProperty('end');
  });
});

describe('a result', () => {
  it('has no flag by a range that is not the normal one', async () => {
    const critical = range('<interpretationCode code="AA" codeSystem="2.16.840.1.113883.5.83"/>');
    const [row] = await rowsOf('results', '30954-2', glucose(critical));
    expect(row?.['flag']).toBeUndefined();
    const [plain] = await rowsOf('results', '30954-2', glucose(range('')));
    expect(plain?.['flag']).toBeDefined();
  });

  it('tells for whom its range is', async () => {
    const group = `<precondition><criterion><code code="SEX" codeSystem="2.999.9"/><value xsi:type="CD" code="248153007" ${snomed} displayName="Male"/></criterion></precondition>`;
    const { resources } = await said(
      withEntries(
        '30954-2',
        glucose(range('').replace('</observationRange>', `${group}</observationRange>`)),
      ),
    );
    const [observation] = ofType({ resources }, 'Observation');
    expect(JSON.stringify(observation?.['referenceRange'])).toContain('"appliesTo":[{');
    expect(JSON.stringify(observation?.['referenceRange'])).toContain('248153007');
  });
});

const pathology = (value: string): string =>
  entry(`<observation classCode="OBS" moodCode="EVN">${template('2')}<code code="11529-5" ${loinc} displayName="Pathology"/>
    <statusCode code="completed"/><effectiveTime value="20240301"/>${value}</observation>`);

describe('a report', () => {
  it.each([
    [
      'in the narrative',
      '<value xsi:type="ED"><reference value="#r"/></value>',
      '<content ID="r"><content>Margins</content><br/><content>are\n    clear.</content><br/><br/><br/>Grade 2</content>',
    ],
    ['inline', '<value xsi:type="ST">\n  Margins\n  are clear.\n\n\n  Grade 2\n</value>', ''],
    ['by HL7 v2', String.raw`<value xsi:type="ST">Margins\.br\are  clear.\.br\\.br\Grade 2</value>`, ''],
  ])('keeps its lines: %s', async (_where, value, text) => {
    const { rows } = await said(withEntries('30954-2', pathology(value), text));
    expect(rows['results']?.[0]?.['value']).toBe('Margins\nare clear.\n\nGrade 2');
  });
});

describe('a list of many problems in one act', () => {
  it('is read whole', async () => {
    const many = Array.from({ length: 60 }, (_, index) => asthma.replace('2.999.50', `2.999.50.${index}`));
    const links = many.map((one) => `<entryRelationship typeCode="SUBJ">${one}</entryRelationship>`).join('');
    const act = entry(
      `<act classCode="ACT" moodCode="EVN">${template('3')}<code code="CONC"/><statusCode code="active"/>${links}</act>`,
    );
    const { rows } = await said(documentXml([{ loinc: '11450-4', entries: act }]));
    expect(rows['problems']).toHaveLength(60);
  });
});
