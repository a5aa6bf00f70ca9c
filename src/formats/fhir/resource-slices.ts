import {
  isObject,
  items,
  JsonSyntaxError,
  maxDepth,
  members,
  parseJson,
  skipSpace,
  type Member,
  type Slice,
} from '../../json/index.ts';

/** A resource that lies in a text: where, how to point to it, and the address its Bundle entry gives it. */
export interface ResourceSlice extends Slice {
  pointer: string;
  fullUrl?: string;
}

/** A text cut into its resources. */
export interface SlicedText {
  slices: ResourceSlice[];
  /** JSON pointers of Bundle entries without a resource (answers to a batch, for example). */
  empty: string[];
  /** JSON pointers of values that stand where a resource belongs and are none. */
  unknown: string[];
  /** True when the text is a Bundle, which may be empty. */
  isBundle: boolean;
  /** True when it is one of type document. */
  isDocument: boolean;
  /** True when the text is one page of a search that has more (R4 §3.1.1.6). */
  hasNextPage: boolean;
  /** The instant of the outermost Bundle (`timestamp`, else `meta.lastUpdated`), if it states one. */
  asOf?: string;
}

/**
 * Cuts a JSON text into FHIR resources without building it as a whole: a resource, a Bundle of any type with Bundles
 * inside, or an array of those. The slices are not parsed yet; what lies around them is, with each slice taken out,
 * so that text = valid rest + valid slices proves that the whole text is valid.
 *
 * @throws JsonSyntaxError when the text around the resources is not JSON.
 */
export function sliceResources(text: string): SlicedText {
  const start = skipSpace(text, 0);
  const found: SlicedText = {
    slices: [],
    empty: [],
    unknown: [],
    isBundle: false,
    isDocument: false,
    hasNextPage: false,
  };
  if (text[start] === '[') {
    const list = [...items(text, start)];
    list.forEach((item, position) => collect(text, item, `/${position}`, found));
    parseJson(withoutSlices(text, { start: 0, end: text.length }, list));
  } else {
    // The tail after the first value belongs to the proof: `{…} trailing` is not JSON.
    collect(text, { start, end: text.length }, '', found);
  }
  return found;
}

function collect(text: string, slice: Slice, pointer: string, found: SlicedText, fullUrl?: string): void {
  // Each level of a pointer is a level of nesting; the text as a whole is never parsed, so the limit is kept here.
  if (pointer.split('/').length > maxDepth)
    throw new JsonSyntaxError(`nested deeper than ${maxDepth} levels`);
  const own = text[slice.start] === '{' ? [...members(text, slice.start)] : [];
  if (own.some((member) => member.key === 'resourceType' && isBundle(text, member))) {
    collectBundle(text, slice, own, pointer, found);
  } else if (own.some(({ key }) => key === 'resourceType')) {
    found.slices.push({ ...slice, pointer, ...(fullUrl !== undefined && { fullUrl }) });
  } else {
    parseJson(text.slice(slice.start, slice.end));
    found.unknown.push(pointer);
  }
}

function collectBundle(
  text: string,
  slice: Slice,
  own: readonly Member[],
  pointer: string,
  found: SlicedText,
): void {
  const lists = own.filter(({ key }) => key === 'entry');
  if (lists.length > 1) throw new JsonSyntaxError('a Bundle holds the member "entry" twice', lists[1]?.start);
  const list = lists[0];
  const entries = list && text[list.start] === '[' ? [...items(text, list.start)] : [];
  if (list && text[list.start] !== '[') found.unknown.push(`${pointer}/entry`);
  const cut: Slice[] = [];
  const inside: (() => void)[] = [];
  entries.forEach((entry, position) => {
    const place = `${pointer}/entry/${position}`;
    const parts = text[entry.start] === '{' ? [...members(text, entry.start)] : [];
    const resources = parts.filter(({ key }) => key === 'resource');
    const [resource] = resources;
    if (resources.length > 1)
      throw new JsonSyntaxError('a Bundle entry holds the member "resource" twice', resource?.start);
    if (resource === undefined) {
      found.empty.push(place);
      return;
    }
    cut.push(resource);
    const address = parts.find(({ key }) => key === 'fullUrl');
    const fullUrl = address && parseJson(text.slice(address.start, address.end));
    const known = typeof fullUrl === 'string' ? fullUrl : undefined;
    inside.push(() => collect(text, resource, `${place}/resource`, found, known));
  });
  const rest = parseJson(withoutSlices(text, slice, cut));
  if (pointer === '' && isObject(rest)) {
    found.isBundle = true;
    found.isDocument = rest['type'] === 'document';
    const links = [rest['link'] ?? []].flat();
    found.hasNextPage = links.some((link) => isObject(link) && link['relation'] === 'next');
    const meta = rest['meta'];
    const instant = rest['timestamp'] ?? (isObject(meta) ? meta['lastUpdated'] : undefined);
    if (typeof instant === 'string' && fhirDate.test(instant)) found.asOf = instant;
  }
  for (const read of inside) read();
}

/** A FHIR date, dateTime or instant (R4 §2.24.0.1), as far as its calendar date goes. */
const fhirDate = /^\d{4}(-\d\d(-\d\d(T\S*)?)?)?$/;

function isBundle(text: string, { start, end }: Slice): boolean {
  const word = text.slice(start, end);
  // A letter may be written as an escape; only then is the word worth parsing.
  return word === '"Bundle"' || (word.includes('\\') && parseJson(word) === 'Bundle');
}

/** The text of `whole` with `null` in the place of each slice. */
function withoutSlices(text: string, whole: Slice, slices: readonly Slice[]): string {
  let rest = '';
  let from = whole.start;
  for (const { start, end } of slices) {
    rest += `${text.slice(from, start)}null`;
    from = end;
  }
  return rest + text.slice(from, whole.end);
}
