import { describe, expect, it } from 'vitest';
import { rendered } from '../../facts/reading.ts';
import {
  documentXml,
  entry,
  ofLoinc,
  ofType,
  said,
  ofSnomed,
  templateId,
  withEntries,
} from './clinical-document.ts';

const asthma = `<observation classCode="OBS" moodCode="EVN">${templateId('4')}<id root="2.999.50"/>
  <code code="55607006" ${ofSnomed}/><statusCode code="completed"/><value xsi:type="CD" code="195967001" ${ofSnomed} displayName="Asthma"/></observation>`;

const glucose = (more: string): string =>
  entry(`<observation classCode="OBS" moodCode="EVN">${templateId('2')}<code code="2345-7" ${ofLoinc} displayName="Glucose"/>
    <statusCode code="completed"/><effectiveTime value="20240301"/><value xsi:type="PQ" value="300" unit="mg/dL"/>${more}</observation>`);

const range = (more: string): string =>
  `<referenceRange><observationRange>${more}<value xsi:type="IVL_PQ"><low value="40" unit="mg/dL"/><high value="250" unit="mg/dL"/></value></observationRange></referenceRange>`;

const warfarin = (more: string): string =>
  entry(`<substanceAdministration classCode="SBADM" moodCode="EVN">${templateId('16')}<statusCode code="active"/>${more}
    <consumable><manufacturedProduct><manufacturedMaterial><code code="2" codeSystem="2.999.7" displayName="Warfarin"/></manufacturedMaterial></manufacturedProduct></consumable></substanceAdministration>`);

const consumed = (name: string): string =>
  `<participant typeCode="CSM"><participantRole><playingEntity><code code="${name}" codeSystem="2.999.7" displayName="${name}"/></playingEntity></participantRole></participant>`;

async function rowsOf(section: string, code: string, xml: string) {
  return (await said(withEntries(code, xml))).rows[section] ?? [];
}

const stated = (code: string, year: string): string =>
  `<entryRelationship typeCode="REFR"><observation classCode="OBS" moodCode="EVN">${templateId('6')}<code code="33999-4" ${ofLoinc}/><statusCode code="completed"/><effectiveTime value="${year}"/><value xsi:type="CD" code="${code}" ${ofSnomed}/></observation></entryRelationship>`;

const withStatus = (...all: string[]): string =>
  entry(asthma.replace('</observation>', `${all.join('')}</observation>`));

const reaction = (severity: string): string =>
  `<entryRelationship typeCode="MFST" inversionInd="true"><observation classCode="OBS" moodCode="EVN">${templateId('9')}<code code="ASSERTION"/><statusCode code="completed"/><value xsi:type="CD" code="26079004" ${ofSnomed} displayName="Tremor"/>
  <entryRelationship typeCode="SUBJ"><observation classCode="OBS" moodCode="EVN">${templateId('8')}<code code="SEV"/><value xsi:type="CD" ${severity} ${ofSnomed}/></observation></entryRelationship></observation></entryRelationship>`;

const vaccine = (material: string, more = ''): string =>
  entry(`<substanceAdministration classCode="SBADM" moodCode="EVN" negationInd="false">${templateId('52')}<statusCode code="completed"/><effectiveTime value="20240301"/>
  <consumable><manufacturedProduct>${material}</manufacturedProduct></consumable>${more}</substanceAdministration>`);

const xray = (more: string): string =>
  entry(
    `<procedure classCode="PROC" moodCode="EVN">${templateId('14')}<code code="168731009" ${ofSnomed} displayName="Chest X-ray"/><statusCode code="completed"/><effectiveTime value="20240301"/>${more}</procedure>`,
  );

const place = (name: string): string =>
  `<participant typeCode="LOC"><participantRole classCode="SDLOC"><id root="2.999.11" extension="${name}"/><playingEntity><name>${name}</name></playingEntity></participantRole></participant>`;

const span = (low: string, high = ''): string =>
  `<effectiveTime xsi:type="IVL_TS"><low value="${low}"/>${high === '' ? '' : `<high value="${high}"/>`}</effectiveTime>`;

