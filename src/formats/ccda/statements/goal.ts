import { listOf, filled, filledOrNone } from '../../json-parts.ts';
import { adoptInto, type Mapper } from '../mapper.ts';
import { authorshipOf, notesOf, requiredConcept, statusMember } from './shared.ts';
import { pointOf } from '../time.ts';
import { valueOf } from './value.ts';

const lifecycle: Readonly<Record<string, string>> = {
  active: 'active',
  completed: 'completed',
  aborted: 'cancelled',
  cancelled: 'cancelled',
  held: 'on-hold',
  suspended: 'on-hold',
  new: 'proposed',
  nullified: 'entered-in-error',
};

/** Members of Observation.value[x] that Goal.target.detail[x] has too. */
const details: Readonly<Record<string, string>> = {
  valueQuantity: 'detailQuantity',
  valueRange: 'detailRange',
  valueCodeableConcept: 'detailCodeableConcept',
  valueString: 'detailString',
  valueBoolean: 'detailBoolean',
  valueInteger: 'detailInteger',
  valueRatio: 'detailRatio',
};

/** Goal Observation (mood GOL) → Goal: the code is what is measured, the value what is to be reached (no official map). */
export const goal: Mapper = {
  map(mapping) {
    const { element } = mapping;
    const { who } = authorshipOf(mapping);
    const description = requiredConcept(mapping, element.at('code'));
    const value = element.at('value');
    const observed = valueOf(mapping, value);
    const target = Object.entries(observed.members).flatMap(([name, found]) =>
      Object.hasOwn(details, name) ? [[details[name] ?? '', found] as const] : [],
    );
    const time = element.at('effectiveTime');
    const start = time?.at('low') ?? (pointOf(time) && undefined);
    const due = time?.at('high') ?? pointOf(time);
    return {
      resourceType: 'Goal',
      extension: listOf([observed.extension]),
      ...statusMember(mapping, 'lifecycleStatus', lifecycle),
      description,
      subject: mapping.document.subject,
      ...filled({
        ...mapping.day('startDate', start),
        target: listOf([
          filledOrNone({
            measure: target.length > 0 ? description : undefined,
            ...Object.fromEntries(target),
            ...(due === undefined ? {} : mapping.day('dueDate', due)),
          }),
        ]),
        expressedBy: who,
        note: notesOf(mapping),
      }),
    };
  },
  adopt: adoptInto('addresses', ({ resourceType }) =>
    ['Condition', 'Observation', 'MedicationRequest', 'ServiceRequest'].includes(resourceType),
  ),
};
