import type { Element } from './element.ts';
import { ourExtensions } from './extension-urls.ts';
import { periodOf } from './period.ts';

/** The extensions of a URL on an element. */
export function extensionsOf(element: Element, url: string): Element[] {
  return element.children('extension').filter((extension) => extension.string('url') === url);
}

/** The mood of the statement in a clinical document: EVN for what is reported to have happened. */
export function sourceMoodOf(resource: Element): string | undefined {
  return extensionsOf(resource, ourExtensions.mood)[0]?.string('valueCode');
}

/** The concern that tracks a problem or allergy: "active, since 2012-08-06". */
export function concernOf(resource: Element): string | undefined {
  const [concern] = extensionsOf(resource, ourExtensions.concern);
  if (concern === undefined) return undefined;
  const status = extensionsOf(concern, 'status')[0]?.string('valueCode');
  const { start, end } = periodOf(extensionsOf(concern, 'period')[0]?.child('valuePeriod'));
  const parts = [status, start && `since ${start}`, end && `until ${end}`].filter(
    (part) => part !== undefined,
  );
  return parts.length > 0 ? parts.join(', ') : undefined;
}