const deniedProblem = (value: string): string =>
  entry(`<observation classCode="OBS" moodCode="EVN" negationInd="true">${templateId('4')}<code code="55607006" ${ofSnomed}/>
    <statusCode code="completed"/>${value}</observation>`);

describe('a problem', () => {
  it('stays denied inside groups of a denied act', async () => {
    const xml =
      entry(`<act classCode="ACT" moodCode="EVN" negationInd="true">${templateId('3')}<code code="CONC"/><statusCode code="active"/>
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
      entry(`<act classCode="ACT" moodCode="EVN">${templateId('136')}<code code="281694009" ${ofSnomed} displayName="At risk for"/>
      <statusCode code="active"/><entryRelationship typeCode="REFR">${asthma}</entryRelationship></act>`);
    const names = (await rowsOf('problems', '75310-3', xml)).map(({ name }) => name);
    expect(names).toEqual(['At risk for: Asthma']);
  });

  it('inside a planned act is not one that is there', async () => {
    const xml =
      entry(`<act classCode="ACT" moodCode="INT"><code code="1" codeSystem="2.999.8" displayName="Rule out"/><statusCode code="active"/>
      <entryRelationship typeCode="COMP">${asthma}</entryRelationship></act>`);
    const { rows } = await said(withEntries('18776-5', xml));
    const named = Object.values(rows)
      .flat()
      .filter((row) => JSON.stringify(row).includes('Asthma'));
    expect(named).toMatchObject([{ assertion: 'planned' }]);
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
      `<observation classCode="OBS" moodCode="EVN">${templateId('7')}<code code="ASSERTION"/><value xsi:type="CD" code="416098002" ${ofSnomed}/>${consumed('Penicillin')}${consumed('Codeine')}</observation>`,
    );
    const [row] = await rowsOf('allergies', '48765-2', xml);
    expect(row?.name).toBe('Penicillin; Codeine');
    expect(row?.codes.map(({ code }) => code)).toEqual(['Penicillin', 'Codeine']);
  });
});

describe('what denies', () => {
  it('a problem in its own words does not deny it twice', async () => {
    const value = `<value xsi:type="CD" code="44054006" ${ofSnomed} displayName="Diabetes mellitus type 2"><originalText>No Diabetes (ruled out)</originalText></value>`;
    expect(await rowsOf('problems', '11450-4', deniedProblem(value))).toMatchObject([
      { assertion: 'refuted', name: 'Diabetes mellitus type 2 (written as: No Diabetes (ruled out))' },
    ]);
  });

  it.each(['Thyroid disorder', 'Heart condition', 'No history of seizure'])(
    'one problem is no denial of all: %s',
    async (words) => {
      const [row] = await rowsOf(
        'problems',
        '11450-4',
        deniedProblem(`<value xsi:type="ST">${words}</value>`),
      );
      expect(row?.codes.map(({ code }) => code)).not.toContain('160245001');
      expect(['refuted', 'negated']).toContain(row?.assertion);
    },
  );

  it.each(['No known problems', 'No current active problems', 'None'])(
    'all problems is: %s',
    async (words) => {
      const [row] = await rowsOf(
        'problems',
        '11450-4',
        deniedProblem(`<value xsi:type="ST">${words}</value>`),
      );
      expect(row?.codes.map(({ code }) => code)).toContain('160245001');
    },
  );

  it('all problems is told whole where the text leads to half of it', async () => {
    const value = `<value xsi:type="CD" code="55607006" ${ofSnomed} displayName="Problem"><originalText><reference value="#half"/></originalText></value>`;
    const { rows } = await said(
      withEntries('11450-4', deniedProblem(value), 'No known <content ID="half">problems.</content>'),
    );
    expect(rows['problems']).toMatchObject([{ name: 'No current problems or disability' }]);
  });

  it.each(['No known shellfish allergy', 'No reaction to shellfish', 'None'])(
    'an allergy stays a denial, whatever its text: %s',
    async (words) => {
      const xml = entry(
        `<observation classCode="OBS" moodCode="EVN" negationInd="true">${templateId('7')}<text>${words}</text><value xsi:type="CD" code="414285001" ${ofSnomed}/>
        <participant typeCode="CSM"><participantRole><playingEntity><name>Shellfish</name></playingEntity></participantRole></participant></observation>`,
      );
      const [row] = await rowsOf('allergies', '48765-2', xml);
      expect(row).toMatchObject({ name: 'Shellfish', assertion: 'refuted' });
    },
  );

  it('a cancelled coverage is told too', async () => {
    const xml = entry(
      `<act classCode="ACT" moodCode="EVN">${templateId('60')}<entryRelationship typeCode="COMP"><act classCode="ACT" moodCode="EVN" negationInd="true">${templateId('61')}<id root="2.999.8" extension="g"/><statusCode code="cancelled"/></act></entryRelationship></act>`,
    );
    const rows = Object.values((await said(withEntries('48768-6', xml))).rows).flat();
    expect(rows.filter(({ resourceType }) => resourceType === 'Coverage')).toMatchObject([
      { assertion: 'negated' },
    ]);
  });

  it('a criterion is not lost where the criterion is kept as sent', async () => {
    const xml = warfarin(
      `<precondition><criterion negationInd="true"><value xsi:type="CD" code="22253000" ${ofSnomed} displayName="Pain"/></criterion></precondition>`,
    );
    const [row] = await rowsOf('medications', '10160-0', xml);
    expect(row?.['details']).toContainEqual(expect.stringMatching(/negationInd="true"/));
  });
});

describe('a status', () => {
  it('of several is the latest', async () => {
    const [resolved, active] = [stated('413322009', '2010'), stated('55561003', '2024')];
    for (const xml of [withStatus(resolved, active), withStatus(active, resolved)])
      expect(await rowsOf('problems', '11450-4', xml)).toMatchObject([{ status: 'current' }]);
  });

  it('of several of one time is none of them', async () => {
    const xml = withStatus(stated('413322009', '2024'), stated('55561003', '2024'));
    expect(await rowsOf('problems', '11450-4', xml)).toMatchObject([{ status: 'not stated' }]);
  });
});

describe('a reaction', () => {
  const epinephrine = `<observation classCode="OBS" moodCode="EVN">${templateId('7')}<code code="ASSERTION"/><value xsi:type="CD" code="419511003" ${ofSnomed}/>${consumed('Epinephrine')}</observation>`;

  it('beside the only allergy of an act is its reaction, and no allergy', async () => {
    const xml =
      entry(`<act classCode="ACT" moodCode="EVN">${templateId('30')}<code code="CONC"/><statusCode code="active"/><entryRelationship typeCode="SUBJ">${epinephrine}</entryRelationship>
      ${reaction('code="6736007" displayName="Moderate"')}</act>`);
    expect(await rowsOf('allergies', '48765-2', xml)).toMatchObject([
      { name: 'Epinephrine', reactions: ['Tremor, moderate'] },
    ]);
  });

  it('between two grades is told as written', async () => {
    const between = reaction('code="371923003" displayName="Mild to moderate"');
    const xml = entry(epinephrine.replace('</observation>', `${between}</observation>`));
    const { rows, resources } = await said(withEntries('48765-2', xml));
    expect(rows['allergies']).toMatchObject([{ reactions: ['Tremor, Mild to moderate'] }]);
    expect(ofType({ resources }, 'AllergyIntolerance')).toMatchObject([
      { reaction: [{ severity: 'moderate' }] },
    ]);
  });
});

describe('a vaccine', () => {
  const tetanus = '<code code="9" codeSystem="2.16.840.1.113883.12.292" displayName="Td"/>';

  it('that was refused was not given, whatever else is said', async () => {
    const refusal = `<entryRelationship typeCode="RSON"><observation classCode="OBS" moodCode="EVN">${templateId('53')}<code code="PATOBJ" displayName="Patient objection"/><statusCode code="completed"/></observation></entryRelationship>`;
    const xml = vaccine(`<manufacturedMaterial>${tetanus}</manufacturedMaterial>`, refusal);
    expect(await rowsOf('immunizations', '11369-6', xml)).toMatchObject([
      { name: 'Td', assertion: 'not-done', statusReason: 'Patient objection' },
    ]);
  });

  it('tells what followed it', async () => {
    const fever = `<entryRelationship typeCode="CAUS"><observation classCode="OBS" moodCode="EVN"><templateId root="2.16.840.1.113883.10.20.1.54"/><code code="ASSERTION"/><statusCode code="completed"/><value xsi:type="CD" code="386661006" ${ofSnomed} displayName="Fever"/></observation></entryRelationship>`;
    const xml = vaccine(`<manufacturedMaterial>${tetanus}</manufacturedMaterial>`, fever);
    expect(await rowsOf('immunizations', '11369-6', xml)).toMatchObject([{ reactions: ['Fever'] }]);
  });

  it('written as a labeled drug has its name', async () => {
    const xml = vaccine(`<manufacturedLabeledDrug>${tetanus}</manufacturedLabeledDrug>`);
    expect(await rowsOf('immunizations', '11369-6', xml)).toMatchObject([{ name: 'Td' }]);
  });
});

describe('a procedure', () => {
  it('that failed says so', async () => {
    const failed = `<entryRelationship typeCode="SUBJ"><act classCode="ACT" moodCode="EVN"><code code="103709008" ${ofSnomed} displayName="Failed attempted procedure"/><text>Patient moved</text><statusCode code="completed"/></act></entryRelationship>`;
    expect(await rowsOf('procedures', '47519-4', xray(failed))).toMatchObject([
      { outcome: 'Failed attempted procedure: Patient moved' },
    ]);
  });

  it('that was declined says why, as a medicine does', async () => {
    const declined = `<entryRelationship><observation classCode="OBS" moodCode="EVN"><code code="77301-0" ${ofLoinc}/><statusCode code="completed"/><value xsi:type="CD" code="105480006" ${ofSnomed} displayName="Declined by patient"/></observation></entryRelationship>`;
    const refused = xray(declined).replace('<procedure', '<procedure negationInd="true"');
    expect(await rowsOf('procedures', '47519-4', refused)).toMatchObject([
      { assertion: 'not-done', statusReason: 'Declined by patient' },
    ]);
    const medicine = warfarin(declined).replace(
      '<substanceAdministration',
      '<substanceAdministration negationInd="true"',
    );
    expect(await rowsOf('medications', '10160-0', medicine)).toMatchObject([
      { assertion: 'negated', statusReasons: ['Declined by patient'] },
    ]);
  });

  it('tells the side of the body', async () => {
    const site = `<targetSiteCode code="30021000" ${ofSnomed} displayName="Lower leg"><qualifier><name code="272741003" ${ofSnomed}/><value code="7771000" ${ofSnomed} displayName="Left"/></qualifier></targetSiteCode>`;
    expect(await rowsOf('procedures', '47519-4', xray(site))).toMatchObject([
      { bodySites: ['Lower leg, Left'] },
    ]);
  });

  it('at two places loses neither', async () => {
    const [row] = await rowsOf('procedures', '47519-4', xray(place('Ward A') + place('Ward B')));
    expect(row?.['location']).toBe('Ward A');
    expect(JSON.stringify(row?.['details'])).toContain('Ward B');
  });
});

describe('a reference', () => {
  it('to an ID of several texts that differ is taken for none of them, and told', async () => {
    const xml = entry(
      asthma.replace(
        /<value[^>]*>/,
        `<value xsi:type="CD" nullFlavor="OTH"><originalText><reference value="#p"/></originalText></value>`,
      ),
    );
    const { rows, findings } = await said(
      withEntries('11450-4', xml, '<content ID="p">Cough</content><content ID="p">Cancer</content>'),
    );
    expect(rows['problems']?.[0]?.name).toBeNull();
    expect(findings.map(({ code }) => code)).toContain('ambiguous-reference');
  });
});

describe('a narrative', () => {
  it('of lists sixty deep is read whole', async () => {
    const deep = `${'<list><item>'.repeat(60)}bottom${'</item></list>'.repeat(60)}`;
    const { built } = await said(documentXml([{ loinc: '10160-0', text: deep }]));
    expect(built.record.written.map(({ text }) => text).join(' ')).toContain('bottom');
  });
});

describe('a dosage', () => {
  it('over several times begins with the first and ends with the last, in any order', async () => {
    for (const times of [
      [span('2022'), span('2020', '2021')],
      [span('2020', '2021'), span('2022')],
    ])
      expect(await rowsOf('medications', '10160-0', warfarin(times.join('')))).toMatchObject([
        { status: 'current', start: '2020' },
      ]);
  });

  it('that is to be held in one case is still taken as needed for another', async () => {
    const criteria = ['Hold if INR above 4', 'pain', 'fever']
      .map((words) => `<precondition><criterion><text>${words}</text></criterion></precondition>`)
      .join('');
    const { resources } = await said(withEntries('10160-0', warfarin(criteria)));
    expect(ofType({ resources }, 'MedicationRequest')[0]?.['dosageInstruction']).toEqual([
      {
        additionalInstruction: [{ text: 'Hold if INR above 4' }],
        asNeededCodeableConcept: { text: 'pain; fever' },
      },
    ]);
  });

  it('of a bare number has the unit of its translation', async () => {
    const dose =
      '<doseQuantity value="30" unit="1"><translation value="30"><originalText>units</originalText></translation></doseQuantity>';
    expect(await rowsOf('medications', '10160-0', warfarin(dose))).toMatchObject([{ dosage: ['30 units'] }]);
  });

  it('told only in the narrative stands in the table', async () => {
    const text = '<reference value="#sig"/>';
    const { built } = await said(
      withEntries(
        '10160-0',
        warfarin(`<text>${text}</text>`),
        '<content ID="sig">2 puffs every 4 to 6 hours</content>',
      ),
    );
    expect(rendered('text', built)).toContain('(written as: 2 puffs every 4 to 6 hours)');
  });

  it('in words without a number is told with the dose', async () => {
    const xml = warfarin(
      `<doseQuantity value="5" unit="mg"/><entryRelationship typeCode="COMP"><substanceAdministration classCode="SBADM" moodCode="EVN">${templateId('147')}<code code="76662-6" ${ofLoinc}/><text>Once a week</text></substanceAdministration></entryRelationship>`,
    );
    expect(await rowsOf('medications', '10160-0', xml)).toMatchObject([{ dosage: ['Once a week (5 mg)'] }]);
  });

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
      `<encounter classCode="ENC" moodCode="EVN">${templateId('49')}<code code="99213" codeSystem="2.16.840.1.113883.6.12"/><effectiveTime value="20240301"/></encounter>`,
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
    const group = `<precondition><criterion><code code="SEX" codeSystem="2.999.9"/><value xsi:type="CD" code="248153007" ${ofSnomed} displayName="Male"/></criterion></precondition>`;
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
  entry(`<observation classCode="OBS" moodCode="EVN">${templateId('2')}<code code="11529-5" ${ofLoinc} displayName="Pathology"/>
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
      `<act classCode="ACT" moodCode="EVN">${templateId('3')}<code code="CONC"/><statusCode code="active"/>${links}</act>`,
    );
    const { rows } = await said(documentXml([{ loinc: '11450-4', entries: act }]));
    expect(rows['problems']).toHaveLength(60);
  });
});

