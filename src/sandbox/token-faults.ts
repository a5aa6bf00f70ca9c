import { textOf, without, writeJson, type JsonObject } from './json.ts';
import type { Portal } from './portal.ts';
import { jsonReply, movedReply, textReply, type Reply } from './reply.ts';

/** What a token request is about: `where` for faults, and whether it is a refresh. */
interface At {
  where: string;
  isRefresh: boolean;
}

/** Terminal escapes and a line of its own, as a hostile or broken server may send them. */
const escapes = '\u001B[2J\u001B]0;owned\u0007The session\r\nbluebutton: all is well\u0000\u202Elive';

/** Answers in place of the right one, before anything is done. */
const instead: Record<string, () => Reply> = {
  'token-429': () => ({
    ...jsonReply(429, { error: 'temporarily_unavailable', error_description: 'Too many requests.' }),
    headers: { 'content-type': 'application/json', 'cache-control': 'no-store', 'retry-after': '1' },
  }),
  'token-500': () => unavailable(500),
  'token-html-error': () => htmlReply(502, 'Bad Gateway'),
  'token-200-error': () => jsonReply(200, { error: 'invalid_grant', error_description: 'No longer valid.' }),
  'token-error-text': () => textReply(400, 'invalid_grant'),
  'token-error-escapes': () => jsonReply(400, { error: 'invalid_grant', error_description: escapes }),
};

/** The same, for refreshes alone. */
const insteadOfRefresh: Record<string, () => Reply> = {
  // Medplum and Medicare answer a dead refresh token so.
  'refresh-invalid-request': () =>
    jsonReply(400, { error: 'invalid_request', error_description: 'Refresh token not found.' }),
  'refresh-invalid-grant-bare': () => jsonReply(400, { error: 'invalid_grant' }),
};

/** Changes to the token answer. */
const changes: Record<string, (answer: JsonObject) => JsonObject> = {
  'token-no-expires': (answer) => without(answer, 'expires_in'),
  'token-expires-string': (answer) => ({ ...answer, expires_in: writeJson(answer['expires_in'] ?? 0) }),
  'token-expires-zero': (answer) => ({ ...answer, expires_in: 0 }),
  'token-expires-negative': (answer) => ({ ...answer, expires_in: -60 }),
  'token-expires-huge': (answer) => ({ ...answer, expires_in: 1e15 }),
  'token-type-missing': (answer) => without(answer, 'token_type'),
  'token-type-lowercase': (answer) => ({ ...answer, token_type: 'bearer' }),
  'token-type-mac': (answer) => ({ ...answer, token_type: 'mac' }),
  'token-no-patient': (answer) => without(answer, 'patient'),
  'token-no-scope': (answer) => without(answer, 'scope'),
  'token-no-refresh': (answer) => without(answer, 'refresh_token'),
};

/** Changes to the answer of a refresh. */
const refreshChanges: Record<string, (answer: JsonObject, portal: Portal) => JsonObject> = {
  'token-other-patient': (answer, { records }) => {
    const other = records.patients().find(({ id }) => id !== answer['patient']);
    return { ...answer, patient: other?.id ?? 'somebody-else' };
  },
  'token-narrow-scope': (answer) => ({ ...answer, scope: narrowed(textOf(answer['scope'])) }),
};

/** The answer of a fault that strikes before the request is looked at. */
export function insteadOfTokens({ where, isRefresh }: At, { faults, origin }: Portal): Reply | undefined {
  const [path = ''] = where.split(' ');
  if (!path.endsWith('/') && faults.strikes('token-redirect-301', where)) {
    return movedReply(301, `${origin}${path}/`);
  }
  const table = isRefresh ? { ...instead, ...insteadOfRefresh } : instead;
  return Object.entries(table).find(([name]) => faults.strikes(name, where))?.[1]();
}

/** The answer of a fault that strikes when the tokens are made and the old ones dead. */
export function afterTokens({ where, isRefresh }: At, { faults }: Portal): Reply | undefined {
  if (!isRefresh) return undefined;
  if (faults.strikes('refresh-response-lost', where)) {
    return { status: 200, headers: {}, body: '', connection: 'destroy' };
  }
  // Medicare: the rotation took place, then its data source failed.
  if (faults.strikes('refresh-502-after-rotation', where)) {
    return jsonReply(502, { message: 'Failed to retrieve data from data source.' });
  }
  return undefined;
}

/** The token answer, as the faults leave it. */
export function changedAnswer(answer: JsonObject, { where, isRefresh }: At, portal: Portal): JsonObject {
  const table = isRefresh ? { ...changes, ...refreshChanges } : changes;
  const struck = Object.entries(table).filter(([name]) => portal.faults.strikes(name, where));
  return struck.reduce((changed, [, change]) => change(changed, portal), answer);
}

/** The answer of a fault at the revocation endpoint, before anything is revoked. */
export function insteadOfRevoking(path: string, { faults, origin }: Portal): Reply | undefined {
  if (path.endsWith('/') || !faults.strikes('revoke-redirect-301', path)) return undefined;
  return movedReply(301, `${origin}${path}/`);
}

/** A server that fails for the moment. */
export function unavailable(status: 500 | 503): Reply {
  return jsonReply(status, { error: 'server_error', error_description: 'Something went wrong.' });
}

/** An error page, as a proxy or a framework makes it. */
export function htmlReply(status: number, title: string): Reply {
  return {
    status,
    headers: { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' },
    body: `<!doctype html><title>${title}</title><h1>${title}</h1>\n`,
  };
}

/** Without the last scope that opens a type. */
function narrowed(scope: string): string {
  const words = scope.split(' ');
  const last = words.findLast((word) => word.startsWith('patient/'));
  return words.filter((word) => word !== last).join(' ');
}
