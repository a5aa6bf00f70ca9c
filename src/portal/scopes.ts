import type { PortalDescription } from './description.ts';
import { planTable } from './plan-table.ts';

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
 * The scopes a sign-in asks for: the person's whole record, read-only, and renewal without another sign-in. Version 2
 * scopes (`.rs`) where the portal offers them, else version 1 (`.read`). A portal that lists its scopes and no wildcard
 * among them is asked type by type.
 */
export function defaultScopes({ signIn, types }: PortalDescription): string[] {
  const { capabilities, scopesSupported: listed } = signIn;
  const version2 =
    capabilities.includes('permission-v2') ||
    (!capabilities.includes('permission-v1') &&
      (listed ?? []).some((scope) => /^patient\/.*\.c?ru?d?s$/.test(scope)));
  const ending = version2 ? 'rs' : 'read';
  const context = ['launch/patient', 'offline_access'].filter(
    (scope) => scope !== 'offline_access' || listed === undefined || listed.includes(scope),
  );
  const readable = (listed ?? []).filter((scope) => {
    const found = readScope(scope);
    return (
      scope.startsWith('patient/') &&
      found !== undefined &&
      (found.read || found.search) &&
      found.only === undefined
    );
  });
  if (readable.length === 0 || readable.some((scope) => scope.startsWith('patient/*.'))) {
    return [...context, `patient/*.${ending}`];
  }
  const wanted = new Set([...planTable.map(({ type }) => type), ...Object.keys(types), 'Binary']);
  const named = [...new Set(readable.map((scope) => readScope(scope)?.type ?? ''))].filter((type) =>
    wanted.has(type),
  );
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