describe('a statement that its source marks as not known', () => {
  it('is no fact', async () => {
    const xml = entry(
      `<observation classCode="OBS" moodCode="EVN" nullFlavor="UNK"><templateId root="2.16.840.1.113883.10.20.15.3.8"/><code code="ASSERTION"/><statusCode code="completed"/><value xsi:type="CD" code="77386006" ${ofSnomed} displayName="Pregnant"/></observation>`,
    );
    expect(await rowsOf('other', '29762-2', xml)).toMatchObject([
      { assertion: 'unconfirmed', cautions: ['the source marks it as not known'] },
    ]);
    expect(
      await rowsOf(
        'medications',
        '10160-0',
        warfarin('').replace('moodCode="EVN"', 'moodCode="EVN" nullFlavor="NI"'),
      ),
    ).toMatchObject([{ assertion: 'unconfirmed' }]);
  });
});

describe('an entry in a section of no known kind', () => {
  it('is a result by its template, flag and all', async () => {
    const critical = glucose('<interpretationCode code="HH" codeSystem="2.16.840.1.113883.5.83"/>');
    for (const section of ['18725-2', '26436-6'])
      expect(await rowsOf('results', section, critical)).toMatchObject([
        { name: 'Glucose', flag: 'CRITICALLY HIGH' },
      ]);
  });

  it('is read by the title where the section has neither template nor code', async () => {
    const xml = documentXml([
      {
        loinc: '',
        title: 'Allergies and adverse reactions',
        entries: entry(
          `<observation classCode="OBS" moodCode="EVN"><code code="ASSERTION"/><value xsi:type="CD" code="416098002" ${ofSnomed}/>${consumed('Penicillin')}</observation>`,
        ),
      },
    ]).replace('<code code="" codeSystem="2.16.840.1.113883.6.1"/>', '');
    expect((await said(xml)).rows['allergies']).toMatchObject([{ name: 'Penicillin' }]);
  });
});

