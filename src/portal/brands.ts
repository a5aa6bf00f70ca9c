import * as v from 'valibot';
import type { JsonValue } from '../json/index.ts';
import type { DirectoryPlace } from './directory-row.ts';

/** Text where there is some; what is withheld (data-absent-reason) or wrong counts as absent. */
const text = v.fallback(v.optional(v.pipe(v.string(), v.trim(), v.minLength(1))), undefined);
const reference = v.fallback(v.optional(v.object({ reference: text, display: text })), undefined);
/** A list without its items that do not fit. */
const list = <Item extends v.GenericSchema>(item: Item) =>
  v.fallback(
    v.pipe(
      v.array(v.fallback(v.nullable(item), null)),
      v.transform((items) => items.filter((each) => each !== null)),
    ),
    [],
  );

const partSchema = v.object({
  url: v.string(),
  valueString: text,
  valueUrl: text,
  valueUri: text,
  valueCode: text,
  valueReference: reference,
});
const extensionSchema = v.object({ ...partSchema.entries, extension: list(partSchema) });

const organizationSchema = v.object({
  resourceType: v.literal('Organization'),
  id: text,
  active: v.fallback(v.optional(v.boolean()), undefined),
  name: text,
  alias: list(v.string()),
  identifier: list(v.object({ system: text, value: text })),
  telecom: list(v.object({ system: text, value: text })),
  address: list(v.object({ city: text, state: text, postalCode: text, text })),
  partOf: reference,
  endpoint: list(v.object({ reference: text })),
  extension: list(extensionSchema),
});

const endpointSchema = v.object({
  resourceType: v.literal('Endpoint'),
  id: text,
  status: text,
  name: text,
  address: text,
  managingOrganization: reference,
  extension: list(extensionSchema),
  contained: list(organizationSchema),
});

/** An Organization of a brands bundle, with references as written. */
export interface Brand {
  /** What references to it may say: its `fullUrl`, `Organization/id`. */
  keys: string[];
  name: string;
  aliases: string[];
  places: DirectoryPlace[];
  websites: string[];
  active: boolean;
  partOf?: string;
  /** The organization's own bundle, which is newer than a vendor-wide one. */
  bundle?: string;
  endpoints: string[];
  portals: { name?: string; url?: string; endpoints: string[] }[];
}

/** An Endpoint of a bundle. */
export interface BrandEndpoint {
  keys: string[];
  /** Undefined where it is withheld. */
  baseUrl?: string;
  fhirVersion?: string;
  status?: string;
  name?: string;
  /** The organization that manages it, by reference, or contained in it. */
  manager?: string;
  contained?: Brand;
}

const definitions = 'http://hl7.org/fhir/StructureDefinition/';
const websiteSystem = 'urn:ietf:rfc:3986';

/**
 * Reads a resource of a brands bundle (SMART App Launch 2.2, User-access Brands; reference Organization and Endpoint);
 * undefined for any other resource.
 */
export function readBrandResource(
  resource: JsonValue | undefined,
  fullUrl: string | undefined,
): { brand: Brand } | { endpoint: BrandEndpoint } | undefined {
  const organization = v.safeParse(organizationSchema, resource);
  if (organization.success) return { brand: brandOf(organization.output, fullUrl) };
  const endpoint = v.safeParse(endpointSchema, resource);
  return endpoint.success ? { endpoint: endpointOf(endpoint.output, fullUrl) } : undefined;
}

function brandOf(found: v.InferOutput<typeof organizationSchema>, fullUrl?: string): Brand {
  const { id, name, alias, identifier, telecom, address, partOf, endpoint, extension, active } = found;
  const websites = [
    ...identifier.filter(({ system }) => system === websiteSystem),
    ...telecom.filter(({ system }) => system === 'url'),
  ].flatMap(({ value }) => (value === undefined || value.startsWith('urn:') ? [] : [websiteText(value)]));
  return {
    keys: keysOf('Organization', id, fullUrl),
    name: name ?? '',
    aliases: unique(alias.filter((each) => each.trim() !== '')),
    places: address.flatMap(({ city, state, postalCode }) =>
      city === undefined && state === undefined ? [] : [filled({ city, state, postalCode })],
    ),
    websites: unique(websites),
    active: active ?? true,
    ...(partOf?.reference === undefined ? {} : { partOf: partOf.reference }),
    ...filled({ bundle: bundleOf(extension) }),
    endpoints: endpoint.flatMap((each) => each.reference ?? []),
    portals: extension
      .filter(({ url }) => url === `${definitions}organization-portal`)
      .map((portal) => {
        const parts = (part: string) => portal.extension.filter(({ url }) => url === part);
        const [first] = parts('portalUrl');
        return {
          ...filled({
            name: parts('portalName')[0]?.valueString,
            url: first?.valueUrl ?? first?.valueUri,
          }),
          endpoints: parts('portalEndpoint').flatMap((each) => each.valueReference?.reference ?? []),
        };
      }),
  };
}

function bundleOf(extensions: readonly v.InferOutput<typeof extensionSchema>[]): string | undefined {
  return extensions
    .filter(({ url }) => url === `${definitions}organization-brand`)
    .flatMap(({ extension }) => extension)
    .find(({ url }) => url === 'brandBundle')?.valueUrl;
}

function endpointOf(found: v.InferOutput<typeof endpointSchema>, fullUrl?: string): BrandEndpoint {
  const { id, status, name, address, managingOrganization, extension, contained } = found;
  const baseUrl = address?.replace(/\/+$/, '');
  const manager = managingOrganization?.reference;
  const inside =
    contained.find((each) => manager === `#${each.id ?? ''}`) ??
    (manager === undefined ? contained[0] : undefined);
  const stated = extension.find(({ url }) => url === `${definitions}endpoint-fhir-version`);
  return {
    keys: keysOf('Endpoint', id, fullUrl),
    ...filled({
      baseUrl,
      fhirVersion: stated?.valueCode ?? stated?.valueString ?? versionIn(baseUrl),
      status: status === 'active' ? undefined : status,
      name: name ?? managingOrganization?.display,
      manager: manager?.startsWith('#') === true ? undefined : manager,
    }),
    ...(inside === undefined ? {} : { contained: brandOf(inside) }),
  };
}

/** The version an address tells where nothing else does: `…/api/FHIR/DSTU2`. */
function versionIn(baseUrl: string | undefined): string | undefined {
  const [, word = ''] = /\/(dstu2|stu3|r4)(?=\/|$)/i.exec(baseUrl ?? '') ?? [];
  const versions: Record<string, string> = { dstu2: '1.0.2', stu3: '3.0.1', r4: '4.0.1' };
  return versions[word.toLowerCase()];
}

/** What a reference to a resource may say. */
function keysOf(type: string, id: string | undefined, fullUrl: string | undefined): string[] {
  return [...(id === undefined ? [] : [`${type}/${id}`]), ...(fullUrl === undefined ? [] : [fullUrl])];
}

/** `https://www.example.org/` as a person names it: `example.org`. */
function websiteText(value: string): string {
  return value
    .replace(/^https?:\/\//i, '')
    .replace(/^www\./i, '')
    .replace(/\/+$/, '');
}

function unique(texts: readonly string[]): string[] {
  return [...new Set(texts)];
}

/** The members that are there. */
function filled<Key extends string>(members: Record<Key, string | undefined>): Partial<Record<Key, string>> {
  const found: Partial<Record<Key, string>> = {};
  for (const key in members) {
    const value = members[key];
    if (value !== undefined) found[key] = value;
  }
  return found;
}
