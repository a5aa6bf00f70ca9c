import { namesOf } from './coding.ts';
import type { Element } from './element.ts';
import { distinct } from './list.ts';
import { referenceNames } from './reference.ts';
import type { RowContext } from './section.ts';

/** Why something was ordered or done. A reason stated both as a code and as a reference is told once. */
export function reasonsOf(resource: Element, context: RowContext): string[] {
  return distinct([
    ...namesOf(resource.children('reasonCode')),
    ...referenceNames(resource.children('reasonReference'), context),
  ]);
}
