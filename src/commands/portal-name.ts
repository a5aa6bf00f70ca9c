import { portalName } from '../settings/index.ts';

/** A name that can be a portal's or a directory's, as near to a text as can be; `instead` where nothing is left of it. */
export function nameLike(text: string, instead: string): string {
  const name = text
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+/, '')
    .slice(0, 63)
    .replace(/-+$/, '');
  return portalName.test(name) && name !== 'files' ? name : instead;
}
