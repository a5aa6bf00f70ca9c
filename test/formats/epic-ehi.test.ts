import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/json/index.ts';
import type { Row } from '../../src/model/index.ts';
import { read, recordOf, type ReadDocument } from '../facts/reading.ts';
import { patient, told, zipOf, type Content } from './container/zips.ts';
import { fhirPackageFaults, medplumFaults } from './validators.ts';

/** A table of Epic's export: columns and rows. */
function table(columns: string, ...lines: readonly string[]): string {
  return [columns, ...lines].map((line) => `${line.replaceAll(' | ', '\t')}\n`).join('');
}

const jane = table(
  'PAT_ID | PAT_NAME | BIRTH_DATE | PAT_LAST_NAME | PAT_FIRST_NAME | SEX_C_NAME | PAT_STATUS_C_NAME',
  'Z1 | DOE,JANE | 1/2/1980 12:00:00 AM | Doe | Jane | Female | Alive',
);

/** A zip archive of a person's tables, and of other files by their whole path. */
async function exported(tables: Readonly<Record<string, string>>, beside: Record<string, Content> = {}) {
  const files = Object.entries({ PATIENT: jane, ...tables }).map(([name, text]): [string, Content] => [
    `Requested Record/EHITables/${name}.tsv`,
    text,
  ]);
  return zipOf({ ...Object.fromEntries(files), ...beside });
}

/** The export read, everything of it valid R4. */
async function readExport(
  tables: Readonly<Record<string, string>>,
  beside: Record<string, Content> = {},
): Promise<ReadDocument> {
  const document = await read(await exported(tables, beside), 'x.zip');
  for (const { resource } of document.entries) {
    expect(medplumFaults(resource)).toEqual([]);
    expect(fhirPackageFaults(resource)).toEqual([]);
  }
  return document;
}

async function resources(tables: Readonly<Record<string, string>>, type: string): Promise<JsonObject[]> {
  const { entries } = await readExport(tables);
  return entries.map(({ resource }) => resource).filter(({ resourceType }) => resourceType === type);
}

async function rows(tables: Readonly<Record<string, string>>, section: string): Promise<readonly Row[]> {
  await readExport(tables);
  const { record } = await recordOf(await exported(tables));
  return record.sections[section] ?? [];
}

const brief = ({ name, assertion, status }: Row): string => `${name ?? '?'}: ${assertion}, ${status}`;

/** What the record says of a drawer's state, the container itself aside. */
async function statesOf(zip: Buffer, section: string): Promise<string[]> {
  const { record } = await recordOf(zip);
  return (record.sectionStates[section] ?? []).map(({ state }) => state);
}

describe('an Epic Requested Record', () => {
  it('is one source of its own in the archive, and says whose it is', async () => {
    const zip = await exported({});
    const { inner, findings } = await read(zip, 'x.zip');
    expect(inner).toMatchObject([
      { format: 'Epic Requested Record', id: expect.stringMatching(/^[0-9a-f]{64}$/) },
    ]);
    expect(findings).toEqual([]);
    const { record } = await recordOf(zip);
    expect(record.person).toMatchObject({ name: 'Jane Doe', birthDate: '1980-01-02', gender: 'female' });
  });

  it('names the file and the line of every row', async () => {
    const allergies = table('ALLERGY_ID | ALLERGEN_ID_ALLERGEN_NAME', '1 | NUTS', '2 | MILK');
    const { entries } = await readExport({ ALLERGY: allergies });
    expect(entries.at(-1)?.origin).toMatchObject({
      sha256: createHash('sha256').update(allergies).digest('hex'),
      member: 'Requested Record/EHITables/ALLERGY.tsv',
      line: 3,
    });
  });

  it('is known by its columns alone: other tables stay documents', async () => {
    const file = await read(await zipOf({ 'a/PATIENT.tsv': 'ID\tNAME\n1\tJane\n' }), 'x.zip');
    expect(file.entries.map(({ resource }) => resource.resourceType)).toEqual(['DocumentReference']);
  });

  it('leaves FHIR files beside it a source of their own', async () => {
    const file = await readExport({}, { 'Requested Record/FHIR/p.json': patient('1', 'Doe') });
    const sources = new Set(file.entries.map(({ origin }) => origin.source));
    expect(sources.size).toBe(2);
  });

  it('that is there twice with one PATIENT table loses nothing: each is a source of its own', async () => {
    const [first, second] = ['NUTS', 'MILK'].map((name) =>
      table('ALLERGY_ID | ALLERGEN_ID_ALLERGEN_NAME', `1 | ${name}`),
    );
    const { entries } = await readExport(
      { ALLERGY: first ?? '' },
      { 'Older/EHITables/PATIENT.tsv': jane, 'Older/EHITables/ALLERGY.tsv': second ?? '' },
    );
    expect(entries.map(({ resource }) => resource.resourceType)).toEqual([
      'Patient',
      'AllergyIntolerance',
      'Patient',
      'AllergyIntolerance',
    ]);
  });

  it('of several people is not read, and says so', async () => {
    const two = `${jane}Z2\tROE,JOAN\t\tRoe\tJoan\tFemale\t\n`;
    await expect(readExport({ PATIENT: two })).rejects.toMatchObject({
      code: 'not-a-health-record',
      why: expect.stringContaining('2 people'),
    });
  });

  it('does not read the rows of another person, and says so', async () => {
    const orders = table('ORDER_MED_ID | PAT_ID | DESCRIPTION', '1 | Z2 | ASPIRIN', '2 | Z1 | IRON');
    expect((await rows({ ORDER_MED: orders }, 'medications')).map(({ name }) => name)).toEqual(['IRON']);
    expect(told(await readExport({ ORDER_MED: orders }))).toEqual([
      'lost of-another Requested Record/EHITables/ORDER_MED.tsv',
    ]);
  });
});

