import type { PortalDescription } from './description.ts';
import { canCheckIdToken } from './id-token.ts';
import { planTableOf } from './plan-table.ts';
import { vendorOf, type Vendor } from './vendors.ts';

/** What one granted scope lets the app do with resources (SMART App Launch 2.2 §3: v1 `.read`, v2 `.rs`). */
interface ResourceScope {
  type: string;
  read: boolean;
  search: boolean;
  /** The restriction of a granular scope, e.g. `category=laboratory`. */
  only?: string;
}

function readScope(scope: string): ResourceScope | undefined {
  const match = /^(?:patient|user)\/(\*|[A-Za-z]+)\.(read|write|\*|c?r?u?d?s?)(?:\?(.+))?$/.exec(scope);
  const [, type, access, only] = match ?? [];
  if (type === undefined || access === undefined || access === '') return undefined;
  const all = access === '*' || access === 'read';
  return {
    type,
    read: all || (access !== 'write' && access.includes('r')),
    search: all || (access !== 'write' && access.includes('s')),
    ...(only === undefined ? {} : { only }),
  };
}

/** True when a granted scope allows to read (by id) or search resources of the type. */
export function allows(granted: readonly string[], type: string, access: 'read' | 'search'): boolean {
  return granted.some((text) => {
    const scope = readScope(text);
    return scope !== undefined && scope[access] && (scope.type === '*' || scope.type === type);
  });
}

/** The restrictions under which alone the type is granted; empty when it is granted whole, or not at all. */
export function restrictions(granted: readonly string[], type: string): string[] {
  const scopes = granted
    .map(readScope)
    .filter((scope) => scope !== undefined && (scope.type === '*' || scope.type === type) && scope.search);
  const only = scopes.map((scope) => scope?.only);
  return only.includes(undefined) ? [] : only.filter((text) => text !== undefined);
}

/**
 * Which scopes for records no longer open what they opened: of `before` those that `after` does not cover, whatever words
 * it uses for the same access (`.read` for `.rs`).
 */
export function narrowed(before: readonly string[], after: readonly string[]): string[] {
  return [...new Set(before)].filter((text) => {
    const scope = readScope(text);
    if (scope === undefined) return false;
    const kept =
      (!scope.read || allows(after, scope.type, 'read')) &&
      (!scope.search || allows(after, scope.type, 'search'));
    if (!kept) return true;
    const only = restrictions(after, scope.type);
    return scope.search && only.length > 0 && (scope.only === undefined || !only.includes(scope.only));
  });
}

/**
 * Which of the scopes asked for were not granted. A wildcard that was answered with single types is granted as far as
 * the portal goes; of the other scopes only `offline_access` matters, and it is `renews` that tells.
 */
export function refusedScopes(
  asked: readonly string[],
  granted: readonly string[],
  renews: boolean,
): string[] {
  const wildcards = asked.filter((text) => readScope(text)?.type === '*');
  const anything = granted.some((text) => readScope(text) !== undefined);
  const records = narrowed(asked, granted).filter((text) => !anything || !wildcards.includes(text));
  return [...records, ...(asked.includes('offline_access') && !renews ? ['offline_access'] : [])];
}

/**
 * The scopes a sign-in asks for: the person's whole record, read-only, and renewal without another sign-in. Version 2
 * scopes (`.rs`) where the portal offers them, else version 1 (`.read`), unless the vendor knows one of them only. A
 * portal that lists its scopes and no wildcard among them, or whose vendor takes none, is asked type by type.
 */
export function defaultScopes(
  description: PortalDescription,
  vendor: Vendor = vendorOf(description),
): string[] {
  const { signIn, types } = description;
  const { capabilities, scopesSupported: listed } = signIn;
  const version2 =
    vendor.signIn.scopes === 'declared'
      ? capabilities.includes('permission-v2') ||
        (!capabilities.includes('permission-v1') &&
          (listed ?? []).some((scope) => /^patient\/.*\.c?ru?d?s$/.test(scope)))
      : vendor.signIn.scopes === 'v2';
  const ending = version2 ? 'rs' : 'read';
  const offered = (scope: string): boolean => listed === undefined || listed.includes(scope);
  const openid = vendor.signIn.openid && canCheckIdToken(signIn) && offered('openid');
  const context = [
    ...(openid ? ['openid', ...['fhirUser', 'profile'].filter(offered).slice(0, 1)] : []),
    'launch/patient',
    ...(vendor.signIn.offlineAccess && offered('offline_access') ? ['offline_access'] : []),
  ];
  const readable = (listed ?? []).filter((scope) => {
    const found = readScope(scope);
    return (
      scope.startsWith('patient/') &&
      found !== undefined &&
      (found.read || found.search) &&
      found.only === undefined
    );
  });
  const wildcard = readable.length === 0 || readable.some((scope) => scope.startsWith('patient/*.'));
  if (wildcard && vendor.signIn.wildcard) return [...context, `patient/*.${ending}`];
  const wanted = new Set([
    ...planTableOf(description).map(({ type }) => type),
    ...Object.keys(types),
    'Binary',
  ]);
  const listedTypes = [...new Set(readable.map((scope) => readScope(scope)?.type ?? ''))].filter((type) =>
    wanted.has(type),
  );
  const named = listedTypes.length > 0 ? listedTypes : Object.keys(types).filter((type) => wanted.has(type));
  return [...context, ...named.flatMap((type) => perType(type, ending, readable))];
}

/** The scopes of one type as the portal lists them: the fewest that allow reading and searching. */
function perType(type: string, ending: string, listed: readonly string[]): string[] {
  const best = [ending, 'rs', 'read']
    .map((end) => `patient/${type}.${end}`)
    .find((scope) => listed.includes(scope));
  if (best !== undefined) return [best];
  const parts = ['r', 's'].map((end) => `patient/${type}.${end}`).filter((scope) => listed.includes(scope));
  return parts.length > 0 ? parts : [`patient/${type}.${ending}`];
}
