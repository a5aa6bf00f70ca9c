import { describe, expect, it } from 'vitest';
import { clinicalRecordStubs } from '../../src/formats/apple-health/clinical-record.ts';
import { bytesInMemory, type ByteSource } from '../../src/formats/index.ts';
import type { JsonObject } from '../../src/json/index.ts';
import type { Row } from '../../src/model/index.ts';
import { read, recordOf, rendered, rowsOf } from '../facts/reading.ts';
import { fhirPackageFaults, medplumFaults } from './validators.ts';

const me =
  '<Me HKCharacteristicTypeIdentifierDateOfBirth="1990-05-20" HKCharacteristicTypeIdentifierBiologicalSex="HKBiologicalSexFemale" HKCharacteristicTypeIdentifierBloodType="HKBloodTypeANegative" HKCharacteristicTypeIdentifierFitzpatrickSkinType="HKFitzpatrickSkinTypeNotSet"/>';

/** An export of these elements. */
function exportOf(elements: string, before = ''): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n${before}<HealthData locale="en_US">\n<ExportDate value="2024-06-01 08:10:05 +0200"/>\n${me}\n${elements}\n</HealthData>\n`;
}

interface Sent {
  value?: string;
  unit?: string;
  at?: string;
  to?: string;
  source?: string;
  metadata?: Record<string, string>;
}

/** A record as an export has it; `type` without its prefix for a quantity. */
function record(type: string, { value, unit, at = '2024-01-02 08:00:00 +0100', ...more }: Sent): string {
  const { to = at, source = 'Watch', metadata = {} } = more;
  const attributes = {
    type: type.startsWith('HK') ? type : `HKQuantityTypeIdentifier${type}`,
    sourceName: source,
    sourceVersion: '10.2',
    unit,
    creationDate: to,
    startDate: at,
    endDate: to,
    value,
  };
  const written = Object.entries(attributes).flatMap(([name, text]) =>
    text === undefined ? [] : [`${name}="${text}"`],
  );
  const inside = Object.entries(metadata).map(
    ([key, text]) => `<MetadataEntry key="${key}" value="${text}"/>`,
  );
  return `<Record ${written.join(' ')}>${inside.join('')}</Record>`;
}

async function rowsFor(elements: string): Promise<{ section: string; row: Row }[]> {
  const rows = rowsOf(await recordOf(exportOf(elements)));
  return rows.filter(({ row }) => row.name !== 'Blood type');
}

function cuffReading(type: string, value: number, time: string): string {
  return `<Record type="HKQuantityTypeIdentifierBloodPressure${type}" sourceName="Cuff" unit="mmHg" value="${value}" startDate="2024-05-01 ${time} +0200" endDate="2024-05-01 ${time} +0200"/>`;
}

async function resources(elements: string): Promise<JsonObject[]> {
  const { entries } = await read(exportOf(elements));
  for (const { resource } of entries) {
    expect(medplumFaults(resource)).toEqual([]);
    expect(fhirPackageFaults(resource)).toEqual([]);
  }
  return entries.map(({ resource }) => resource);
}

const partsOf = (row: Row | undefined): unknown =>
  [row?.['components']]
    .flat()
    .map((part) =>
      typeof part === 'object' && part !== null && 'codes' in part && 'value' in part
        ? [part.name, part.value, part.unit].filter((word) => word !== undefined).join(' ')
        : part,
    );

const pressure = (value: string, which: string): string =>
  record(`BloodPressure${which}`, { value, unit: 'mmHg', source: 'Cuff', at: '2024-01-02 09:00:00 +0100' });
const sleep = (value: string, at: string, to: string): string =>
  record('HKCategoryTypeIdentifierSleepAnalysis', {
    value: `HKCategoryValueSleepAnalysis${value}`,
    at: `2024-01-02 ${at} +0100`,
    to: `2024-01-02 ${to} +0100`,
  });
const correlation = (inside: string): string =>
  `<Correlation type="HKCorrelationTypeIdentifierBloodPressure" sourceName="Cuff" startDate="2024-01-02 09:00:00 +0100" endDate="2024-01-02 09:00:00 +0100">${inside}</Correlation>`;

describe('an export of Apple Health', () => {
  it('is known by its root element, and by its document type where that is longer than any head', async () => {
    const dtd = `<!DOCTYPE HealthData [\n<!-- HealthKit's own -->\n${'<!ELEMENT Record ((MetadataEntry)*)>\n'.repeat(4000)}]>\n`;
    expect((await read(exportOf('', dtd))).source).toMatchObject({
      format: 'Apple Health export',
      asOf: '2024-06-01T08:10:05+02:00',
    });
    expect((await read(exportOf(''))).source.format).toBe('Apple Health export');
    await expect(read('<!DOCTYPE HealthData [')).rejects.toThrow('holds no health data');
    await expect(read('<?xml version="1.0"?><!DOCTYPE Other []><Other/>')).rejects.toThrow('XML of a kind');
  });

  it('is read whatever errors its document type has, and expands no entity of it', async () => {
    const dtd =
      '<!DOCTYPE HealthData [\n<!ATTLIST Record\n  type CDATA #REQUIRED\n<!ELEMENT\n-- >\n<!ENTITY x "secret">\n]>\n';
    const { entries, findings } = await read(
      exportOf(record('HeartRate', { value: '72', unit: 'count/min' }), dtd),
    );
    expect(entries).toHaveLength(3);
    expect(findings.map(({ code }) => code)).toEqual(['not-carried']);
    const entity = await read(exportOf(record('HeartRate', { value: '72', source: '&x;' }), dtd));
    expect(JSON.stringify(entity)).not.toContain('secret');
  });

  it('tells of the person what is set, and nothing of what is not', async () => {
    const [patient, blood, ...more] = await resources('');
    expect(patient).toMatchObject({ resourceType: 'Patient', gender: 'female', birthDate: '1990-05-20' });
    expect(patient).not.toHaveProperty('name');
    expect(blood).toMatchObject({
      meta: { security: [{ code: 'PATRPT' }] },
      valueCodeableConcept: { text: 'A negative' },
    });
    expect(more).toEqual([]);
    const unset = exportOf('')
      .replace('HKBiologicalSexFemale', 'HKBiologicalSexNotSet')
      .replace('1990-05-20', '');
    expect(Object.keys((await read(unset)).entries[0]?.resource ?? {})).toEqual(['resourceType', 'id']);
  });

  it('has one reading of a day with its digits, offset and unit as written, and its source', async () => {
    const [{ section, row } = { row: undefined }] = await rowsFor(
      record('BodyMass', {
        value: '81.50',
        unit: 'kg',
        at: '2024-01-02 08:00:00 -0530',
        source: 'Zoë’s scale',
      }),
    );
    expect(section).toBe('vital-signs');
    expect(row).toMatchObject({
      name: 'Body mass',
      date: '2024-01-02T08:00:00-05:30',
      value: '81.50',
      unit: 'kg',
      device: 'Zoë’s scale',
      sources: [{ line: 5, pointer: '/HealthData/Record[1]' }],
    });
    expect(row?.codes.map(({ code }) => code)).toEqual(['29463-7', 'HKQuantityTypeIdentifierBodyMass']);
  });

  it('has several readings of a day as their least, greatest, last by time, and number', async () => {
    const beats = [
      ['72', '2024-01-02 22:00:00 +0100'],
      ['133.0', '2024-01-02 12:00:00 +0100'],
      ['52', '2024-01-02 03:00:00 +0100'],
    ] as const;
    const rows = await rowsFor(
      beats.map(([value, at]) => record('HeartRate', { value, at, unit: 'count/min' })).join('\n'),
    );
    expect(rows).toHaveLength(1);
    expect(rows[0]?.row).toMatchObject({ date: '2024-01-02', sources: [{ line: 5 }] });
    expect(partsOf(rows[0]?.row)).toEqual([
      'Minimum 52 count/min',
      'Maximum 133.0 count/min',
      'Last 72 count/min',
      'Readings 3',
    ]);
    expect(rows[0]?.row.sources[0]?.pointer).toBe(
      "/HealthData/Record[@type='HKQuantityTypeIdentifierHeartRate'][@unit='count/min'][@sourceName='Watch'][starts-with(@startDate,'2024-01-02')]",
    );
  });

  it('adds what adds up exactly, says that it was computed, and never adds two sources', async () => {
    const rows = await rowsFor(
      [
        record('ActiveEnergyBurned', { value: '0.1', unit: 'kcal' }),
        record('ActiveEnergyBurned', { value: '0.2', unit: 'kcal' }),
        record('ActiveEnergyBurned', { value: '1e-3', unit: 'kcal' }),
        record('StepCount', { value: '100', unit: 'count', source: 'Phone' }),
        record('StepCount', { value: '100', unit: 'count' }),
      ].join(''),
    );
    expect(rows.map(({ section, row }) => [section, row.name, row['device'], row['value']])).toEqual([
      ['activity', 'Active energy burned', 'Watch', undefined],
      ['activity', 'Step count', 'Phone', '100'],
      ['activity', 'Step count', 'Watch', '100'],
    ]);
    expect(partsOf(rows[0]?.row)).toEqual(['Sum (computed) 0.301 kcal', 'Readings 3']);
  });

  it('keeps an end that is before its start as sent', async () => {
    const to = '2024-01-02 07:00:00 +0100';
    const [only] = await rowsFor(record('StepCount', { value: '100', unit: 'count', to }));
    expect(only?.row).toMatchObject({
      date: '2024-01-02T08:00:00+01:00',
      details: expect.arrayContaining([`endDate: ${to}`]),
    });
  });

  it('takes the day from the time as written, not from another zone', async () => {
    const rows = await rowsFor(
      record('StepCount', { value: '1', unit: 'count', at: '2024-01-02 23:59:00 -0800' }) +
        record('StepCount', { value: '2', unit: 'count', at: '2024-01-03 00:01:00 -0800' }),
    );
    expect(rows.map(({ row }) => row.date)).toEqual([
      '2024-01-02T23:59:00-08:00',
      '2024-01-03T00:01:00-08:00',
    ]);
  });

  it.each([
    ['0.97', 'OxygenSaturation', '97'],
    ['0.965', 'OxygenSaturation', '96.5'],
    ['0.9700000000000001', 'OxygenSaturation', '97.00000000000001'],
    ['0.05', 'WalkingAsymmetryPercentage', '5'],
    ['0.182', 'BodyFatPercentage', '18.2'],
    ['1', 'OxygenSaturation', '100'],
    ['0', 'WalkingAsymmetryPercentage', '0'],
    ['97', 'OxygenSaturation', '97'],
    ['0.08', 'BloodAlcoholContent', '0.08'],
  ])(
    'says %s of %s in percent as %s: HealthKit writes a percent as a fraction',
    async (value, type, told) => {
      const [only] = await rowsFor(record(type, { value, unit: '%' }));
      expect(only?.row).toMatchObject({ value: told, unit: '%' });
    },
  );

  it('has units in UCUM where they are certain, and as written always', async () => {
    const written = [
      ['HeartRate', 'count/min', '/min'],
      ['BodyTemperature', 'degF', '[degF]'],
      ['BloodGlucose', 'mmol&lt;180.1558800000541&gt;/L', 'mmol/L'],
      ['DietaryEnergyConsumed', 'Cal', 'kcal'],
      ['Height', 'ft', '[ft_i]'],
      ['EnvironmentalAudioExposure', 'dBASPL', undefined],
    ] as const;
    const [, , ...made] = await resources(
      written.map(([type, unit]) => record(type, { value: '5.5', unit })).join(''),
    );
    expect(made.map(({ valueQuantity }) => valueQuantity)).toMatchObject(
      written.map(([, unit, code]) => ({
        unit: unit.replace('&lt;', '<').replace('&gt;', '>'),
        ...(code !== undefined && { code }),
      })),
    );
  });

  it('calls glucose by the LOINC code of its unit, no laboratory result, and tells meals apart', async () => {
    const rows = await rowsFor(
      record('BloodGlucose', { value: '95', unit: 'mg/dL', metadata: { HKBloodGlucoseMealTime: '1' } }) +
        record('BloodGlucose', { value: '140', unit: 'mg/dL', metadata: { HKBloodGlucoseMealTime: '2' } }),
    );
    expect(rows.map(({ section, row }) => [section, row['value'], row.codes[0]?.code])).toEqual([
      ['results', '95', '2339-0'],
      ['results', '140', '2339-0'],
    ]);
    expect(rows[0]?.row['categories']).toBeUndefined();
    expect(rows[0]?.row.details).toContain('HKBloodGlucoseMealTime: 1');
  });

  it('marks what the person typed in, and keeps it apart from what a device measured', async () => {
    const rows = await rowsFor(
      record('BodyMass', { value: '80', unit: 'kg', metadata: { HKWasUserEntered: '1' } }) +
        record('BodyMass', { value: '81', unit: 'kg', metadata: { HKWasUserEntered: '0' } }),
    );
    expect(rows.map(({ row }) => [row['value'], row.informant])).toEqual([
      ['80', 'patient'],
      ['81', undefined],
    ]);
  });

  it('shows a blood pressure once, as one measurement of two values, wherever its records stand', async () => {
    const two = pressure('118', 'Systolic') + pressure('76', 'Diastolic');
    for (const elements of [two + correlation(two), correlation(two) + two, correlation(two)]) {
      const rows = await rowsFor(elements);
      expect(rows.map(({ section, row }) => [section, row.name, partsOf(row)])).toEqual([
        [
          'vital-signs',
          'Blood pressure',
          ['Blood pressure systolic 118 mmHg', 'Blood pressure diastolic 76 mmHg'],
        ],
      ]);
    }
    const [, , made] = await resources(correlation(two));
    expect(made).toMatchObject({
      code: { coding: [{ code: '85354-9' }, {}] },
      component: [
        { code: { coding: [{ code: '8480-6' }, {}] } },
        { code: { coding: [{ code: '8462-4' }, {}] } },
      ],
    });
  });

  it('keeps every blood pressure of a day, and one that stands in no correlation', async () => {
    const two = pressure('118', 'Systolic') + pressure('76', 'Diastolic');
    const rows = await rowsFor(two + two + pressure('150', 'Systolic') + correlation(two) + correlation(two));
    expect(rows.map(({ row }) => row.name)).toEqual([
      'Blood pressure',
      'Blood pressure',
      'Blood pressure systolic',
    ]);
    expect(rows[2]?.row['value']).toBe('150');
  });

  it('keeps a meal with its name and what was in it', async () => {
    const [only] = await rowsFor(
      `<Correlation type="HKCorrelationTypeIdentifierFood" sourceName="App" startDate="2024-01-02 09:00:00 +0100" endDate="2024-01-02 09:00:00 +0100"><MetadataEntry key="HKFoodType" value="Oatmeal"/>${record('DietaryProtein', { value: '5.0', unit: 'g' })}</Correlation>`,
    );
    expect([only?.section, only?.row.name, partsOf(only?.row)]).toEqual([
      'activity',
      'Food: Oatmeal',
      ['Dietary protein 5.0 g'],
    ]);
  });

  it('adds up the time of each stage of sleep, and gives no other', async () => {
    const rows = await rowsFor(
      sleep('AsleepCore', '00:00:00', '01:00:00') +
        sleep('AsleepREM', '01:00:00', '01:30:00') +
        sleep('AsleepCore', '01:30:00', '03:00:30'),
    );
    expect(rows.map(({ row }) => [row['value'], partsOf(row)])).toEqual([
      ['Asleep core', ['Total time (computed) 9030 s = 2 h 30 min 30 s', 'Times 2']],
      ['Asleep REM', ['Total time (computed) 1800 s = 30 min']],
    ]);
  });

  it('never shows a symptom that was not present as one that was', async () => {
    const headache = (value: string): string =>
      record('HKCategoryTypeIdentifierHeadache', { value: `HKCategoryValue${value}` });
    const built = await recordOf(exportOf(headache('SeverityNotPresent') + headache('SeverityModerate')));
    const rows = built.record.sections['activity'] ?? [];
    expect(rows.map((row) => [row.name, row.assertion, row['value']])).toEqual([
      ['Headache', 'negated', undefined],
      ['Headache', 'stated', 'Moderate'],
    ]);
    expect(rows[0]?.details).toContain('value: HKCategoryValueSeverityNotPresent');
    expect(rendered('text', built)).toContain('[NEGATED] Headache');
    // Nobody could tell whether a bare number means that it was there.
    const { findings, entries } = await read(
      exportOf(record('HKCategoryTypeIdentifierHeadache', { value: '1' })),
    );
    expect(entries).toHaveLength(2);
    expect(findings).toContainEqual(expect.objectContaining({ severity: 'lost', code: 'bad-value' }));
  });

  it('keeps of a workout every number, event, file and word, and counts the positions of its route', async () => {
    const workout = `<Workout workoutActivityType="HKWorkoutActivityTypeRunning" duration="30.5" durationUnit="min" totalDistance="5.0" totalDistanceUnit="km" sourceName="Watch" sourceVersion="3.1" creationDate="2024-01-02 10:31:00 +0100" startDate="2024-01-02 10:00:00 +0100" endDate="2024-01-02 10:30:30 +0100">
<MetadataEntry key="HKIndoorWorkout" value="0"/>
<WorkoutEvent type="HKWorkoutEventTypeLap" date="2024-01-02 10:15:00 +0100"/>
<WorkoutStatistics type="HKQuantityTypeIdentifierHeartRate" average="150.5" minimum="120" maximum="180" unit="count/min"/>
<WorkoutRoute sourceName="Watch"><FileReference path="/workout-routes/route.gpx"/><Location date="x" latitude="1"/></WorkoutRoute>
</Workout>`;
    const built = await recordOf(exportOf(workout));
    const [row] = built.record.sections['activity'] ?? [];
    expect(row).toMatchObject({ name: 'Workout: running', start: '2024-01-02T10:00:00+01:00' });
    expect(partsOf(row)).toEqual([
      'Duration 30.5 min',
      'Total distance 5.0 km',
      'Heart rate, average 150.5 count/min',
      'Heart rate, minimum 120 count/min',
      'Heart rate, maximum 180 count/min',
    ]);
    expect(row?.details).toEqual(
      expect.arrayContaining([
        'sourceVersion: 3.1',
        'HKIndoorWorkout: 0',
        'WorkoutEvent: type=HKWorkoutEventTypeLap, date=2024-01-02 10:15:00 +0100',
        'FileReference: path=/workout-routes/route.gpx',
      ]),
    );
    expect(built.record.findings).toMatchObject([{ severity: 'note', code: 'positions-not-read', line: 9 }]);
    await resources(workout);
  });

  it('keeps a summary of a day, an audiogram and a prescription of glasses with every number in its unit', async () => {
    const rows =
      await rowsFor(`<ActivitySummary dateComponents="2024-01-02" activeEnergyBurned="590.252" activeEnergyBurnedGoal="630" activeEnergyBurnedUnit="kcal" appleStandHours="13"/>
<Audiogram type="HKDataTypeIdentifierAudiogram" sourceName="App" startDate="2024-01-02 10:00:00 +0100" endDate="2024-01-02 10:10:00 +0100"><SensitivityPoint frequencyValue="1000" frequencyUnit="Hz" leftEarValue="-5" leftEarUnit="dBHL"/><SensitivityPoint frequencyValue="2000" frequencyUnit="Hz" rightEarValue="10" rightEarUnit="dBHL"/></Audiogram>
<VisionPrescription type="HKVisionPrescriptionTypeGlasses" dateIssued="2024-01-02 10:00:00 +0100"><RightEye sphere="-1.50" sphereUnit="D" axis="90"/></VisionPrescription>`);
    expect(rows.map(({ section, row }) => [section, row.name, row.date ?? row.start, partsOf(row)])).toEqual([
      [
        'results',
        'Audiogram',
        '2024-01-02T10:00:00+01:00',
        [
          'Sensitivity point 1 frequency 1000 Hz',
          'Sensitivity point 1 left ear -5 dBHL',
          'Sensitivity point 2 frequency 2000 Hz',
          'Sensitivity point 2 right ear 10 dBHL',
        ],
      ],
      [
        'results',
        'Vision prescription',
        '2024-01-02T10:00:00+01:00',
        ['Right eye sphere -1.50 D', 'Right eye axis 90'],
      ],
      [
        'activity',
        'Activity summary',
        '2024-01-02',
        ['Active energy burned 590.252 kcal', 'Active energy burned goal 630 kcal', 'Apple stand hours 13'],
      ],
    ]);
  });

  it('tells two pressures of one moment as one, though nothing but the moment says so', async () => {
    const rows = await rowsFor(
      [
        cuffReading('Systolic', 140, '08:00:00'),
        cuffReading('Diastolic', 70, '08:00:00'),
        cuffReading('Systolic', 180, '20:00:00'),
        cuffReading('Diastolic', 60, '20:00:00'),
      ].join('\n'),
    );
    expect(rows.map(({ row }) => row['components'])).toMatchObject([
      [{ value: '140' }, { value: '70' }],
      [{ value: '180' }, { value: '60' }],
    ]);
  });

  it('does not take a symptom without a value, or a pressure without numbers, for one', async () => {
    const elements = `<Record type="HKCategoryTypeIdentifierNausea" sourceName="App" startDate="2024-05-01 08:00:00 +0200" endDate="2024-05-01 08:00:00 +0200"/>
      <Correlation type="HKCorrelationTypeIdentifierBloodPressure" sourceName="Cuff" startDate="2024-05-01 08:00:00 +0200" endDate="2024-05-01 08:00:00 +0200"/>`;
    expect(await rowsFor(elements)).toEqual([]);
    const { findings } = await read(exportOf(elements));
    expect(findings).toMatchObject([{ severity: 'lost', code: 'bad-value' }]);
  });

  it('names clinical records as lying elsewhere, and tells for each file whose it is', async () => {
    const document = exportOf(
      '<ClinicalRecord type="Observation" identifier="1" sourceName="Good Hospital" sourceURL="https://fhir.example" fhirVersion="4.0.1" receivedDate="2024-01-02 08:00:00 +0100" resourceFilePath="/clinical-records/Observation-1.json"/>',
    );
    expect((await read(document)).findings).toMatchObject([
      { severity: 'note', code: 'clinical-records-apart', line: 5 },
    ]);
    expect(await clinicalRecordStubs(bytesInMemory('export.xml', Buffer.from(document)))).toEqual(
      new Map([
        [
          'clinical-records/Observation-1.json',
          {
            sourceName: 'Good Hospital',
            sourceURL: 'https://fhir.example',
            receivedDate: '2024-01-02 08:00:00 +0100',
            fhirVersion: '4.0.1',
          },
        ],
      ]),
    );
  });

  it('names each kind of record it cannot read, how many and where the first is, and reads the rest', async () => {
    const { entries, findings } = await read(
      exportOf(
        [
          record('HeartRate', { value: '72', unit: 'count/min' }),
          record('HeartRate', { value: 'seventy', unit: 'count/min' }),
          record('HeartRate', { value: '1e999999999', unit: 'count/min' }),
          record('HeartRate', { value: '72', unit: 'count/min', at: '2024-02-30 08:00:00 +0100' }),
          '<Record sourceName="Watch" startDate="2024-01-02 08:00:00 +0100" value="1"/>',
          '<Unheard of="it"/>',
          '<Record type="HKQuantityTypeIdentifierHeartRateVariabilitySDNN" sourceName="Watch" unit="ms" startDate="2024-01-02 08:00:00 +0100" value="40"><HeartRateVariabilityMetadataList><InstantaneousBeatsPerMinute bpm="60" time="8:00"/></HeartRateVariabilityMetadataList></Record>',
        ].join('\n'),
      ),
    );
    expect(entries).toHaveLength(4);
    expect(
      findings
        .filter(({ severity }) => severity === 'lost')
        .map(({ code, line, message }) => [code, line, message]),
    ).toEqual([
      ['bad-value', 6, '2 records without a value that can be read'],
      ['bad-date', 8, '1 record without a start that is a date'],
      ['no-type', 9, '1 record without a type'],
      ['unread-element', 10, '1 element of a kind this tool does not know (Unheard)'],
    ]);
  });

  it.each([
    ['cut off in a tag', '<Record type="HKQuantityTypeIdentifierStepCount" sourceN'],
    ['cut off between tags', '\n'],
    ['not XML any more', '<Record type="a" type="b"></Workout>\n</HealthData>'],
  ])('that is %s keeps what came before, and says from which line on nothing was read', async (_, rest) => {
    const whole = exportOf(record('HeartRate', { value: '72', unit: 'count/min' }));
    const { entries, findings } = await read(whole.replace('</HealthData>\n', rest));
    expect(entries).toHaveLength(3);
    expect(findings.filter(({ severity }) => severity === 'lost')).toMatchObject([{ code: 'broken-off' }]);
    expect(findings.at(-1)?.line).toBeGreaterThanOrEqual(6);
  });

  it('with a character that XML does not allow is read, with a warning', async () => {
    const { entries, findings } = await read(
      exportOf(record('HeartRate', { value: '72', unit: 'count/min', source: 'My\u000BWatch' })),
    );
    expect(entries).toHaveLength(3);
    expect(findings).toContainEqual(
      expect.objectContaining({ severity: 'warning', code: 'bad-character', line: 5 }),
    );
  });

  it.each([1, 3, 7, 64])(
    'is the same when it comes in pieces of %i bytes, characters split across them',
    async (size) => {
      const two = pressure('118', 'Systolic') + pressure('76', 'Diastolic');
      const text = exportOf(
        [
          record('HeartRate', { value: '72', unit: 'count/min', source: 'Zoë’s ⌚ 家族 🩺' }),
          record('HeartRate', { value: '74', unit: 'count/min', source: 'Zoë’s ⌚ 家族 🩺' }),
          correlation(two),
        ].join('\r\n'),
      );
      const bytes = Buffer.from(text);
      const pieces: ByteSource = {
        ...bytesInMemory('export.xml', bytes),
        async *stream() {
          for (let at = 0; at < bytes.length; at += size)
            yield await Promise.resolve(Uint8Array.from(bytes.subarray(at, at + size)));
        },
      };
      const whole = await read(text);
      const { entries, findings } = await read(pieces);
      expect(entries).toEqual(whole.entries);
      expect(findings).toEqual(whole.findings);
      expect(JSON.stringify(entries)).toContain('Zoë’s ⌚ 家族 🩺');
    },
  );

  it('becomes valid R4 in all its parts, each with an id of its own', async () => {
    const made = await resources(
      [
        record('HeartRate', { value: '72', unit: 'count/min' }),
        record('HeartRate', { value: '74', unit: 'count/min' }),
        record('StepCount', { value: '1', unit: 'count', to: '2024-01-02 07:00:00 +0100' }),
        record('BodyMass', { value: '80', unit: 'kg', metadata: { HKWasUserEntered: '1' } }),
        record('BodyMass', { value: '80', unit: 'kg', source: 'A &quot;good&quot; man’s' }),
        record('HKCategoryTypeIdentifierHeadache', { value: 'HKCategoryValueSeverityNotPresent' }),
        record('HKCategoryTypeIdentifierMindfulSession', { to: '2024-01-02 08:10:00 +0100' }),
        record('HKDataTypeSleepDurationGoal', { value: '480', unit: 'min', at: '2024-01-02 08:00:00' }),
        correlation(pressure('118', 'Systolic')),
      ].join('\n'),
    );
    expect(new Set(made.map(({ id }) => id)).size).toBe(made.length);
    expect(made).toHaveLength(9);
  });
});