describe('the tables of an Epic Requested Record', () => {
  it('that are not read are named in one finding, with their rows; empty ones are no loss', async () => {
    const { findings } = await readExport({
      MAR_ADMIN_INFO: 'ORDER_MED_ID\tLINE\n1\t1\n1\t2\n',
      SOCIAL_HX: 'PAT_ENC_CSN_ID\tX\r\n',
      ZC_NOTHING: '',
    });
    expect(findings).toMatchObject([
      {
        severity: 'lost',
        code: 'unread-tables',
        message: "one of Epic's tables is not read (2 rows): MAR_ADMIN_INFO; they are kept in the file",
      },
    ]);
  });

  it('that are not read leave no drawer looking empty', async () => {
    const zip = await exported({ COVERAGE: 'COVERAGE_ID\tX\n1\ty\n', OR_LOG: 'LOG_ID\n' });
    expect(await statesOf(zip, 'coverage')).toEqual(['not-read']);
    expect(await statesOf(zip, 'procedures')).toEqual(['not-recorded']);
  });

  it('that are damaged are told, the rest is read, and their drawer does not look empty', async () => {
    const tables = { PATIENT: jane, ALLERGY: table('ALLERGY_ID', '1') };
    const files = Object.entries(tables).map(([name, text]): [string, string] => [`E/${name}.tsv`, text]);
    const zip = await zipOf(Object.fromEntries(files), { level: 0 });
    zip.writeUInt8(0x41, zip.indexOf('ALLERGY_ID\n1') + 11);
    const file = await read(zip, 'x.zip');
    expect(told(file)).toEqual(['lost bad-member E/ALLERGY.tsv']);
    expect(new Set(await statesOf(zip, 'allergies'))).toEqual(new Set(['not-read']));
  });

  it('are read past a broken row, which is told with its line', async () => {
    const allergies =
      'ALLERGY_ID\tALLERGEN_ID_ALLERGEN_NAME\r\n1\tNUTS\r\nbroken\r\n2\tMILK\tX\r\n3\tEGG "RAW"\\n\r\n';
    const { entries, findings } = await readExport({ ALLERGY: allergies });
    expect(entries.map(({ resource }) => resource['code'])).toEqual([
      undefined,
      { text: 'NUTS' },
      { text: 'EGG "RAW"\\n' },
    ]);
    expect(findings).toMatchObject([{ severity: 'lost', code: 'bad-row', line: 3 }]);
  });

  it('carry every value that no element has, also of the tables they overflow into', async () => {
    const tables = {
      PAT_ENC: table(
        'PAT_ID | PAT_ENC_CSN_ID | CONTACT_DATE | ENC_CLOSED_YN',
        'Z1 | 7 | 3/5/2024 12:00:00 AM | Y',
      ),
      PAT_ENC_3: table('PAT_ENC_CSN | WHY', '7 | rain', '8 | snow'),
    };
    const [row] = await rows(tables, 'encounters');
    expect(JSON.stringify(row)).toContain('ENC_CLOSED_YN: Y');
    expect(JSON.stringify(row)).toContain('WHY: rain');
    expect(told(await readExport(tables))).toEqual([
      'lost unplaced-row Requested Record/EHITables/PAT_ENC.tsv',
    ]);
  });

  it('tell of what is listed as the person’s and nowhere described', async () => {
    const listed = table('PAT_ID | LINE | ALLERGY_RECORD_ID', 'Z1 | 1 | 9');
    expect(told(await readExport({ PAT_ALLERGIES: listed }))).toEqual([
      'lost listed-only Requested Record/EHITables/PAT_ALLERGIES.tsv',
    ]);
  });
});

