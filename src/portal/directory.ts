import * as v from 'valibot';
import { BlueButtonError } from '../errors/index.ts';
import { decodePieces, JsonSyntaxError, parseJson, streamItems, type JsonValue } from '../json/index.ts';
import { readBrandResource, type Brand, type BrandEndpoint } from './brands.ts';
import type { DirectoryRow } from './directory-row.ts';
import { joinBrands } from './join-brands.ts';

/** Lines put aside between two passes, outside of memory. */
export interface Spool {
  write(line: string): Promise<void>;
  /** Every line written, from the first; may be asked for several times. */
  lines(): AsyncIterable<string>;
}

/** What a directory held, in numbers. */
export interface DirectorySummary {
  organizations: number;
  endpoints: number;
  /** References to endpoints or organizations that the directory does not hold. */
  dangling: number;
  /** Endpoints whose address is withheld. */
  withoutAddress: number;
  /** `Bundle.timestamp`. */
  timestamp?: string;
}

const itemSchema = v.object({
  fullUrl: v.fallback(v.optional(v.string()), undefined),
  resource: v.fallback(v.optional(v.object({ resourceType: v.string() })), undefined),
});

const bundleSchema = v.object({
  resourceType: v.literal('Bundle'),
  timestamp: v.fallback(v.optional(v.string()), undefined),
  link: v.fallback(v.array(v.object({ relation: v.string() })), []),
});

/**
 * Reads a directory of portals: a User-access Brands bundle (SMART App Launch 2.2) or a Bundle of Endpoints as Epic and
 * Oracle Health publish them. Yields a row for each organization, and for each endpoint that no organization names. Nothing
 * is yielded before the bundle is proven whole. Memory grows with its endpoints, not with its organizations.
 *
 * @throws BlueButtonError `failed` when it is damaged, no Bundle, one page of several, or holds no endpoint.
 */
export async function* readDirectory(
  bytes: AsyncIterable<Uint8Array>,
  spool: Spool,
): AsyncGenerator<DirectoryRow, DirectorySummary, void> {
  const endpoints: BrandEndpoint[] = [];
  /** What `partOf` refers to. */
  const above = new Set<string>();
  let organizations = 0;
  let timestamp: string | undefined;
  try {
    const items = streamItems(decodePieces(bytes), 'entry');
    for (;;) {
      const next = await items.next();
      if (next.done === true) {
        timestamp = checkBundle(parseJson(next.value)).timestamp;
        break;
      }
      const found = readItem(parseJson(next.value));
      if (found === undefined) continue;
      if ('endpoint' in found) {
        endpoints.push(found.endpoint);
        continue;
      }
      organizations += 1;
      if (found.brand.partOf !== undefined) above.add(found.brand.partOf);
      await spool.write(JSON.stringify(found.brand));
    }
  } catch (thrown) {
    if (!(thrown instanceof JsonSyntaxError) && !(thrown instanceof TypeError)) throw thrown;
    throw refused('It is not whole, or not JSON.');
  }
  if (endpoints.every(({ baseUrl }) => baseUrl === undefined))
    throw refused('It names no address of any portal.');

  const parents = new Map<string, Brand>();
  if (above.size > 0) {
    for await (const brand of brandsIn(spool))
      for (const key of brand.keys) if (above.has(key)) parents.set(key, brand);
  }
  const join = joinBrands(endpoints, parents);
  for await (const brand of brandsIn(spool)) yield join.rowOf(brand);
  yield* join.rest();
  return {
    organizations,
    endpoints: endpoints.length,
    dangling: join.dangling(),
    withoutAddress: endpoints.filter(({ baseUrl }) => baseUrl === undefined).length,
    ...(timestamp === undefined ? {} : { timestamp }),
  };
}

function readItem(item: JsonValue): ReturnType<typeof readBrandResource> {
  const parsed = v.safeParse(itemSchema, item);
  const resource =
    typeof item === 'object' && item !== null && 'resource' in item ? item.resource : undefined;
  return parsed.success ? readBrandResource(resource, parsed.output.fullUrl) : undefined;
}

async function* brandsIn(spool: Spool): AsyncGenerator<Brand> {
  for await (const line of spool.lines()) {
    // What this very run wrote.
    const brand: Brand = JSON.parse(line);
    yield brand;
  }
}

function checkBundle(rest: JsonValue): v.InferOutput<typeof bundleSchema> {
  const parsed = v.safeParse(bundleSchema, rest);
  if (!parsed.success) throw refused('It is no FHIR Bundle.');
  if (parsed.output.link.some(({ relation }) => relation === 'next'))
    throw refused('It is one page of several: the others would be missing.');
  return parsed.output;
}

function refused(why: string): BlueButtonError {
  return new BlueButtonError('failed', 'That is no directory of portals, or it is damaged.', {
    why: `${why} Nothing of it is kept; what was added before stays.`,
    try: 'download it again, and give the address or file of a User-access Brands bundle or a Bundle of Endpoints',
  });
}
