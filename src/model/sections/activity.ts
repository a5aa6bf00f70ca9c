import { hasCode } from '../coding.ts';
import { observationFields, readObservation } from '../observation.ts';
import { defineSection } from '../section.ts';

/** Steps, workouts, sleep and what else people and their devices keep of everyday life: Observation of the category activity (R4). */
export const activity = defineSection({
  name: 'activity',
  title: 'Activity and wellness',
  fields: observationFields,
  columns: [
    { title: 'Date', fields: ['date', 'start'] },
    { title: 'Value', fields: ['value', 'unit', 'components', 'absent'] },
    { title: 'Device', fields: ['device'] },
    { title: 'Status', fields: ['statusAsRecorded'] },
  ],
  holds: (resource) =>
    resource.string('resourceType') === 'Observation' &&
    resource.children('category').some((category) => hasCode(category, ['activity'])),
  read: readObservation,
});
