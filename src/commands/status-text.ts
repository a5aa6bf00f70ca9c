import { visible } from '../render/index.ts';
import { counted } from './counted.ts';
import { instantText } from './instant-text.ts';
import type { PersonStatus, PortalStatus, SourceStatus } from './status.ts';

/** What `status` found, as a person reads it. */
export function statusText(
  directory: string,
  people: readonly PersonStatus[],
  portals: readonly PortalStatus[],
): string {
  const lines = people.flatMap(({ folder, name, birthDate, sources }) => [
    `${name ?? folder}${birthDate === null ? '' : ` · born ${birthDate}`}`,
    ...sources.flatMap(sourceLines),
  ]);
  if (people.length === 0) lines.push('The archive holds nobody yet.');
  lines.push(...portals.flatMap(portalLines), `Archive ${directory}`);
  return `${lines.map(visible).join('\n')}\n`;
}

/** The sign-ins alone. */
export function signInsText(portals: readonly PortalStatus[]): string {
  return `${portals.flatMap(portalLines).map(visible).join('\n')}\n`;
}

function sourceLines({
  name,
  kind,
  resources,
  documents,
  gaps,
  acceptedGaps,
  ...when
}: SourceStatus): string[] {
  const held =
    kind === 'portal'
      ? `${counted(resources, 'resource')}, ${counted(documents, 'attachment')}`
      : counted(documents, 'file');
  const lines = [`  ${name.padEnd(14)}${held.padEnd(34)}${whenText(when)}`];
  const gapTexts = gaps.map((gap) => (acceptedGaps.includes(gap) ? `${gap} (accepted)` : gap));
  if (gapTexts.length > 0) lines.push(`  ${''.padEnd(14)}did not come: ${gapTexts.join(', ')}`);
  return lines;
}

function whenText({
  lastBag,
  lastPull,
  lastCheck,
}: Pick<SourceStatus, 'lastBag' | 'lastPull' | 'lastCheck'>): string {
  if (lastPull === undefined) return lastBag === undefined ? 'nothing yet' : `imported ${begunText(lastBag)}`;
  const pulled = `pulled ${instantText(lastPull)}`;
  return lastCheck === undefined ? pulled : `${pulled}, checked ${instantText(lastCheck)}`;
}

/** When a bag was begun, as its name `0007-2026-11-22T174000Z` says it. */
function begunText(bag: string): string {
  const [, day, hour, minute] = /^\d+-(\d{4}-\d\d-\d\d)T(\d\d)(\d\d)\d\dZ$/.exec(bag) ?? [];
  return day === undefined ? bag : instantText(`${day}T${hour}:${minute}Z`);
}

function portalLines(portal: PortalStatus): string[] {
  const { name, baseUrl, grantUntil, by, endsSoon, noLongerGranted } = portal;
  const lines = [`Portal ${name} at ${baseUrl}: ${accessText(portal)}`];
  if (grantUntil !== undefined) {
    const source = by === 'vendor' ? ', as its vendor documents' : '';
    lines.push(`  can be renewed until ${instantText(grantUntil)}${source}`);
  }
  if (endsSoon === true) lines.push(`  WARNING: the sign-in ends soon. Renew it: bluebutton login ${name}`);
  if (noLongerGranted !== undefined)
    lines.push(`  WARNING: no longer granted: ${noLongerGranted.join(', ')}`);
  return lines;
}

function accessText({ signedIn, accessUntil, renews, tokenStore, closed }: PortalStatus): string {
  if (!signedIn) return 'not signed in';
  if (closed)
    return `signed in; until when cannot be told, as the ${tokenStore ?? 'store'} that keeps it is locked`;
  const until = accessUntil === undefined ? '' : ` (access until ${instantText(accessUntil)})`;
  return `signed in${renews ? ', renews itself' : ''}${until}`;
}
