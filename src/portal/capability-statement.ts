import * as v from 'valibot';
import type { JsonValue } from '../json/index.ts';
import type { OfferedType } from './description.ts';

const strings = v.fallback(v.array(v.string()), []);

/** R4 has a canonical as `definition`, DSTU2 and STU3 a reference. */
const operationsSchema = v.fallback(
  v.array(
    v.object({
      name: v.fallback(v.string(), ''),
      definition: v.fallback(v.union([v.string(), v.object({ reference: v.string() })]), ''),
    }),
  ),
  [],
);

const typeSchema = v.object({
  type: v.string(),
  interaction: v.fallback(v.array(v.object({ code: v.string() })), []),
  searchParam: v.fallback(v.array(v.object({ name: v.string() })), []),
  searchInclude: strings,
  searchRevInclude: strings,
  operation: operationsSchema,
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
  operation: operationsSchema,
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
  const general = rest.flatMap(({ operation }) => operation.map(({ definition }) => pathOf(definition)));
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
          ...operationsOf(type, general),
        },
      ]),
    ),
    oauthUris: Object.fromEntries(
      uris.flatMap(({ url, valueUri }) => (valueUri === undefined ? [] : [[url, valueUri]])),
    ),
  };
}

type Operation = v.InferOutput<typeof operationsSchema>[number];

/**
 * The operations of a type. Servers before R4 list all together for the whole system: `Patient-everything` is one of
 * Patient's, as is `docref` of DocumentReference.
 */
function operationsOf(
  { type, operation }: { type: string; operation: readonly Operation[] },
  general: readonly string[],
): { operations?: string[] } {
  const own = operation.flatMap(({ name, definition }) => [name, pathOf(definition)]);
  const listed = general.filter(
    (name) => name.startsWith(`${type}-`) || (type === 'DocumentReference' && name.endsWith('docref')),
  );
  const names = [...own, ...listed].map((name) => name.replace(/^\$/, '').replace(`${type}-`, ''));
  const operations = [...new Set(names)].filter((name) => name !== '');
  return operations.length === 0 ? {} : { operations };
}

/** What a definition is called: the last segment of its address. */
function pathOf(definition: Operation['definition']): string {
  const address = typeof definition === 'string' ? definition : definition.reference;
  return address.split('|', 1)[0]?.split('/').at(-1) ?? '';
}
