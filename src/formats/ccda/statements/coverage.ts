import type { JsonObject, JsonValue } from '../../../json/index.ts';
import { filled, listOf, numberOf, present } from '../../json-parts.ts';
import type { Mapper } from '../mapper.ts';
import type { Mapping } from '../mapping.ts';
import { absent } from '../../absent.ts';
import { moodOf, participantsOf } from '../statement.ts';
import { statusMember } from './shared.ts';

const classSystem = 'http://terminology.hl7.org/CodeSystem/coverage-class';

/** Policy Activity → Coverage; the Coverage Activity around it only lists policies in order (no official map). */
export const coverage: Mapper = {
  map(mapping) {
    const { element } = mapping;
    const [covered] = participantsOf(element, 'COV');
    const role = covered?.at('participantRole');
    const member = role?.at('id');
    const memberId = member?.attribute('extension') ?? member?.attribute('root');
    const payers = element
      .all('performer')
      .filter((performer) => performer.at('assignedEntity', 'code')?.attribute('code') !== 'GUAR');
    const payor = present(
      payers.map((performer) => mapping.party(performer.at('assignedEntity', 'representedOrganization'))),
    );
    const order = numberOf(element.parent?.at('sequenceNumber')?.attribute('value'));
    return {
      resourceType: 'Coverage',
      // The act around it is of mood DEF in some exports, and makes no plan of a policy.
      ...(moodOf(element) === 'EVN'
        ? statusMember(mapping, 'status', { cancelled: 'cancelled', aborted: 'cancelled' })
        : { status: 'draft' }),
      ...filled({
        type: mapping.concept(element.at('code')),
        subscriber: subscriberOf(mapping),
        subscriberId: memberId,
      }),
      beneficiary: mapping.document.subject,
      ...filled({
        relationship: mapping.concept(role?.at('code')),
        period: mapping.period(covered?.at('time')) ?? mapping.period(element.at('effectiveTime')),
        payor: payor.length > 0 ? payor : [{ extension: [absent('unknown')] }],
        class: classesOf(mapping),
        order: typeof order === 'number' && Number.isInteger(order) && order > 0 ? order : undefined,
      }),
    };
  },
};

function subscriberOf(mapping: Mapping): JsonObject | undefined {
  const [holder] = participantsOf(mapping.element, 'HLD');
  return holder && mapping.party(holder);
}

/** Group or policy number, and the plan that the policy refers to. */
function classesOf(mapping: Mapping): JsonValue[] | undefined {
  const { element } = mapping;
  const groups = element.all('id').flatMap((id) => id.attribute('extension') ?? []);
  const plans = mapping
    .facts()
    .filter(({ statement, type }) => type === 'REFR' && statement.attribute('moodCode') === 'DEF')
    .flatMap(({ statement }) => {
      const text = mapping.words(statement.at('text'));
      const id = statement.at('id')?.attribute('extension');
      if (text === undefined && id === undefined) return [];
      mapping.include(statement);
      mapping.take(statement.at('id'));
      return filled({ type: typed('plan'), value: id ?? text, name: text });
    });
  return listOf([...groups.map((value) => ({ type: typed('group'), value })), ...plans]);
}

function typed(code: string): JsonObject {
  return { coding: [{ system: classSystem, code }] };
}
