import type { Element } from './element.ts';

/** The notes people wrote on a resource, as written. */
export function notesOf(resource: Element): string[] {
  return resource.children('note').flatMap((note) => note.string('text') ?? []);
}
