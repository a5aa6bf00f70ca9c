/** A query as the ledger names it, `Type?name=value&…`, and what is done to it. */

/** Names of its parameters, without modifiers. */
export function parametersOf(query: string): string[] {
  return partsOf(query).map(nameOf);
}

/** The query with another parameter, before those that begin with `_`: they say how to answer, not what. */
export function withPart(query: string, part: string): string {
  const parts = partsOf(query);
  const at = parts.findIndex((one) => one.startsWith('_'));
  return joined(query, at === -1 ? [...parts, part] : [...parts.slice(0, at), part, ...parts.slice(at)]);
}

/** The query without the parameters of these names. */
export function withoutParts(query: string, names: readonly string[]): string {
  return joined(
    query,
    partsOf(query).filter((part) => !names.includes(nameOf(part))),
  );
}

/** A value as it stands in a query: `system|code` is allowed nowhere in an address as it is. */
export function queryValue(value: string): string {
  return encodeURI(value).replaceAll(/[&#+]/g, encodeURIComponent);
}

function partsOf(query: string): string[] {
  const at = query.indexOf('?');
  return at === -1 ? [] : query.slice(at + 1).split('&');
}

function joined(query: string, parts: readonly string[]): string {
  const [path = ''] = query.split('?', 1);
  return parts.length === 0 ? path : `${path}?${parts.join('&')}`;
}

function nameOf(part: string): string {
  return part.split(/[=:]/, 1)[0] ?? '';
}