describe('allergies of an Epic Requested Record', () => {
  it('that were deleted are never shown as allergies; a status that is absent is not active', async () => {
    const ALLERGY = table(
      'ALLERGY_ID | ALLERGEN_ID | ALLERGEN_ID_ALLERGEN_NAME | ALRGY_STATUS_C_NAME | ALRGY_DLET_RSN_C_NAME',
      '1 | 25 | PENICILLINS | Active | ',
      '2 | 26 | LATEX | Deleted | Entered in error',
      '3 | 27 | EGG |  | ',
    );
    expect((await rows({ ALLERGY }, 'allergies')).map(brief)).toEqual([
      'PENICILLINS: stated, current',
      'LATEX: entered-in-error, not stated',
      'EGG: stated, not stated',
    ]);
  });

  it('have their reactions, and a date only as exact as is said', async () => {
    const ALLERGY = table(
      'ALLERGY_ID | ALLERGEN_ID | DATE_NOTED | SEVERITY_C_NAME | ALLERGY_SEVERITY_C_NAME | ALLERGY_NOTED_DATE_ACCURACY_C_NAME',
      '1 | 25 | 1/1/2018 12:00:00 AM | Allergy | High | Year',
    );
    const [row] = await rows(
      {
        ALLERGY,
        CL_ELG: table('ALLERGEN_ID | ALLERGEN_NAME', '25 | PENICILLINS'),
        ALLERGY_REACTIONS: table('ALLERGY_ID | LINE | REACTION_C_NAME', '1 | 1 | Hives', '1 | 2 | Itching'),
      },
      'allergies',
    );
    expect(row).toMatchObject({
      name: 'PENICILLINS',
      recorded: '2018',
      reactions: ['Hives and Itching'],
      severity: 'High',
      kind: 'allergy',
    });
  });

  it('that are said to be none are a negation, as the last change of the box has it', async () => {
    const columns = 'PAT_ID | LINE | ALRGY_FLAG_YN | ALRGY_FLAG_UPD_DTTM';
    const earlier = 'Z1 | 1 | N | 3/5/2020 9:00:00 AM';
    const later = 'Z1 | 2 | Y | 3/5/2024 9:00:00 AM';
    const tables = { ALLERGY_FLAG: table(columns, later, earlier) };
    expect((await rows(tables, 'allergies')).map(brief)).toEqual(['No Known Allergies: negated, not stated']);
    expect(await statesOf(await exported(tables), 'allergies')).toEqual(['none-stated']);
    const undone = {
      ALLERGY_FLAG: table(columns, 'Z1 | 1 | Y | 3/5/2020 9:00:00 AM', 'Z1 | 2 | N | 3/5/2024 9:00:00 AM'),
    };
    expect(await rows(undone, 'allergies')).toEqual([]);
    const undated = { ALLERGY_FLAG: table('PAT_ID | LINE | ALRGY_FLAG_YN', 'Z1 | 1 | Y', 'Z1 | 2 | N') };
    expect(await rows(undated, 'allergies')).toEqual([]);
    expect(told(await readExport(undated))).toEqual([
      'lost no-known-allergies Requested Record/EHITables/ALLERGY_FLAG.tsv',
    ]);
  });
});

