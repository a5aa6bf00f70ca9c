import { noConcept } from '../concept.ts';
import { filled } from '../../json-parts.ts';
import type { Mapper } from '../mapper.ts';
import { pointOf } from '../time.ts';
import { materialOf } from './medicine.ts';
import { absentMember, authorshipOf, namedConcept } from './shared.ts';

/** Planned Immunization Activity → ImmunizationRecommendation: what is planned, and for when (no official map). */
export const plannedImmunization: Mapper = {
  map(mapping) {
    const { element } = mapping;
    const material = materialOf(element.at('consumable'));
    const { when } = authorshipOf(mapping);
    const date = mapping.dated('date', when);
    const time = element.at('effectiveTime');
    const due = mapping.dated('value', pointOf(time) ?? time?.at('low'));
    return {
      resourceType: 'ImmunizationRecommendation',
      patient: mapping.document.subject,
      ...(Object.keys(date).length > 0 ? date : absentMember('date')),
      recommendation: [
        filled({
          vaccineCode: [
            namedConcept(mapping, material?.at('code'), material?.at('name')) ?? noConcept('unknown'),
          ],
          // R4 demands a forecast status; the source says only that it is planned.
          forecastStatus: { text: mapping.negated ? 'not planned' : 'planned' },
          dateCriterion:
            Object.keys(due).length === 0
              ? undefined
              : [
                  {
                    code: {
                      coding: [{ system: 'http://loinc.org', code: '30980-7', display: 'Date vaccine due' }],
                    },
                    ...due,
                  },
                ],
        }),
      ],
    };
  },
};
