import type { Resource } from '../../model/index.ts';
import type { JsonObject } from '../../json/index.ts';
import { filled } from '../json-parts.ts';
import type { Mapping } from './mapping.ts';
import { absent } from '../absent.ts';

/** Who cared for the person, by the header's service event (`documentationOf`) → CareTeam; undefined when it names nobody. */
export function careTeamOf(mapping: Mapping): Resource | undefined {
  const events = mapping.element.all('documentationOf', 'serviceEvent');
  const participant = events.flatMap((event) =>
    event.all('performer').flatMap((performer): JsonObject[] => {
      const member = mapping.party(performer);
      if (member === undefined) return [];
      const found = filled({
        role: mapping.concepts([...performer.all('functionCode'), ...performer.all('sdtc:functionCode')]),
        member,
        period: mapping.period(performer.at('time')),
      });
      return [found];
    }),
  );
  if (participant.length === 0) return undefined;
  return {
    resourceType: 'CareTeam',
    _status: { extension: [absent('unknown')] },
    subject: mapping.document.subject,
    participant,
  };
}
