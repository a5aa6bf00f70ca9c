/** Resources of a User-access Brands bundle, as vendors publish them. */

const definitions = 'http://hl7.org/fhir/StructureDefinition';

export interface BrandParts {
  name?: string;
  aliases?: string[];
  city?: string;
  state?: string;
  website?: string;
  /** References. */
  endpoints?: string[];
  portals?: { name: string; url?: string; endpoints?: string[] }[];
  partOf?: string;
  active?: boolean;
}

export function organization(id: string, parts: BrandParts): object {
  const { name, aliases, city, state, website, endpoints, portals = [], partOf, active } = parts;
  const resource = {
    resourceType: 'Organization',
    id,
    ...(active !== undefined && { active }),
    ...(name === undefined
      ? { _name: { extension: [{ url: `${definitions}/data-absent-reason`, valueCode: 'asked-declined' }] } }
      : { name }),
    alias: aliases,
    address: city === undefined && state === undefined ? undefined : [{ city, state }],
    telecom: website === undefined ? undefined : [{ system: 'url', value: website }],
    partOf: partOf === undefined ? undefined : { reference: partOf },
    endpoint: endpoints?.map((reference) => ({ reference })),
    extension: portals.map((portal) => ({
      url: `${definitions}/organization-portal`,
      extension: [
        { url: 'portalName', valueString: portal.name },
        ...(portal.url === undefined ? [] : [{ url: 'portalUrl', valueUrl: portal.url }]),
        ...(portal.endpoints ?? []).map((reference) => ({
          url: 'portalEndpoint',
          valueReference: { reference },
        })),
      ],
    })),
  };
  return { fullUrl: `https://brands.example.org/Organization/${id}`, resource };
}

export function endpoint(id: string, address: string | undefined, more: object = {}): object {
  const resource = {
    resourceType: 'Endpoint',
    id,
    status: 'active',
    ...(address === undefined
      ? {
          _address: { extension: [{ url: `${definitions}/data-absent-reason`, valueCode: 'asked-unknown' }] },
        }
      : { address }),
    ...more,
  };
  return { fullUrl: `https://brands.example.org/Endpoint/${id}`, resource };
}

/** The extension that states an endpoint's version of FHIR. */
export function fhirVersion(version: string): object {
  return { extension: [{ url: `${definitions}/endpoint-fhir-version`, valueCode: version }] };
}

export function bundle(entry: readonly object[], more: object = {}): object {
  return { resourceType: 'Bundle', type: 'collection', timestamp: '2026-11-01T00:00:00Z', entry, ...more };
}

/** Two clinics of one name in two towns, one organization under two vendors, a brand with two portals, and what is broken. */
export const exampleBundle = bundle([
  organization('spring', {
    name: 'Riverside Clinic',
    city: 'Springfield',
    state: 'IL',
    website: 'https://www.riverside-il.example.org/',
    endpoints: ['Endpoint/il'],
    partOf: 'Organization/missing',
  }),
  organization('salem', {
    name: 'Riverside Clinic',
    city: 'Salem',
    state: 'OR',
    website: 'https://riverside-or.example.org',
    portals: [
      { name: 'MyRiverside', url: 'https://my.riverside-or.example.org', endpoints: ['Endpoint/or'] },
    ],
  }),
  organization('eye', { name: 'Riverside Eye Center', partOf: 'Organization/salem' }),
  organization('zurich', {
    name: 'Hôpital Sankt Lukas',
    aliases: ['St. Luke’s'],
    city: 'Zürich',
    endpoints: ['Endpoint/two-r4', 'https://brands.example.org/Endpoint/two-dstu2'],
    portals: [
      { name: 'Adults', endpoints: ['Endpoint/two-r4'] },
      { name: 'Children', endpoints: ['Endpoint/two-dstu2'] },
    ],
  }),
  organization('moved', {
    name: 'Moving Hospital',
    city: 'Boise',
    state: 'ID',
    endpoints: ['Endpoint/epic', 'Endpoint/cerner', 'Endpoint/nowhere'],
  }),
  organization('closed', { name: 'Closed Practice', active: false, endpoints: ['Endpoint/off'] }),
  organization('secret', { city: 'Boise', state: 'ID', endpoints: ['Endpoint/hidden'] }),
  endpoint('il', 'https://fhir.riverside-il.example.org/r4/', fhirVersion('4.0.1')),
  endpoint('or', 'https://fhir.riverside-or.example.org/r4', fhirVersion('4.0.1')),
  endpoint('two-r4', 'https://fhir.lukas.example.org/api/FHIR/R4/'),
  endpoint('two-dstu2', 'https://fhir.lukas.example.org/api/FHIR/DSTU2'),
  endpoint('epic', 'https://epicproxy.et0001.epichosted.com/api/FHIR/R4'),
  endpoint('cerner', 'https://fhir-myrecord.cerner.com/r4/0000'),
  endpoint('off', 'https://old.example.org/r4', { status: 'off' }),
  endpoint('hidden', undefined),
  endpoint('alone', 'https://alone.example.org/r4', { name: 'Lonely Practice' }),
]);
