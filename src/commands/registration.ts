import type { ClientKind, Vendor } from '../portal/index.ts';
import type { NamedPortal, PortalFacts } from '../settings/index.ts';

/** What a person must have registered, and what of it is still to do. */
export interface Registration {
  /** How the client proves itself: as the person said, else the likeliest way. */
  client: ClientKind;
  /** The redirect address exactly as it will be sent; `PORT` stands for a port that changes each time. */
  redirectUri: string;
  /** False where the port changes each time. */
  fixed: boolean;
  /** What is still to do, a sentence each. */
  missing: string[];
  /** What is good to know and keeps nobody from signing in. */
  hints: string[];
}

/** Works out what is missing before `bluebutton login NAME` can work. */
export function registrationOf(
  name: string,
  portal: NamedPortal,
  vendor: Vendor,
  facts: PortalFacts | undefined,
  redirectPort: number | undefined,
): Registration {
  const offered = facts?.clients ?? [];
  const likely = vendor.signIn.clients.find((kind) => offered.length === 0 || offered.includes(kind));
  const client = portal.client ?? likely ?? 'public';
  const fixed = portal.redirectUri !== undefined || redirectPort !== undefined;
  const redirectUri = portal.redirectUri ?? `http://127.0.0.1:${redirectPort ?? 'PORT'}/callback`;
  const missing: string[] = [];
  const hints: string[] = [];
  if (portal.clientId === undefined && client !== 'dynamic') {
    missing.push(
      offered.includes('dynamic') && client === 'public'
        ? `A client id; or let this tool register itself: bluebutton portals add ${name} --client dynamic`
        : `A client id. When you have it: bluebutton portals add ${name} --client-id ID${portal.client === undefined && client !== 'public' ? ` --client ${client}` : ''}`,
    );
  }
  if (client === 'secret')
    hints.push(
      'A client secret belongs to the client id. It is never typed into a command line or kept in the settings: login reads it with --client-secret-file FILE.',
    );
  if (client === 'key')
    hints.push(
      'A key proves the client: its public half must be registered with the portal (bluebutton keys create, then bluebutton keys show), its private half stays here.',
    );
  if (offered.length > 0 && !offered.includes(client))
    missing.push(
      `Another way to prove the client: the portal takes ${offered.join(', ')}, and ${client} was chosen. bluebutton portals add ${name} --client ${offered[0] ?? 'public'}`,
    );
  if (!fixed && vendor.id !== 'practice' && client !== 'dynamic') {
    hints.push(
      'Portals that compare the redirect address exactly need a fixed port: register http://127.0.0.1:8123/callback, say, and sign in with --redirect-port 8123 or BLUEBUTTON_REDIRECT_PORT=8123.',
    );
  }
  if (vendor.signIn.httpsRedirectOnly === true && !redirectUri.startsWith('https:'))
    missing.push(
      `An https redirect address: this vendor registers no other. bluebutton portals add ${name} --redirect-uri URL`,
    );
  return { client, redirectUri, fixed, missing, hints };
}
