import type { ScopeManners } from './manners.ts';
import { OAuthRefusal } from './oauth-refusal.ts';

/** The scopes the portal names in its discovery document. */
export function supportedScopes(manners: ScopeManners, served: readonly string[]): string[] {
  const types = [...(manners.wildcard === 'granted' ? ['*'] : []), ...(manners.types ?? served)];
  const words = manners.words.filter((word) => word === 'read' || word === 'rs');
  return [...manners.plain, ...types.flatMap((type) => words.map((word) => `patient/${type}.${word}`))];
}

/**
 * Of the scopes asked for, those the portal grants, each once. `registered` are those of the app, where it is known and
 * the portal looks at them; an app that is registered with none there reads every type, in the words of SMART v1.
 *
 * @throws OAuthRefusal `invalid_scope` for a wildcard or a scope unknown to a portal that does not let it pass, and
 * when nothing of the record is left.
 */
export function grantedScopes(
  asked: string,
  manners: ScopeManners,
  served: { has(type: string): boolean; keys(): Iterable<string> },
  registered?: string,
): string[] {
  const words = [...new Set(asked.split(' '))];
  if (manners.wildcard === 'refused' && words.some((scope) => scope.startsWith('patient/*.'))) {
    throw new OAuthRefusal('invalid_scope', 'Scopes name one type each here: patient/*.… is not granted.');
  }
  const known = words.filter((scope) => isKnown(scope, manners, served));
  if (manners.unknown === 'refused' && known.length < words.length) {
    throw new OAuthRefusal('invalid_scope', 'Invalid scopes.');
  }
  const granted = manners.asRegistered === true ? scopesOfApp(known, served, registered) : known;
  if (granted.some((scope) => scope.startsWith('patient/'))) return granted;
  throw new OAuthRefusal('invalid_scope', 'No scope asked for opens any of the record here.');
}

function isKnown(
  scope: string,
  { plain, types, words }: ScopeManners,
  served: { has(type: string): boolean },
) {
  if (plain.includes(scope)) return true;
  const [, type, word] = scopeParts(scope);
  if (type === undefined || !words.some((one) => one === word)) return false;
  return type === '*' || (served.has(type) && (types === undefined || types.includes(type)));
}

function scopesOfApp(
  asked: string[],
  served: { keys(): Iterable<string> },
  registered: string | undefined,
): string[] {
  const types = [...served.keys()].map((type) => `patient/${type}.read`);
  const scopes = registered?.split(' ') ?? ['openid', 'fhirUser', 'launch/patient', ...types];
  return [...new Set([...scopes, ...asked.filter((scope) => scope === 'offline_access')])];
}

/** Whether the scopes allow reading (`r`) or searching (`s`) a type. */
export function allows(scopes: string[], type: string, action: 'r' | 's'): boolean {
  return scopes.some((scope) => {
    const reading = readingScope(scope);
    return reading?.actions.includes(action) === true && (reading.type === '*' || reading.type === type);
  });
}

/** What a scope opens, in plain words. */
export function scopeInWords(scope: string): string {
  const plain: Record<string, string> = {
    'launch/patient': 'know whose record it is',
    offline_access: 'come back for it later without asking again',
    openid: 'know who signs in',
    fhirUser: 'know who signs in, as the record has them',
    profile: 'know your name and address',
  };
  const reading = readingScope(scope);
  if (reading === undefined) return plain[scope] ?? scope;
  const verb = { rs: 'read and search', r: 'read', s: 'search' }[reading.actions];
  return `${verb} ${reading.type === '*' ? 'everything in the record' : `${reading.type} resources`}`;
}

function readingScope(scope: string): { type: string; actions: 'rs' | 'r' | 's' } | undefined {
  const [, type, word] = scopeParts(scope);
  if (type === undefined) return undefined;
  return { type, actions: word === 'r' || word === 's' ? word : 'rs' };
}

function scopeParts(scope: string): readonly (string | undefined)[] {
  return /^patient\/(\*|[A-Za-z]+)\.(read|rs|r|s)$/.exec(scope) ?? [];
}
