import { foldCase } from '../model/index.ts';

const longest = 60;

/**
 * A name for a file or folder: only `a-z`, `0-9` and single hyphens inside, at most 60 characters; empty when the text
 * has no such letter. Nothing of a title or a URL reaches a path in any other way.
 */
export function slug(text: string): string {
  return foldCase(text)
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, longest)
    .replace(/^-+|-+$/g, '');
}
