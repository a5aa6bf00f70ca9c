import { randomBytes } from 'node:crypto';
import { addressOf } from './paging.ts';
import type { Portal } from './portal.ts';
import type { Search } from './searches.ts';
import type { Part, Sheet } from './searchset.ts';
import { marks } from './spoiled-pages.ts';

/** The next link of a page: where it leads, and where in truth the next page is. */
interface Turn {
  /** The query of the next page's address, or of the page's own where it is the last. */
  query: string;
  type: string;
  portal: Portal;
}

/** Next links that lead where no access token may go. They are there on a search's last page too. */
const astray: Readonly<Record<string, (turn: Turn) => string>> = {
  'next-other-origin': ({ query, portal }) => `${other('localhost', portal)}${path(portal)}?${query}`,
  'next-other-port': ({ query, portal }) => `${other('127.0.0.1', portal)}${path(portal)}?${query}`,
  'next-downgrade': ({ query, portal }) => `http://portal.invalid${path(portal)}?${query}`,
  'next-userinfo': ({ query, portal }) =>
    other('localhost', portal).replace('//', `//${new URL(portal.origin).host}@`) +
    `${path(portal)}?${query}`,
  'next-file': () => 'file:///etc/hostname',
  'next-outside-base': ({ query, portal }) => `${portal.origin}/elsewhere?${query}`,
};

/** Next links that lead to the next page, for a client that reads addresses as RFC 3986 has it. */
const oddlyWritten: Readonly<Record<string, (turn: Turn) => string>> = {
  'next-relative': ({ type, query }) => `${type}?${query}`,
  'next-root-relative': ({ type, query, portal }) => `${path(portal)}/${type}?${query}`,
  'next-query-only': ({ query }) => `?${query}`,
  'next-scheme-relative': ({ type, query, portal }) =>
    `${portal.origin.replace('http:', '')}${path(portal)}/${type}?${query}`,
  'next-unencoded': (turn) => whole(turn, marks.unencoded),
  'next-double-encoded': (turn) => whole(turn, encodeURIComponent(marks.twice)),
  'next-huge': (turn) => whole(turn, marks.huge),
  'next-fragment': (turn) => `${whole(turn)}#page`,
};

/** Changes the links of a page as the faults that are switched on have it. */
export function spoilLinks(
  sheet: Sheet,
  search: Search,
  { start, mark }: Part,
  strikes: (name: string) => boolean,
  portal: Portal,
): void {
  const { type, pageSize, matches } = search;
  const at = (place: number, marked = ''): string =>
    addressOf(search, place, portal) + (marked === '' ? '' : `&_mark=${marked}`);
  const lead = (url: string): void => {
    const others = sheet.links.filter(({ relation }) => relation !== 'next');
    sheet.links = [...others, { relation: 'next', url }];
  };
  const self = sheet.links.find(({ relation }) => relation === 'self')?.url ?? '';
  const next = sheet.links.find(({ relation }) => relation === 'next')?.url;
  const turn = (url: string): Turn => ({ query: url.slice(url.indexOf('?') + 1), type, portal });

  if (mark === marks.empty) return lead(at(start));
  if (strikes('next-self')) lead(self);
  if (strikes('next-loop')) {
    const second = pageSize < matches.length ? pageSize : 0;
    lead(mark === marks.loop ? at(0) : at(second, marks.loop));
  }
  if (strikes('next-same-entries')) lead(at(start, randomBytes(4).toString('hex')));
  if (strikes('next-endless')) lead(at(start + Math.max(pageSize, 1)));
  for (const [name, address] of Object.entries(astray)) {
    if (strikes(name)) lead(address(turn(next ?? self)));
  }
  if (next === undefined) return;
  for (const [name, address] of Object.entries(oddlyWritten)) {
    if (strikes(name)) lead(address(turn(next)));
  }
  if (strikes('next-empty-page')) lead(`${next}&_mark=${marks.empty}`);
  if (strikes('next-two')) sheet.links.push({ relation: 'next', url: at(0) });
  if (strikes('next-capital')) {
    sheet.links = sheet.links.map((link) =>
      link.relation === 'next' ? { ...link, relation: 'Next' } : link,
    );
  }
}

function whole({ type, query, portal }: Turn, mark = ''): string {
  return `${portal.baseUrl}/${type}?${query}${mark === '' ? '' : `&_mark=${mark}`}`;
}

/** The portal's second server under a name, or a host that does not exist where there is none. */
function other(name: string, { elsewhere }: Portal): string {
  return elsewhere === undefined ? 'http://portal.invalid' : elsewhere.origin.replace('127.0.0.1', name);
}

/** The path of the FHIR base. */
function path({ baseUrl }: Portal): string {
  return new URL(baseUrl).pathname;
}
