import { Element } from './element.ts';
import type { Entry } from './entry.ts';
import type { Finding } from './finding.ts';

/**
 * Names the sections of FHIR documents that hold only narrative text: nothing of them is in a row, and narrative is not
 * shown yet.
 */
export function narrativeFindings(entries: readonly Entry[]): Finding[] {
  return entries
    .filter(({ resource }) => resource.resourceType === 'Composition')
    .flatMap(({ resource, origin }) =>
      new Element(resource, () => undefined).children('section').flatMap((part): Finding[] => {
        const isNarrative = part.value['text'] !== undefined && part.value['emptyReason'] === undefined;
        if (!isNarrative || part.children('entry').length > 0 || part.children('section').length > 0)
          return [];
        const { source, line, pointer } = origin;
        return [
          {
            severity: 'warning',
            code: 'narrative-only',
            message: 'a section of the document holds only text, which is not shown yet; the original has it',
            source,
            ...(line !== undefined && { line }),
            pointer: `${pointer}${part.pointer}`,
          },
        ];
      }),
    );
}
