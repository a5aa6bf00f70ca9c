import type { Portal } from './portal.ts';
import { searchMannersOf } from './search-manners.ts';
import type { Search } from './searches.ts';

export interface Link {
  relation: string;
  url: string;
}

/** Parameters that say where in a search a page is, not what is searched. */
export const pagingParameters = ['_getpages', '_page', '_mark', 'startIndex', 'page'];

/** The address of the page that begins after `start` matches, in the manner of the portal. */
export function addressOf(search: Search, start: number, portal: Portal): string {
  const { baseUrl, searches } = portal;
  const { type, pageSize, parameters } = search;
  const number = Math.floor(start / Math.max(pageSize, 1)) + 1;
  const { paging } = searchMannersOf(portal);
  if (paging === 'token') return `${baseUrl}?_getpages=${searches.keep(search)}&_page=${number}`;
  const place = new URLSearchParams({
    ...(paging === 'page' ? { page: String(number) } : { startIndex: String(start) }),
    _count: String(pageSize),
  });
  for (const [name, value] of parameters) if (name !== '_count') place.append(name, value);
  return `${baseUrl}/${type}?${place.toString()}`;
}

/** The links of a page. A `_count` of 0 asks for the total alone, so it has no page to lead to. */
export function linksOf(search: Search, start: number, portal: Portal): Link[] {
  const { matches, pageSize } = search;
  const { paging } = searchMannersOf(portal);
  const at = (place: number): string => addressOf(search, place, portal);
  const next: Link[] =
    pageSize > 0 && start + pageSize < matches.length
      ? [{ relation: 'next', url: at(start + pageSize) }]
      : [];
  if (paging === 'token') {
    return [{ relation: 'self', url: start === 0 ? search.address : at(start) }, ...next];
  }
  const last = Math.floor(Math.max(matches.length - 1, 0) / Math.max(pageSize, 1)) * pageSize;
  // Medicare's self has a slash before the question mark.
  const self = paging === 'startIndex' ? at(start).replace('?', '/?') : at(start);
  return [
    { relation: 'first', url: at(0) },
    ...next,
    ...(start > 0 ? [{ relation: 'previous', url: at(Math.max(start - pageSize, 0)) }] : []),
    { relation: 'last', url: at(last) },
    { relation: 'self', url: self },
  ];
}
