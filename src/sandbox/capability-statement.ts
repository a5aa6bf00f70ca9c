import type { Json, JsonObject } from './json.ts';
import type { Portal } from './portal.ts';
import type { SearchType } from './resource-types.ts';
import type { Typed } from './resource.ts';
import { endpointsOf } from './smart-configuration.ts';

/** The answer of `metadata`: what may be read and searched here, and where to sign in. */
export function capabilityStatement(portal: Portal): Typed {
  const { baseUrl, types, started, manners } = portal;
  const { authorize, token, revoke } = endpointsOf(portal);
  return {
    resourceType: 'CapabilityStatement',
    status: 'active',
    date: started.toISOString(),
    kind: 'instance',
    software: { name: manners.software },
    implementation: { description: 'A practice portal with made-up data', url: baseUrl },
    fhirVersion: '4.0.1',
    format: ['application/fhir+json', 'json'],
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
        resource: [...types].map(([type, search]) => served(type, search)),
      },
    ],
  };
}

function served(type: string, search: SearchType | undefined): JsonObject {
  if (search === undefined) return { type, interaction: [{ code: 'read' }] };
  return {
    type,
    interaction: [{ code: 'read' }, { code: 'search-type' }],
    ...(type === 'MedicationRequest' ? { searchInclude: ['MedicationRequest:medication'] } : {}),
    searchRevInclude: ['Provenance:target'],
    searchParam: [
      { name: '_id', type: 'token' },
      { name: '_lastUpdated', type: 'date' },
      ...search.by.map((name): Json => ({ name, type: 'reference' })),
      ...search.tokens.map((name): Json => ({ name, type: 'token' })),
      ...Object.keys(search.dates).map((name): Json => ({ name, type: 'date' })),
    ],
  };
}
