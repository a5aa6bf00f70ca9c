import { lookUp } from '../../model/index.ts';

const prefix = 'HKQuantityTypeIdentifier';

/** Vital signs of R4, with the LOINC code of the same meaning where there is one. */
const vitalSigns: Readonly<Record<string, string | undefined>> = {
  HeartRate: '8867-4',
  RestingHeartRate: '40443-4',
  RespiratoryRate: '9279-1',
  OxygenSaturation: '59408-5',
  BodyTemperature: '8310-5',
  BasalBodyTemperature: undefined,
  BloodPressureSystolic: '8480-6',
  BloodPressureDiastolic: '8462-4',
  BodyMass: '29463-7',
  BodyMassIndex: '39156-5',
  Height: '8302-2',
};

/** Measurements that a doctor would look for among results; no laboratory made them, so they have no category. */
const measurements = [
  'BloodGlucose',
  'BloodAlcoholContent',
  'ForcedExpiratoryVolume1',
  'ForcedVitalCapacity',
  'PeakExpiratoryFlowRate',
];

const otherLoinc: Readonly<Record<string, string>> = {
  HeartRateVariabilitySDNN: '80404-7',
  BodyFatPercentage: '41982-0',
  // Number of steps in unspecified time; 41950-7 would say 24 hours.
  StepCount: '55423-8',
};

/** Glucose in blood has a code for each kind of unit. */
const glucose: readonly (readonly [RegExp, string])[] = [
  [/^mg\/dL$/, '2339-0'],
  [/^mmol(<[\d.]+>)?\/L$/, '15074-8'],
];

/** Types that HealthKit adds up (HKQuantityAggregationStyle.cumulative); all others are taken as measured values. */
const cumulative =
  /^(StepCount|Distance\w+|(Active|Basal)EnergyBurned|FlightsClimbed|NikeFuel|Apple(Exercise|Move|Stand)Time|PushCount|SwimmingStrokeCount|Dietary\w+|NumberOfTimesFallen|NumberOfAlcoholicBeverages|InhalerUsage|InsulinDelivery|TimeInDaylight)$/;

/** The category of what is measured: `vital-signs`, `activity`, or none for what stands among results. */
export function categoryOf(type: string): 'vital-signs' | 'activity' | undefined {
  const name = nameOf(type);
  if (Object.hasOwn(vitalSigns, name)) return 'vital-signs';
  return measurements.includes(name) ? undefined : 'activity';
}

/** The LOINC code that means the same as the type, where one does. */
export function loincOf(type: string, unit: string | undefined): string | undefined {
  const name = nameOf(type);
  if (name === 'BloodGlucose') return glucose.find(([pattern]) => pattern.test(unit ?? ''))?.[1];
  return lookUp(vitalSigns, name) ?? lookUp(otherLoinc, name);
}

/** True for what adds up over a day. */
export function isCumulative(type: string): boolean {
  return cumulative.test(nameOf(type));
}

function nameOf(type: string): string {
  return type.startsWith(prefix) ? type.slice(prefix.length) : type;
}
