import * as v from 'valibot';
import type { JsonValue } from '../json/index.ts';
import type { OfferedType } from './description.ts';

const strings = v.fallback(v.array(v.string()), []);

const typeSchema = v.object({
  type: v.string(),
  interaction: v.fallback(v.array(v.object({ code: v.string() })), []),
  searchParam: v.fallback(v.array(v.object({ name: v.string() })), []),
  searchInclude: strings,
  searchRevInclude: strings,
});

const extensionSchema = v.object({
  url: v.string(),
  valueUri: v.fallback(v.optional(v.string()), undefined),
  extension: v.fallback(
    v.array(v.object({ url: v.string(), valueUri: v.fallback(v.optional(v.string()), undefined) })),
    [],
  ),
});

const restSchema = v.object({
  resource: v.fallback(v.array(v.fallback(v.nullable(typeSchema), null)), []),
  security: v.fallback(v.object({ extension: v.fallback(v.array(extensionSchema), []) }), { extension: [] }),
});

const schema = v.object({
  resourceType: v.picklist(['CapabilityStatement', 'Conformance']),
  fhirVersion: v.string(),
  software: v.fallback(v.optional(v.object({ name: v.string() })), undefined),
  rest: v.fallback(v.array(restSchema), []),
});

/** What of a CapabilityStatement matters here. */
export interface Capabilities {
  fhirVersion: string;
  software?: string;
  types: Record<string, OfferedType>;
  /** Of the older `oauth-uris` extension: `authorize`, `token`, `revoke`, `register`. */
  oauthUris: Record<string, string>;
}

const oauthUris = 'http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris';

/** Reads a CapabilityStatement (DSTU2: Conformance), leniently; undefined when it is none. */
export function readCapabilityStatement(value: JsonValue): Capabilities | undefined {
  const parsed = v.safeParse(schema, value);
  if (!parsed.success) return undefined;
  const { fhirVersion, software, rest } = parsed.output;
  const offered = rest.flatMap(({ resource }) => resource).filter((type) => type !== null);
  const security = rest.flatMap((part) => part.security.extension).filter(({ url }) => url === oauthUris);
  const uris = security.flatMap(({ extension }) => extension);
  return {
    fhirVersion,
    ...(software === undefined ? {} : { software: software.name }),
    types: Object.fromEntries(
      offered.map((type) => [
        type.type,
        {
          interactions: type.interaction.map(({ code }) => code),
          searchParams: type.searchParam.map(({ name }) => name),
          includes: type.searchInclude,
          revIncludes: type.searchRevInclude,
        },
      ]),
    ),
    oauthUris: Object.fromEntries(
      uris.flatMap(({ url, valueUri }) => (valueUri === undefined ? [] : [[url, valueUri]])),
    ),
  };
}
