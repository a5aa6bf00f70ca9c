import { comparisons, rangeOf, rangeOfElement, type DateRange } from './date-range.ts';
import { isObject, listOf, objectsOf, type Json } from './json.ts';
import { FhirRefusal } from './outcome.ts';
import type { Resource } from './resource.ts';

/** Whether a resource answers one search parameter. */
export type Filter = (resource: Resource) => boolean;

/** The alternatives of a search value: split at its commas, but not at escaped ones (FHIR R4 search.html#escaping). */
export function alternatives(value: string): string[] {
  return value.split(/(?<!\\),/).map((part) => part.replaceAll('\\,', ','));
}

/** A token parameter (FHIR R4 search.html#token): `code`, `system|code`, `|code` or `system|`. */
export function tokenFilter(name: string, value: string): Filter {
  const element = name.replaceAll(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
  const tokens = alternatives(value).map((token) => {
    const bar = token.indexOf('|');
    return bar === -1
      ? { system: undefined, code: token }
      : { system: token.slice(0, bar), code: token.slice(bar + 1) };
  });
  return (resource) =>
    codings(resource[element]).some((held) =>
      tokens.some(
        ({ system, code }) =>
          (code === '' || code === held.code) &&
          (system === undefined || held.system === undefined || system === held.system),
      ),
    );
}

interface Token {
  system: string | undefined;
  code: string;
}

/** The codes of an element; a plain `code` has its system fixed by FHIR, so any system given fits it. */
function codings(value: Json | undefined): Token[] {
  return listOf(value).flatMap((item): Token[] => {
    if (typeof item === 'string') return [{ system: undefined, code: item }];
    if (!isObject(item)) return [];
    return objectsOf(item['coding']).flatMap(({ system, code }) =>
      typeof code === 'string' ? [{ system: typeof system === 'string' ? system : '', code }] : [],
    );
  });
}

/**
 * A date parameter: an optional prefix and a date; commas mean or.
 *
 * @throws FhirRefusal 400 when the value is not one.
 */
export function dateFilter(name: string, value: string, stem: string): Filter {
  const tests = alternatives(value).map((text) => dateTest(name, text));
  return (resource) => {
    const held = rangeOfElement(resource, stem);
    return held !== undefined && tests.some((test) => test(held));
  };
}

/**
 * `_lastUpdated`; `updated` tells when a resource was. Medicare takes only values that begin gt, ge, lt or le.
 *
 * @throws FhirRefusal 400 when the value is not one.
 */
export function lastUpdatedFilter(
  value: string,
  prefixes: 'every prefix' | 'gt ge lt le',
  updated: (resource: Resource) => DateRange,
): Filter {
  if (prefixes !== 'every prefix' && !/^(gt|ge|lt|le)/.test(value)) {
    throw new FhirRefusal(400, { code: 'invalid', text: 'The _lastUpdated operator is not valid.' });
  }
  const test = dateTest('_lastUpdated', value);
  return (resource) => test(updated(resource));
}

/** Medicare's `type` of a claim: the code of any of its types, upper or lower case. */
export function claimTypeFilter(value: string): Filter {
  const wanted = value.toLowerCase().split(',');
  return ({ type }) => codings(type).some(({ code }) => wanted.includes(code.toLowerCase()));
}

function dateTest(name: string, text: string): (held: DateRange) => boolean {
  const [, prefix = 'eq', date = ''] = /^([a-z]{2})?(.*)$/s.exec(text) ?? [];
  const compare = comparisons[prefix];
  const asked = rangeOf(date);
  if (compare === undefined || asked === undefined) {
    throw new FhirRefusal(400, {
      code: 'invalid',
      text: `The parameter ${name} is not a date this portal reads.`,
    });
  }
  return (held) => compare(held, asked);
}
