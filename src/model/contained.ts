import { writeJson } from '../json/index.ts';
import type { Entry } from './entry.ts';
import { isResource } from './resource.ts';

/** The resources contained in an entry's resource (R4 §2.3 "Contained Resources"), as entries of their own. */
export function containedEntries(container: Entry): Entry[] {
  const contained = container.resource['contained'];
  if (!Array.isArray(contained)) return [];
  return contained.flatMap((value, position) => {
    if (!isResource(value)) return [];
    const origin = { ...container.origin, pointer: `${container.origin.pointer}/contained/${position}` };
    const superseded = container.superseded === true && { superseded: true };
    const derived = container.derived === true && { derived: true };
    const lifted = container.lifted === true && { lifted: true };
    return [
      { resource: value, origin, text: writeJson(value), container, ...superseded, ...derived, ...lifted },
    ];
  });
}
