import { isObject, type JsonObject, type JsonValue } from '../json/index.ts';

/**
 * Everything a portal may change without changing the record. A resource that differs only here keeps its first bytes.
 *
 * - `meta.lastUpdated`, `meta.versionId`: portals that reload their data overnight give every resource new ones.
 * - the fragment of `meta.source`: HAPI servers put the id of the request there.
 * - the parameters below in the query of any `url`: presigned addresses, which differ at every read.
 */
const signingParameters = new Set([
  'awsaccesskeyid',
  'expires',
  'googleaccessid',
  'key-pair-id',
  'policy',
  'se',
  'sig',
  'signature',
  'ske',
  'skt',
  'sp',
  'st',
  'sv',
  'token',
]);
const signingPrefixes = ['x-amz-', 'x-goog-'];

/** A copy of a resource without its volatile fields and with sorted keys, so that equal resources write equal JSON. */
export function stableForm(resource: JsonValue): JsonValue {
  const sorted = withStableUrls(resource);
  if (!isObject(sorted)) return sorted;
  const { meta, ...rest } = sorted;
  if (!isObject(meta)) return sorted;
  const stable = stableMeta(meta);
  return Object.keys(stable).length === 0 ? rest : { ...rest, meta: stable };
}

function stableMeta({ lastUpdated: _lastUpdated, versionId: _versionId, ...meta }: JsonObject): JsonObject {
  if (typeof meta['source'] !== 'string') return meta;
  const source = meta['source'].replace(/#.*$/s, '');
  return source === '' ? omit(meta, 'source') : { ...meta, source };
}

function omit(object: JsonObject, key: string): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([name]) => name !== key));
}

function withStableUrls(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(withStableUrls);
  if (!isObject(value)) return value;
  const members: [string, JsonValue][] = [];
  for (const key of Object.keys(value).toSorted()) {
    const member = value[key];
    if (member === undefined) continue;
    members.push([
      key,
      key === 'url' && typeof member === 'string' ? stableUrl(member) : withStableUrls(member),
    ]);
  }
  return Object.fromEntries(members);
}

function stableUrl(url: string): string {
  const start = url.indexOf('?');
  if (start === -1) return url;
  const kept = url
    .slice(start + 1)
    .split('&')
    .filter((parameter) => !isSigning(parameter.split('=', 1)[0] ?? ''));
  return kept.length === 0 ? url.slice(0, start) : `${url.slice(0, start)}?${kept.join('&')}`;
}

function isSigning(parameter: string): boolean {
  const name = parameter.toLowerCase();
  return signingParameters.has(name) || signingPrefixes.some((prefix) => name.startsWith(prefix));
}
