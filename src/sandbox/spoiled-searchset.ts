import { isObject, without, type JsonObject } from './json.ts';
import { outcomeEntry } from './outcome.ts';
import type { Portal } from './portal.ts';
import { presented } from './presented.ts';
import type { Resource } from './resource.ts';
import type { Search } from './searches.ts';
import type { Part, Sheet } from './searchset.ts';
import { spoilLinks } from './spoiled-links.ts';
import { marks, whereOf } from './spoiled-pages.ts';

/** Changes a page as the faults that are switched on have it. */
export function spoil(sheet: Sheet, search: Search, part: Part, portal: Portal): void {
  const where = whereOf(search, part.start);
  const strikes = (name: string): boolean => portal.faults.strikes(name, where);
  spoilEntries(sheet, search, part, strikes, portal);
  spoilTotal(sheet, search, part, strikes);
  spoilLinks(sheet, search, part, strikes, portal);
}

type Strikes = (name: string) => boolean;

function spoilTotal(sheet: Sheet, { matches, pageSize }: Search, { start }: Part, strikes: Strikes): void {
  if (strikes('total-wrong')) sheet.total = matches.length + 7;
  if (strikes('total-absent')) sheet.total = undefined;
  if (strikes('total-changing')) sheet.total = matches.length + Math.floor(start / Math.max(pageSize, 1));
  if (strikes('bundle-type-wrong')) sheet.type = 'collection';
}

function spoilEntries(
  sheet: Sheet,
  { matches, pageSize }: Search,
  { start, mark }: Part,
  strikes: Strikes,
  portal: Portal,
): void {
  const entry = (resource: Resource): JsonObject => ({
    fullUrl: `${portal.baseUrl}/${resource.resourceType}/${resource.id}`,
    resource: presented(resource, portal),
    search: { mode: 'match' },
  });
  const [before] = matches.slice(start - 1, start);
  const [first] = matches.slice(start, start + pageSize);
  if (start > 0 && before && strikes('duplicates-across-pages')) sheet.entries.unshift(entry(before));
  if (start > 0 && strikes('lost-between-pages')) sheet.entries.shift();
  if (first && strikes('same-id-other-version')) {
    sheet.entries.push(entry({ ...first, meta: { ...metaOf(first), versionId: 'other' } }));
  }
  if (strikes('missing-id')) changeFirst(sheet, (resource) => without(resource, 'id'));
  const [any] = matches;
  if (start >= matches.length && start > 0 && any && strikes('next-endless')) {
    sheet.entries.unshift(entry({ ...any, id: `endless-${start}` }));
  }
  if (strikes('entry-without-resource')) sheet.entries.push({ fullUrl: `${portal.baseUrl}/Basic/nothing` });
  const text = 'Some results are missing: a system behind this one did not answer.';
  if (strikes('outcome-warning')) {
    sheet.entries.push(outcomeEntry([{ severity: 'warning', code: 'incomplete', text }]));
  }
  if (strikes('outcome-error')) {
    sheet.entries.push(outcomeEntry([{ severity: 'error', code: 'exception', text }]));
  }
  if (strikes('missing-full-url')) sheet.entries = sheet.entries.map((one) => without(one, 'fullUrl'));
  if (mark === marks.empty) sheet.entries = [];
}

function metaOf({ meta }: Resource): JsonObject {
  return isObject(meta) ? meta : {};
}

function changeFirst(sheet: Sheet, change: (resource: JsonObject) => JsonObject): void {
  const [first, ...others] = sheet.entries;
  if (first === undefined || !isObject(first['resource'])) return;
  sheet.entries = [{ ...first, resource: change(first['resource']) }, ...others];
}
