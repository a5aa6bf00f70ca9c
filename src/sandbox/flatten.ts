import { BlueButtonError } from '../errors/index.ts';
import { isObject, listOf, objectsOf, parseJson, type Json, type JsonObject } from './json.ts';
import type { DataText } from './options.ts';
import type { Typed } from './resource.ts';

/** A resource taken out of the data, before it has a place on the server. */
export interface Taken {
  resource: Typed;
  /** The fullUrl of its Bundle entry. */
  fullUrl: string | undefined;
  /** The innermost Bundle it came in: its fullUrls hold there first. */
  bundle: JsonObject | undefined;
}

/**
 * The resources of a text, Bundles opened however deep; contained resources stay where they are.
 *
 * @throws BlueButtonError `not-a-health-record` when the text is not JSON or holds something that is not FHIR.
 */
export function flatten({ name, text }: DataText): Taken[] {
  const values = valuesOf(name, text.replace(/^\uFEFF/, ''));
  return values.flatMap(listOf).flatMap((value) => {
    if (!isResource(value)) throw notFhir(name);
    return open(value, undefined, undefined);
  });
}

function open(resource: Typed, fullUrl: string | undefined, bundle: Taken['bundle']): Taken[] {
  // A search's or a batch's own messages are no part of a record.
  if (resource.resourceType === 'OperationOutcome') return [];
  if (resource.resourceType !== 'Bundle') return [{ resource, fullUrl, bundle }];
  return objectsOf(resource['entry']).flatMap((entry) => {
    const inner = entry['resource'];
    const url = entry['fullUrl'];
    return isResource(inner) ? open(inner, typeof url === 'string' ? url : undefined, resource) : [];
  });
}

function isResource(value: Json | undefined): value is Typed {
  return (
    isObject(value) &&
    typeof value['resourceType'] === 'string' &&
    /^[A-Z][A-Za-z]+$/.test(value['resourceType'])
  );
}

/** One JSON value, or one for each line of NDJSON. */
function valuesOf(name: string, text: string): Json[] {
  const whole = tryJson(text);
  if (whole !== undefined) return [whole];
  const lines = text.split('\n').map((line, index) => ({ line: line.trim(), number: index + 1 }));
  const filled = lines.filter(({ line }) => line !== '');
  const first = filled[0];
  if (first === undefined || filled.length === 1 || tryJson(first.line) === undefined) {
    throw new BlueButtonError('not-a-health-record', `${name} is not JSON.`, {
      why: 'Neither the whole file nor its first line is a JSON value.',
      try: wanted,
    });
  }
  return filled.map(({ line, number }) => {
    const value = tryJson(line);
    if (value !== undefined) return value;
    throw new BlueButtonError('not-a-health-record', `${name} is not NDJSON: line ${number} is not JSON.`, {
      why: 'Every line of NDJSON is a JSON value of its own.',
      try: wanted,
    });
  });
}

/** The parser's own message quotes the record, so it goes no further. */
function tryJson(text: string): Json | undefined {
  try {
    return parseJson(text);
  } catch {
    return undefined;
  }
}

function notFhir(name: string): BlueButtonError {
  return new BlueButtonError('not-a-health-record', `${name} is JSON but not FHIR.`, {
    why: 'Something in it has no resourceType.',
    try: wanted,
  });
}

const wanted = 'Give FHIR R4 as JSON: a resource, a Bundle, an array of resources, or NDJSON.';