describe('problems of an Epic Requested Record', () => {
  it('are active, over or deleted as they say, and dates of a year or month stay a year or month', async () => {
    const PROBLEM_LIST = table(
      'PROBLEM_LIST_ID | DX_ID | DESCRIPTION | NOTED_DATE | NOTED_END_DATE | RESOLVED_DATE | PROBLEM_STATUS_C_NAME',
      '1 | 5 |  | 1/1/2012 12:00:00 AM | 12/31/2012 12:00:00 AM |  | Active',
      '2 | 5 | Bad back | 2/1/2012 12:00:00 AM | 2/29/2012 12:00:00 AM | 3/1/2013 12:00:00 AM | Resolved',
      '3 | 6 | Gout | 3/5/2012 12:00:00 AM |  |  | Deleted',
      '4 |  | Cough |  |  |  | ',
    );
    const CLARITY_EDG = table('DX_ID | DX_NAME', '5 | Back pain');
    const found = await rows({ PROBLEM_LIST, CLARITY_EDG }, 'problems');
    expect(found.map((row) => `${brief(row)}, ${row.start ?? '-'} ${row.end ?? '-'}`)).toEqual([
      'Back pain: stated, current, 2012 -',
      'Bad back: stated, past, 2012-02 2013-03-01',
      'Gout: entered-in-error, not stated, 2012-03-05 -',
      'Cough: stated, not stated, - -',
    ]);
    expect(found[1]?.['notes']).toEqual(['Diagnosis: Back pain']);
  });
});

describe('medications of an Epic Requested Record', () => {
  it('are current only where nothing ended them and no end is stated', async () => {
    const ORDER_MED = table(
      'ORDER_MED_ID | DESCRIPTION | ORDER_STATUS_C_NAME | ACT_ORDER_C_NAME | END_DATE | DISCON_TIME | IS_PENDING_ORD_YN | ORDER_CLASS_C_NAME',
      '1 | A | Sent | Active Medication |  |  | N | Normal',
      '2 | B | Sent | Active Medication | 1/27/2025 12:00:00 AM |  |  | Normal',
      '3 | C | Sent | Active Medication |  | 1/27/2025 6:58:00 PM |  | Normal',
      '4 | D | Canceled |  |  |  |  | Normal',
      '5 | E |  |  |  |  | Y | Normal',
      '6 | F |  | Active Medication |  |  |  | Historical Med',
      '7 | G | Sent |  |  |  |  | Normal',
    );
    expect((await rows({ ORDER_MED }, 'medications')).map(brief)).toEqual([
      'A: stated, current',
      'B: stated, not stated',
      'C: stated, past',
      'D: not-done, not stated',
      'E: planned, not stated',
      'F: stated, current',
      'G: stated, not stated',
    ]);
  });

  it('have their dose with its digits, their instructions and what was dispensed', async () => {
    const [order] = await resources(
      {
        ORDER_MED: table(
          'ORDER_MED_ID | MEDICATION_ID | HV_DISCRETE_DOSE | HV_DOSE_UNIT_C_NAME | MED_ROUTE_C_NAME | QUANTITY | REFILLS | START_DATE',
          '1 | 9 | 2.50 | mg | Oral | 90 tablet | 3 | 3/5/2024 12:00:00 AM',
        ),
        CLARITY_MEDICATION: table('MEDICATION_ID | GENERIC_NAME', '9 | Lisinopril Tab 2.5 MG'),
        ORDER_MED_SIG: table('ORDER_ID | SIG_TEXT', '1 | Take one daily'),
      },
      'MedicationRequest',
    );
    expect(JSON.parse(JSON.stringify(order))).toMatchObject({
      medicationCodeableConcept: { text: 'Lisinopril Tab 2.5 MG' },
      dosageInstruction: [
        {
          text: 'Take one daily',
          timing: { repeat: { boundsPeriod: { start: '2024-03-05' } } },
          route: { text: 'Oral' },
          doseAndRate: [{ doseQuantity: { unit: 'mg' } }],
        },
      ],
      dispenseRequest: { numberOfRepeatsAllowed: 3, quantity: { value: 90, unit: 'tablet' } },
    });
    const { entries } = await readExport({
      ORDER_MED: table('ORDER_MED_ID | HV_DISCRETE_DOSE | HV_DOSE_UNIT_C_NAME', '1 | 2.50 | mg'),
    });
    expect(entries.at(-1)?.text).toContain('"value":2.50');
  });
});

