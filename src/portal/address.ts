import { BlockList, isIP } from 'node:net';
import { BlueButtonError } from '../errors/index.ts';

/**
 * Reads the address of a portal's FHIR endpoint as a person gives it. The answer has no query, no fragment and no
 * slash at the end; it is the `aud` of a sign-in and the base of every request.
 *
 * @throws BlueButtonError `usage` when it is not an address, or one that `requireSafe` refuses.
 */
export function readBaseUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined) {
    throw new BlueButtonError('usage', `“${text}” is not a web address.`, {
      why: 'A web address says how to get there, where, and what: https://host/path.',
      try: 'give the address of the FHIR endpoint in full, beginning with https://',
    });
  }
  requireSafe(url);
  return url.origin + url.pathname.replace(/\/+$/, '');
}

/**
 * Refuses an address over which tokens or records must not travel: plain http to anything but this computer itself,
 * and addresses with a user name in them. `localhost` is refused as well: a name can be made to mean another computer
 * (RFC 8252 §8.3), 127.0.0.1 and [::1] cannot.
 *
 * @throws BlueButtonError `usage`
 */
export function requireSafe(url: URL): void {
  if (url.username !== '' || url.password !== '') {
    throw new BlueButtonError('usage', `The address of ${url.host} holds a user name or a password.`, {
      why: 'Sign-in happens on the portal’s own page, and secrets do not belong in an address.',
      try: 'give the address without them',
    });
  }
  if (url.protocol === 'https:') return;
  if (url.protocol === 'http:' && isLoopback(url)) return;
  throw new BlueButtonError('usage', `${url.protocol}//${url.host} is not a safe address.`, {
    why: 'Health records travel over https only; plain http is allowed for 127.0.0.1 and [::1].',
    try: url.hostname === 'localhost' ? 'write 127.0.0.1 instead of localhost' : 'use the https address',
  });
}

/** True for an address of this computer given as a number. */
export function isLoopback(url: URL): boolean {
  return url.hostname === '127.0.0.1' || url.hostname === '[::1]';
}

/**
 * True for an address of this computer or of a network that is not the internet, given as a number or as `localhost`,
 * unless `home` is an address of the same kind: a portal outside must not send this program to servers inside.
 */
export function leadsInside(url: URL, home: URL): boolean {
  const kind = kindOf(url);
  return kind !== undefined && kind !== kindOf(home);
}

type InsideKind = 'this computer' | 'private' | 'link-local' | 'reserved';

/** IANA's special-purpose addresses (RFC 6890 and its registries) by what lies there. */
const inside: Record<InsideKind, BlockList> = {
  'this computer': subnets(['0.0.0.0/8', '127.0.0.0/8', '::/127']),
  private: subnets(['10.0.0.0/8', '100.64.0.0/10', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7']),
  'link-local': subnets(['169.254.0.0/16', 'fe80::/10']),
  reserved: subnets(['192.0.0.0/24', '198.18.0.0/15', '224.0.0.0/3', 'ff00::/8', '64:ff9b::/96']),
};
const insideKinds: readonly InsideKind[] = ['this computer', 'private', 'link-local', 'reserved'];

function subnets(all: readonly string[]): BlockList {
  const list = new BlockList();
  for (const subnet of all) {
    const [network = '', prefix = ''] = subnet.split('/');
    list.addSubnet(network, Number(prefix), network.includes(':') ? 'ipv6' : 'ipv4');
  }
  return list;
}

function kindOf({ hostname }: URL): InsideKind | undefined {
  if (/(^|\.)localhost\.?$/.test(hostname)) return 'this computer';
  const host = hostname.replace(/^\[(.*)\]$/, '$1');
  const version = isIP(host);
  if (version === 0) return undefined;
  // An IPv4 address written as IPv6 (`::ffff:10.0.0.1`) is checked as what it is.
  return insideKinds.find((kind) => inside[kind].check(host, version === 6 ? 'ipv6' : 'ipv4'));
}

/** True when `url` is the base URL or lies below it, at the same origin. */
export function isUnder(baseUrl: string, url: URL): boolean {
  const base = new URL(baseUrl);
  if (url.origin !== base.origin || url.username !== '' || url.password !== '') return false;
  const path = base.pathname.replace(/\/+$/, '');
  return url.pathname === path || url.pathname.startsWith(`${path}/`);
}

/** Resolves an address found in an answer; undefined when it is none. */
export function resolveAddress(text: string, against: string): URL | undefined {
  return URL.canParse(text, against) ? new URL(text, against) : undefined;
}
