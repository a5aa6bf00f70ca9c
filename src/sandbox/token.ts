import type { Asked } from './asked.ts';
import type { JsonObject } from './json.ts';
import type { Tokens } from './grants.ts';
import { OAuthRefusal, optional, required } from './oauth-refusal.ts';
import type { Portal } from './portal.ts';
import { jsonReply, type Reply } from './reply.ts';

/** The token endpoint (RFC 6749 §3.2): `authorization_code` with its verifier, and `refresh_token`. */
export function answerToken({ form }: Asked, { grants }: Portal): Reply {
  return orOAuthError(() => {
    const fields = formOf(form);
    const grantType = required(fields, 'grant_type');
    if (grantType === 'authorization_code') {
      const code = required(fields, 'code');
      const verifier = required(fields, 'code_verifier');
      const clientId = required(fields, 'client_id');
      return grants.exchange(code, clientId, required(fields, 'redirect_uri'), verifier);
    }
    if (grantType === 'refresh_token') {
      const token = required(fields, 'refresh_token');
      return grants.refresh(token, required(fields, 'client_id'), optional(fields, 'scope'));
    }
    throw new OAuthRefusal('unsupported_grant_type', 'Give authorization_code or refresh_token.');
  }, tokenAnswer);

  function tokenAnswer(tokens: Tokens): JsonObject {
    return {
      access_token: tokens.access,
      token_type: 'Bearer',
      expires_in: grants.accessTokenSeconds,
      scope: tokens.scopes.join(' '),
      patient: tokens.patient,
      ...(tokens.refresh === undefined ? {} : { refresh_token: tokens.refresh }),
    };
  }
}

/** The revocation endpoint (RFC 7009). */
export function answerRevoke({ form }: Asked, { grants }: Portal): Reply {
  return orOAuthError(
    () => {
      const fields = formOf(form);
      grants.revoke(required(fields, 'token'), required(fields, 'client_id'));
    },
    () => ({}),
  );
}

function formOf(form: URLSearchParams | undefined): URLSearchParams {
  if (form !== undefined) return form;
  throw new OAuthRefusal('invalid_request', 'The body is not application/x-www-form-urlencoded.');
}

/** Errors leave as RFC 6749 §5.2 has them. */
function orOAuthError<T>(act: () => T, answer: (done: T) => JsonObject): Reply {
  try {
    return jsonReply(200, answer(act()));
  } catch (thrown) {
    if (!(thrown instanceof OAuthRefusal)) throw thrown;
    return jsonReply(400, { error: thrown.error, error_description: thrown.message });
  }
}
