import type { Brand, BrandEndpoint } from './brands.ts';
import type { DirectoryEndpoint, DirectoryPortal, DirectoryRow } from './directory-row.ts';

/** The join of organizations with the endpoints they name. */
export interface BrandJoin {
  rowOf(brand: Brand): DirectoryRow;
  /** After the last organization: the endpoints that none of them named. */
  rest(): Iterable<DirectoryRow>;
  /** References met so far that lead nowhere. */
  dangling(): number;
}

/**
 * Joins organizations with endpoints. An organization that names none has those it manages, or else those of the nearest
 * organization above it: a clinic shares the portal of its health system.
 *
 * @param parents the organizations that others are part of, by every key a reference may use.
 */
export function joinBrands(
  endpoints: readonly BrandEndpoint[],
  parents: ReadonlyMap<string, Brand>,
): BrandJoin {
  const byKey = new Map(
    endpoints.flatMap((endpoint) => endpoint.keys.map((key) => [key, endpoint] as const)),
  );
  const managed = new Map<string, BrandEndpoint[]>();
  for (const endpoint of endpoints) {
    if (endpoint.manager === undefined) continue;
    const others = managed.get(endpoint.manager);
    if (others === undefined) managed.set(endpoint.manager, [endpoint]);
    else others.push(endpoint);
  }
  const used = new Set<BrandEndpoint>();
  let dangling = 0;

  const follow = (references: readonly string[], count: boolean): BrandEndpoint[] =>
    references.flatMap((reference) => {
      const found = byKey.get(reference);
      if (found === undefined && count) dangling += 1;
      return found ?? [];
    });

  function portalsOf(brand: Brand, count: boolean): DirectoryPortal[] {
    const named = brand.portals.map(({ endpoints: references, ...portal }) => ({
      ...portal,
      endpoints: follow(references, count),
    }));
    const inPortals = new Set(named.flatMap((portal) => portal.endpoints));
    const own = follow(brand.endpoints, count).filter((endpoint) => !inPortals.has(endpoint));
    const names = brand.endpoints.length + brand.portals.flatMap((portal) => portal.endpoints).length;
    const loose = names > 0 ? own : brand.keys.flatMap((key) => managed.get(key) ?? []);
    for (const endpoint of [...inPortals, ...loose]) used.add(endpoint);
    const [only] = named;
    // A single portal without an endpoint of its own opens those of its organization.
    if (only !== undefined && named.length === 1 && only.endpoints.length === 0) only.endpoints = loose;
    else if (loose.length > 0) named.push({ endpoints: loose });
    return named.map((portal) => ({ ...portal, endpoints: withAddress(portal.endpoints) }));
  }

  return {
    rowOf(brand) {
      const chain = ancestorsOf(brand, parents);
      if (brand.partOf !== undefined && chain.length === 0 && !brand.keys.includes(brand.partOf))
        dangling += 1;
      let portals = portalsOf(brand, true);
      for (const ancestor of chain) {
        if (hasEndpoint(portals)) break;
        portals = [...portals, ...portalsOf(ancestor, false).filter((portal) => portal.endpoints.length > 0)];
      }
      return {
        ...rowHead(brand),
        ...(chain.length > 0 && { partOf: chain.map(({ name }) => name) }),
        portals,
      };
    },
    *rest() {
      for (const endpoint of endpoints) {
        if (used.has(endpoint) || endpoint.baseUrl === undefined) continue;
        const head = endpoint.contained === undefined ? { name: '' } : rowHead(endpoint.contained);
        const name = head.name === '' ? (endpoint.name ?? '') : head.name;
        yield { ...head, name, portals: [{ endpoints: withAddress([endpoint]) }] };
      }
    },
    dangling: () => dangling,
  };
}

function hasEndpoint(portals: readonly DirectoryPortal[]): boolean {
  return portals.some((portal) => portal.endpoints.length > 0);
}

/** The organizations above one, the nearest first; a circle ends the climb. */
function ancestorsOf(brand: Brand, parents: ReadonlyMap<string, Brand>): Brand[] {
  const chain: Brand[] = [];
  const met = new Set(brand.keys);
  let reference = brand.partOf;
  while (reference !== undefined && !met.has(reference)) {
    const parent = parents.get(reference);
    if (parent === undefined) break;
    for (const key of parent.keys) met.add(key);
    met.add(reference);
    chain.push(parent);
    reference = parent.partOf;
  }
  return chain;
}

function rowHead({ name, aliases, places, websites, active, bundle }: Brand): Omit<DirectoryRow, 'portals'> {
  return {
    name,
    ...(aliases.length > 0 && { aliases }),
    ...(places.length > 0 && { places }),
    ...(websites.length > 0 && { websites }),
    ...(!active && { active }),
    ...(bundle !== undefined && { bundle }),
  };
}

/** The endpoints whose address is known, each address and version once. */
function withAddress(endpoints: readonly BrandEndpoint[]): DirectoryEndpoint[] {
  const found = new Map<string, DirectoryEndpoint>();
  for (const { baseUrl, fhirVersion, status, name } of endpoints) {
    if (baseUrl === undefined) continue;
    found.set(`${baseUrl} ${fhirVersion ?? ''}`, {
      baseUrl,
      ...(fhirVersion !== undefined && { fhirVersion }),
      ...(status !== undefined && { status }),
      ...(name !== undefined && { name }),
    });
  }
  return [...found.values()];
}
