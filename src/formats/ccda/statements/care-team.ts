import type { JsonObject } from '../../../json/index.ts';
import { filled, listOf, present } from '../../json-parts.ts';
import type { Mapper } from '../mapper.ts';
import type { Mapping } from '../mapping.ts';
import { participantsOf } from '../statement.ts';
import { statementWords, statusMember } from './shared.ts';

const teamStatus: Readonly<Record<string, string>> = {
  active: 'active',
  completed: 'inactive',
  suspended: 'suspended',
  aborted: 'inactive',
  nullified: 'entered-in-error',
};

const memberTemplate = '2.16.840.1.113883.10.20.22.4.500.1';

/** Care Team Organizer → CareTeam, its Care Team Member Acts as participants (no official map). */
export const careTeam: Mapper = {
  map(mapping) {
    const { element } = mapping;
    const code = mapping.concept(element.at('code'));
    const text = typeof code?.['text'] === 'string' ? code['text'] : statementWords(mapping);
    const leads = present(participantsOf(element, 'PPRF').map((participant) => mapping.party(participant)));
    return {
      resourceType: 'CareTeam',
      ...statusMember(mapping, 'status', teamStatus),
      ...filled({ category: listOf([code]), name: text }),
      subject: mapping.document.subject,
      ...filled({
        period: mapping.period(element.at('effectiveTime')),
        participant: listOf([...leads.map((member) => ({ member })), ...membersOf(mapping)]),
      }),
    };
  },
};

function membersOf(mapping: Mapping): JsonObject[] {
  return mapping
    .facts()
    .filter(({ statement }) =>
      statement.all('templateId').some((template) => template.attribute('root') === memberTemplate),
    )
    .flatMap(({ statement }) => {
      mapping.include(statement);
      mapping.take(statement.at('code'));
      return statement.all('performer').map((performer) =>
        filled({
          role: mapping.concepts(performer.all('sdtc:functionCode')),
          member: mapping.party(performer),
          period: mapping.period(statement.at('effectiveTime')),
        }),
      );
    });
}
