import { hasCode } from '../coding.ts';
import type { Element } from '../element.ts';
import { observationFields, readObservation } from '../observation.ts';
import { defineSection } from '../section.ts';

/** LOINC codes of the FHIR vital signs profile (R4 §10.1.1), for observations that state no category. */
const vitalSignCodes = [
  '85353-1',
  '9279-1',
  '8867-4',
  '2708-6',
  '59408-5',
  '8310-5',
  '8302-2',
  '9843-4',
  '29463-7',
  '39156-5',
  '85354-9',
  '8480-6',
  '8462-4',
  '8478-0',
];

/** Blood pressure, weight, temperature and the like: Observation of the category vital-signs (R4). */
export const vitalSigns = defineSection({
  name: 'vital-signs',
  title: 'Vital signs',
  fields: observationFields,
  columns: [
    { title: 'Date', fields: ['date', 'start'] },
    { title: 'Value', fields: ['value', 'unit', 'components', 'absent'] },
    { title: 'Flag', fields: ['flag'] },
    { title: 'Range', fields: ['range'] },
    { title: 'Status', fields: ['statusAsRecorded'] },
    { title: 'Device', fields: ['device'] },
  ],
  holds: isVitalSign,
  read: readObservation,
});

/** True for an Observation of the category vital-signs, or of a vital sign's code where no category is stated. */
export function isVitalSign(resource: Element): boolean {
  if (resource.string('resourceType') !== 'Observation') return false;
  const categories = resource.children('category');
  if (categories.some((category) => hasCode(category, ['vital-signs']))) return true;
  return categories.length === 0 && hasCode(resource.child('code'), vitalSignCodes);
}
