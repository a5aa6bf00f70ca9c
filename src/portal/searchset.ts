import {
  foldJson,
  isObject,
  items,
  JsonSyntaxError,
  members,
  parseJson,
  skipSpace,
  type JsonObject,
} from '../json/index.ts';
import { isResource, type Resource } from '../model/index.ts';

/** A resource and its JSON on one line, digits as sent. */
export interface ResourceText {
  resource: Resource;
  text: string;
}

/** One entry of a searchset. */
export interface SearchEntry extends ResourceText {
  /** `match`, `include` or `outcome`; undefined when the portal does not say (Medicare). */
  mode?: string;
}

/** One page of a search (R4 §3.1.1.6). */
export interface Searchset {
  entries: SearchEntry[];
  /** Entries that hold no resource, though every entry of a searchset should. */
  hollow: number;
  /** How many matches there are in all, by the portal's own count, which is often wrong. */
  total?: number;
  /** The `next` and `self` links as stated. */
  next?: string;
  self?: string;
}

/**
 * Reads an answer that should be a Bundle. Each resource is cut out of the text, so that its digits stay; what is left
 * around them, numbered places in the resources' stead, is parsed and says which entry holds which: together they
 * prove the whole text.
 *
 * @throws JsonSyntaxError when the text is not JSON.
 */
export function readSearchset(text: string): Searchset | Resource {
  const slices = resourceSlices(text);
  let skeleton = '';
  let from = 0;
  for (const [index, { start, end }] of slices.entries()) {
    skeleton += `${text.slice(from, start)}${index}`;
    from = end;
  }
  const bundle = parseJson(skeleton + text.slice(from));
  if (!isResource(bundle)) throw new JsonSyntaxError('not a FHIR resource');
  if (bundle.resourceType !== 'Bundle') return readResource(text).resource;

  const found = Array.isArray(bundle['entry']) ? bundle['entry'].filter(isObject) : [];
  const entries: SearchEntry[] = [];
  for (const entry of found) {
    const slice = typeof entry['resource'] === 'number' ? slices[entry['resource']] : undefined;
    if (slice === undefined) continue;
    const mode = isObject(entry['search']) ? entry['search']['mode'] : undefined;
    const content = readResource(text.slice(slice.start, slice.end));
    entries.push(typeof mode === 'string' ? { ...content, mode } : content);
  }
  if (entries.length !== slices.length) throw new JsonSyntaxError('the same key twice');
  const [next, self] = [linkOf(bundle, 'next'), linkOf(bundle, 'self')];
  const hollow = found.filter((entry) => typeof entry['resource'] !== 'number').length;
  const total = Number(bundle['total'] ?? NaN);
  return {
    entries,
    hollow,
    ...(Number.isInteger(total) && { total }),
    ...(next !== undefined && { next }),
    ...(self !== undefined && { self }),
  };
}

/**
 * Reads one resource.
 *
 * @throws JsonSyntaxError when the text is not JSON, or names no `resourceType`.
 */
export function readResource(text: string): ResourceText {
  const resource = parseJson(text);
  if (!isResource(resource)) throw new JsonSyntaxError('not a FHIR resource');
  return { resource, text: foldJson(text).trim() };
}

/** Where the `resource` objects of the entries lie. */
function resourceSlices(text: string): { start: number; end: number }[] {
  const start = skipSpace(text, 0);
  if (text[start] !== '{') return [];
  return [...members(text, start)]
    .filter(({ key, start: at }) => key === 'entry' && text[at] === '[')
    .flatMap(({ start: array }) => [...items(text, array)])
    .filter(({ start: at }) => text[at] === '{')
    .flatMap(({ start: at }) => [...members(text, at)])
    .filter(({ key, start: at }) => key === 'resource' && text[at] === '{');
}

/** The first link of that name; `Next` is `next` (RFC 8288 §3.3: relation types are compared without regard to case). */
function linkOf(bundle: JsonObject, name: string): string | undefined {
  const links = Array.isArray(bundle['link']) ? bundle['link'].filter(isObject) : [];
  const isNamed = ({ relation }: JsonObject): boolean =>
    typeof relation === 'string' && relation.toLowerCase() === name;
  const url = links.find(isNamed)?.['url'];
  return typeof url === 'string' && url !== '' ? url : undefined;
}
