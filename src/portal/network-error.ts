import { BlueButtonError, systemCodeOf } from '../errors/index.ts';

const timeoutCodes = new Set([
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
  'ETIMEDOUT',
]);

const reasons: Record<string, string> = {
  ECONNREFUSED: 'Nothing accepts connections at that address.',
  ENOTFOUND: 'The name of the server is not known.',
  EAI_AGAIN: 'The name of the server could not be looked up.',
  ECONNRESET: 'The connection broke.',
  UND_ERR_SOCKET: 'The connection broke.',
  ENETUNREACH: 'The network cannot be reached.',
  EHOSTUNREACH: 'The server cannot be reached.',
};

/** What a failed request means in words: `temporary`, or `failed` where the server's certificate is not trusted. */
export function networkError(host: string, thrown: unknown): BlueButtonError {
  if (isTimeout(thrown)) {
    return new BlueButtonError('temporary', `${host} did not answer in time.`, {
      why: 'It took the connection and stayed silent, or the connection never came about.',
      try: 'try again later',
      cause: thrown,
    });
  }
  const proxyStatus = proxyRefusal(thrown);
  if (proxyStatus !== undefined) {
    const passing = proxyStatus >= 500;
    return new BlueButtonError(
      passing ? 'temporary' : 'failed',
      `The proxy does not let through to ${host}.`,
      {
        why:
          proxyStatus === 407
            ? 'It wants a user name and a password (407).'
            : `It answers ${proxyStatus} to being asked for the portal.`,
        try: passing
          ? 'try again later'
          : 'set HTTPS_PROXY to the right proxy, as http://user:password@host:port if need be, or the host in NO_PROXY',
        cause: thrown,
      },
    );
  }
  const code = rootCode(thrown);
  if (code !== undefined && /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|ERR_TLS/.test(code)) {
    return new BlueButtonError('failed', `The certificate of ${host} is not trusted.`, {
      why: `The check of it ends with ${code}.`,
      try: 'check the address; where a proxy or your clinic has its own certificates: --ca FILE',
      cause: thrown,
    });
  }
  return new BlueButtonError('temporary', `${host} did not answer.`, {
    why: code === undefined ? 'The connection broke.' : (reasons[code] ?? `The connection failed (${code}).`),
    try: 'check the address and the network, then try again later',
    cause: thrown,
  });
}

/** True for a time-out, bare or as `networkError` reports it: a second attempt would only double the wait. */
export function isTimeout(thrown: unknown): boolean {
  if (!(thrown instanceof Error)) return false;
  return (
    thrown.name === 'TimeoutError' || timeoutCodes.has(systemCodeOf(thrown) ?? '') || isTimeout(thrown.cause)
  );
}

/** The status a proxy answered CONNECT with, where it did not open the tunnel; undici tells it in words only. */
function proxyRefusal(thrown: unknown): number | undefined {
  if (!(thrown instanceof Error)) return undefined;
  const [, status] = /^Proxy response \((\d+)\)/.exec(thrown.message) ?? [];
  return status === undefined ? proxyRefusal(thrown.cause) : Number(status);
}

/** undici wraps the system error, sometimes twice. */
function rootCode(thrown: unknown): string | undefined {
  const code = systemCodeOf(thrown);
  if (code !== undefined || !(thrown instanceof Error) || thrown.cause === undefined) return code;
  return rootCode(thrown.cause);
}