describe('immunizations of an Epic Requested Record', () => {
  it('are given only where that is said; deferred, incomplete and deleted ones are not', async () => {
    const IMMUNE = table(
      'IMMUNE_ID | IMMUNZATN_ID_NAME | IMMUNE_DATE | IMMNZTN_STATUS_C_NAME | DEFER_REASON_C_NAME | LOT',
      '1 | TDAP | 2/5/2019 12:00:00 AM | Given |  | 5ME77',
      '2 | FLU | 2/5/2020 12:00:00 AM | Deferred | Patient refused | ',
      '3 | MMR |  | Incomplete |  | ',
      '4 | POLIO |  | Deleted |  | ',
      '5 | HEPA |  |  |  | ',
    );
    const found = await rows({ IMMUNE }, 'immunizations');
    expect(found.map(({ name, assertion, date }) => `${name ?? ''}: ${assertion} ${date ?? '-'}`)).toEqual([
      'TDAP: stated 2019-02-05',
      'FLU: not-done 2020-02-05',
      'MMR: not-done -',
      'POLIO: entered-in-error -',
      'HEPA: unconfirmed -',
    ]);
    expect(found[1]?.['statusReason']).toBe('Patient refused');
  });
});

describe('results of an Epic Requested Record', () => {
  it('keep their digits, flags and ranges, and are grouped by the order that brought them', async () => {
    const { entries } = await readExport({
      ORDER_PROC: table(
        'ORDER_PROC_ID | PAT_ID | DESCRIPTION | LAB_STATUS_C_NAME | ORDER_STATUS_C_NAME',
        '1 | Z1 | BASIC METABOLIC PANEL | Final result | Completed',
        '2 | Z1 | MRI BRAIN |  | Canceled',
      ),
      ORDER_RESULTS: table(
        'ORDER_PROC_ID | LINE | COMPONENT_ID_NAME | ORD_VALUE | ORD_NUM_VALUE | RESULT_FLAG_C_NAME | REFERENCE_LOW | REFERENCE_HIGH | REFERENCE_UNIT | RESULT_STATUS_C_NAME | COMP_OBS_INST_TM | COMPON_LNC_ID',
        '1 | 1 | POTASSIUM | 5.0 | 5 | High | 3.5 | 4.90 | mmol/L | Final | 8/29/2022 2:32:00 PM | 19932',
        '1 | 2 | EGFR | >90 | 9999999 |  |  |  | mL/min | Final |  | ',
      ),
      LNC_DB_MAIN: table('RECORD_ID | LNC_CODE', '19932 | 2823-3'),
    });
    const [potassium, egfr, panel, scan] = entries.slice(1).map(({ text }) => text);
    expect(potassium).toContain('"value":5.0');
    expect(potassium).toContain('"value":4.90');
    expect(potassium).toContain('2823-3');
    expect(potassium).toContain('2022-08-29T14:32');
    expect(egfr).toContain('"comparator":">"');
    expect(egfr).not.toContain('9999999');
    expect(panel).toContain('"resourceType":"DiagnosticReport"');
    expect(panel?.match(/Observation\//g)).toHaveLength(2);
    expect(scan).toContain('"status":"revoked"');
  });

  it('of an examination have the words of the report', async () => {
    const [report] = await resources(
      {
        ORDER_PROC: table('ORDER_PROC_ID | DISPLAY_NAME | RADIOLOGY_STATUS_C_NAME', '1 | XR Chest | Final'),
        ORDER_NARRATIVE: table('ORDER_PROC_ID | LINE | NARRATIVE', '1 | 2 | seen.', '1 | 1 | Nothing'),
        ORDER_IMPRESSION: table('ORDER_PROC_ID | LINE | IMPRESSION', '1 | 1 | Normal chest'),
      },
      'DiagnosticReport',
    );
    expect(report).toMatchObject({
      status: 'final',
      conclusion: 'Normal chest',
      presentedForm: [{ data: Buffer.from('Nothing\nseen.').toString('base64') }],
    });
  });
});

describe('flowsheets of an Epic Requested Record', () => {
  it('give vital signs in their own units, and answers no place among them', async () => {
    const tables = {
      IP_FLWSHT_MEAS: table(
        'FSD_ID | LINE | FLO_MEAS_ID | FLO_MEAS_ID_DISP_NAME | RECORDED_TIME',
        '9 | 1 | 5 | BP | 3/5/2024 9:00:00 AM',
        '9 | 2 | 14 | Weight | 3/5/2024 9:00:00 AM',
        '9 | 3 | 760 | Have you traveled? | 3/5/2024 9:00:00 AM',
      ),
      V_EHI_FLO_MEAS_VALUE: table(
        'FSD_ID | LINE | MEAS_VALUE_EXTERNAL | UNITS | VALUE_TYPE_C_NAME',
        '9 | 1 | 142/74 |  | Blood Pressure',
        '9 | 2 | 2931.20 | ounces | Patient Weight',
        '9 | 3 | No |  | Custom List',
        '9 | 4 | 98 | % | Numeric Type',
      ),
    };
    const vitals = await rows(tables, 'vital-signs');
    expect(vitals.map(({ name }) => name)).toEqual(['BP', 'Weight']);
    expect(JSON.stringify(vitals)).toContain('2931.20');
    expect(JSON.stringify(vitals)).toContain('142');
    expect(await rows(tables, 'results')).toEqual([]);
    expect(told(await readExport(tables))).toEqual([
      'lost unplaced-row Requested Record/EHITables/V_EHI_FLO_MEAS_VALUE.tsv',
    ]);
  });
});

describe('encounters and notes of an Epic Requested Record', () => {
  it('an appointment that was called off is no visit, and notes name the visit they belong to', async () => {
    const tables = {
      PAT_ENC: table(
        'PAT_ID | PAT_ENC_CSN_ID | CONTACT_DATE | APPT_STATUS_C_NAME | CALCULATED_ENC_STAT_C_NAME',
        'Z1 | 7 | 3/5/2024 12:00:00 AM | Completed | Complete',
        'Z1 | 8 | 3/6/2024 12:00:00 AM | Canceled | Possible',
      ),
      PAT_ENC_2: table('PAT_ENC_CSN_ID | ADT_PAT_CLASS_C_NAME', '7 | Emergency'),
      HNO_INFO: table(
        'NOTE_ID | PAT_ENC_CSN_ID | IP_NOTE_TYPE_C_NAME | CREATE_INSTANT_DTTM | DELETE_INSTANT_DTTM',
        '11 | 7 | Progress Notes | 3/5/2024 3:00:00 PM | ',
        '12 |  | Telephone |  | 3/6/2024 3:00:00 PM',
      ),
      HNO_PLAIN_TEXT: table(
        'NOTE_CSN_ID | LINE | NOTE_ID | NOTE_TEXT',
        '1 | 2 | 11 | two',
        '1 | 1 | 11 | one',
      ),
    };
    expect((await rows(tables, 'encounters')).map(({ assertion }) => assertion)).toEqual([
      'stated',
      'not-done',
    ]);
    const [note, deleted] = await resources(tables, 'DocumentReference');
    const [encounter] = await resources(tables, 'Encounter');
    expect(encounter).toMatchObject({ class: { code: 'EMER' }, period: { start: '2024-03-05' } });
    expect(note).toMatchObject({
      date: '2024-03-05T15:00:00Z',
      content: [{ attachment: { data: Buffer.from('one\ntwo').toString('base64') } }],
      context: { encounter: [{ reference: expect.stringMatching(/^Encounter\/[0-9a-f]+$/) }] },
    });
    expect(deleted).toMatchObject({ status: 'entered-in-error' });
  });

  it('a note in formatted text names its file, which is kept', async () => {
    const { entries } = await readExport(
      { HNO_INFO: table('NOTE_ID | IP_NOTE_TYPE_C_NAME', '11 | Progress Notes') },
      { 'Requested Record/Rich Text/HNO_11_56662_41.RTF': String.raw`{\rtf1 words}` },
    );
    const notes = entries.filter(({ resource }) => resource.resourceType === 'DocumentReference');
    expect(notes.map(({ resource }) => resource['content'])).toMatchObject([
      [{ attachment: { title: 'Requested Record/Rich Text/HNO_11_56662_41.RTF' } }],
      [{ attachment: { contentType: 'application/rtf' } }],
    ]);
  });
});