const measured = (value: string, more = ''): string =>
  entry(
    `<observation classCode="OBS" moodCode="EVN">${templateId('2')}<code code="2345-7" ${ofLoinc} displayName="Glucose"/><statusCode code="completed"/><effectiveTime value="20240301"/>${value}${more}</observation>`,
  );

describe('an interval', () => {
  it('with a bound that does not belong to it says so', async () => {
    const open =
      '<referenceRange><observationRange><value xsi:type="IVL_PQ"><high value="99" unit="mg/dL" inclusive="false"/></value></observationRange></referenceRange>';
    const xml = measured('<value xsi:type="PQ" value="99" unit="mg/dL"/>', open);
    expect(await rowsOf('results', '30954-2', xml)).toMatchObject([{ range: '< 99 mg/dL' }]);
  });

  it('with a width does not lose it', async () => {
    const xml = measured(
      '<value xsi:type="IVL_PQ"><low value="5" unit="mg"/><width value="2" unit="mg"/></value>',
    );
    const [row] = await rowsOf('results', '30954-2', xml);
    expect(row?.['details']).toContainEqual(expect.stringContaining('width value="2"'));
  });
});

describe('a person of a document', () => {
  it('whose number is masked has no number', async () => {
    const masked = documentXml([]).replace(
      '<id root="2.999.1" extension="jane-1"/>',
      '<id root="2.16.840.1.113883.4.1" nullFlavor="MSK"/>',
    );
    const [patient] = ofType(await said(masked), 'Patient');
    expect(patient?.['identifier']).toBeUndefined();
    expect(JSON.stringify(patient)).toContain('MSK');
  });

  it.each(['NOK', 'ECON', 'AGNT'])('is beside others whose part is told: %s', async (part) => {
    const helper = `<participant typeCode="IND"><associatedEntity classCode="${part}"><associatedPerson><name>Sam Doe</name></associatedPerson></associatedEntity></participant>`;
    const xml = documentXml([]).replace(
      '<component><structuredBody>',
      `${helper}<component><structuredBody>`,
    );
    expect(JSON.stringify((await said(xml)).resources)).toContain(`classCode=\\"${part}\\"`);
  });

  it('is insured, though the list of policies is of mood DEF', async () => {
    const xml = entry(
      `<act classCode="ACT" moodCode="DEF"><templateId root="2.16.840.1.113883.10.20.22.60"/><entryRelationship typeCode="COMP"><act classCode="ACT" moodCode="EVN"><templateId root="2.16.840.1.113883.10.20.22.61"/><id root="2.999.8" extension="g"/><code code="SELF"/><performer typeCode="PRF"><assignedEntity><id root="2.999.9"/><code code="PAYOR"/><representedOrganization><name>Good Health Insurance</name></representedOrganization></assignedEntity></performer></act></entryRelationship></act>`,
    );
    const rows = (await said(withEntries('48768-6', xml))).rows['coverage'] ?? [];
    expect(rows.filter(({ resourceType }) => resourceType === 'Coverage')).toMatchObject([
      { name: 'Good Health Insurance', assertion: 'stated' },
    ]);
  });
});
