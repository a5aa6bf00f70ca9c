/** The scopes the portal names in its discovery document. */
export function supportedScopes(types: string[]): string[] {
  const clinical = ['*', ...types].flatMap((type) => [`patient/${type}.read`, `patient/${type}.rs`]);
  return ['launch/patient', 'offline_access', ...clinical];
}

/**
 * Of the scopes asked for, those the portal grants, each once: `launch/patient`, `offline_access`, and reading of all or
 * one of the served types in the words of SMART v1 (`.read`) or v2 (`.rs`, `.r`, `.s`). All others fall away.
 */
export function grantedScopes(asked: string, types: { has(type: string): boolean }): string[] {
  return [...new Set(asked.split(' '))].filter((scope) => {
    if (scope === 'launch/patient' || scope === 'offline_access') return true;
    const type = readingScope(scope)?.type;
    return type !== undefined && (type === '*' || types.has(type));
  });
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
  if (scope === 'launch/patient') return 'know whose record it is';
  if (scope === 'offline_access') return 'come back for it later without asking again';
  const reading = readingScope(scope);
  if (reading === undefined) return scope;
  const verb = { rs: 'read and search', r: 'read', s: 'search' }[reading.actions];
  return `${verb} ${reading.type === '*' ? 'everything in the record' : `${reading.type} resources`}`;
}

function readingScope(scope: string): { type: string; actions: 'rs' | 'r' | 's' } | undefined {
  const [, type, word] = /^patient\/(\*|[A-Za-z]+)\.(read|rs|r|s)$/.exec(scope) ?? [];
  if (type === undefined) return undefined;
  return { type, actions: word === 'r' || word === 's' ? word : 'rs' };
}
