import type { Json, JsonObject } from './json.ts';
import type { Portal } from './portal.ts';
import { releaseOf } from './releases.ts';
import type { SearchType } from './resource-types.ts';
import { searchMannersOf, type SearchManners } from './search-manners.ts';
import type { Typed } from './resource.ts';
import { endpointsOf } from './smart-configuration.ts';

/** The answer of `metadata`: what may be read and searched here, and where to sign in. */
export function capabilityStatement(portal: Portal): Typed {
  const { baseUrl, types, started, manners } = portal;
  const { authorize, token, revoke } = endpointsOf(portal);
  const searchManners = searchMannersOf(portal);
  const release = releaseOf(portal.fhir);
  // A server that refuses undeclared parameters declares few.
  const narrow = portal.faults.isOn('unknown-parameter-400');
  return {
    resourceType: release.metadata,
    status: 'active',
    date: started.toISOString(),
    kind: 'instance',
    software: { name: manners.software },
    implementation: { description: 'A practice portal with made-up data', url: baseUrl },
    fhirVersion: searchManners.fhirVersion,
    format: [release.mediaType, 'json'],
    rest: [
      {
        mode: 'server',
        security: {
          extension: [
            {
              url: 'http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris',
              extension: [
                { url: 'authorize', valueUri: authorize },
                { url: 'token', valueUri: token },
                { url: 'revoke', valueUri: revoke },
              ],
            },
          ],
          service: [
            {
              coding: [
                {
                  system: 'http://terminology.hl7.org/CodeSystem/restful-security-service',
                  code: 'SMART-on-FHIR',
                },
              ],
            },
          ],
        },
        resource: [...types].map(([type, search]) => served(type, search, searchManners, narrow)),
      },
    ],
  };
}

function served(
  type: string,
  search: SearchType | undefined,
  { lastUpdated, operations, types, undeclared }: SearchManners,
  narrow: boolean,
): JsonObject {
  if (search === undefined) return { type, interaction: [{ code: 'read' }] };
  const offered = operations.flatMap((name) =>
    declared[name].type === type ? declared[name].operation : [],
  );
  // A portal with a few types of its own has no Provenance to include.
  const includes = !narrow && (types === undefined || types.includes('Provenance'));
  return {
    type,
    interaction: [{ code: 'read' }, { code: 'search-type' }],
    ...(type === 'MedicationRequest' && !narrow ? { searchInclude: ['MedicationRequest:medication'] } : {}),
    ...(includes ? { searchRevInclude: ['Provenance:target'] } : {}),
    searchParam: [
      { name: '_id', type: 'token' },
      ...(lastUpdated === 'none' || narrow ? [] : [{ name: '_lastUpdated', type: 'date' }]),
      ...search.by
        .filter((name) => undeclared?.[type]?.includes(name) !== true)
        .map((name): Json => ({ name, type: 'reference' })),
      ...search.tokens.map((name): Json => ({ name, type: 'token' })),
      ...Object.keys(search.dates).map((name): Json => ({ name, type: 'date' })),
    ],
    ...(offered.length === 0 ? {} : { operation: offered }),
  };
}

/** The operations, each with the type that declares it. */
const declared = {
  everything: {
    type: 'Patient',
    operation: {
      name: 'everything',
      definition: 'http://hl7.org/fhir/OperationDefinition/Patient-everything',
    },
  },
  docref: {
    type: 'DocumentReference',
    operation: {
      name: 'docref',
      definition: 'http://hl7.org/fhir/us/core/OperationDefinition/docref',
    },
  },
};
