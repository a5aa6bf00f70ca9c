import { rootCertificates } from 'node:tls';
import { EnvHttpProxyAgent, type Dispatcher } from 'undici';
import { BlueButtonError } from '../errors/index.ts';

/** The environment variables that name a proxy, the first that is there decides. */
const proxyVariables = ['https_proxy', 'HTTPS_PROXY', 'http_proxy', 'HTTP_PROXY'];

export interface ConnectionOptions {
  /** Holds HTTPS_PROXY and NO_PROXY, in small or capital letters. */
  env: Readonly<Record<string, string | undefined>>;
  /** Certificates in PEM, trusted beside those Node trusts. */
  ca: readonly string[];
  /** Milliseconds. */
  connect: number;
  idle: number;
  /** Connections to one origin. */
  connections: number;
}

/**
 * Opens connections as they are needed: to each origin a few, one request at a time on each, kept a few seconds for the
 * next. Where the environment names a proxy, https goes through it in a tunnel (CONNECT), so that it sees the name of
 * the portal and nothing else; plain http goes to this computer only, and that never through a proxy.
 *
 * @throws BlueButtonError `usage` when the proxy's address is none.
 */
export function openConnections({ env, ca, connect, idle, connections }: ConnectionOptions): Dispatcher {
  const tls = { timeout: connect, ...(ca.length > 0 && { ca: [...rootCertificates, ...ca] }) };
  const unproxied = env['no_proxy'] ?? env['NO_PROXY'] ?? '';
  return new EnvHttpProxyAgent({
    // What is given here, even if empty, keeps undici from looking into the process's own environment.
    httpProxy: '',
    httpsProxy: proxyIn(env),
    noProxy: /(^|[,\s])\*($|[,\s])/.test(unproxied) ? '*' : `${unproxied},localhost,127.0.0.1,[::1]`,
    connect: tls,
    requestTls: tls,
    proxyTls: tls,
    connections,
    pipelining: 1,
    keepAliveTimeout: 4_000,
    keepAliveMaxTimeout: 30_000,
    headersTimeout: idle,
    bodyTimeout: idle,
  });
}

/** The proxy's address; empty when there is none. As for curl, `http://` may be left out. */
function proxyIn(env: ConnectionOptions['env']): string {
  const variable = proxyVariables.find((name) => env[name] !== undefined) ?? '';
  const stated = env[variable]?.trim() ?? '';
  if (stated === '') return '';
  const address = /^[a-z][a-z\d+.-]*:\/\//i.test(stated) ? stated : `http://${stated}`;
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return url.href;
  // The value is not repeated: it may hold a password.
  throw new BlueButtonError('usage', `${variable} is not the address of a proxy.`, {
    why: 'A proxy is written http://host:port or https://host:port.',
    try: `put ${variable} right, or unset it`,
  });
}
