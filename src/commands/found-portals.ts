import { shellWord } from '../errors/index.ts';
import { releaseOf } from '../model/index.ts';
import {
  isPulled,
  vendorOf,
  type DirectoryHit,
  type DirectoryPlace,
  type KnownPortal,
} from '../portal/index.ts';
import { visible } from '../render/index.ts';
import { nameLike } from './portal-name.ts';

/** A portal that answers a search, as JSON tells it. */
export interface FoundPortal extends DirectoryPlace {
  /** The directory's name, or `built in`. */
  directory: string;
  /** Empty where the directory withholds it. */
  organization: string;
  aliases: string[];
  partOf: string[];
  /** How many other places the organization has. */
  otherPlaces: number;
  websites: string[];
  portal?: string;
  portalUrl?: string;
  baseUrl?: string;
  fhirVersion?: string;
  /** `sandbox` or `production`; absent where the directory does not say. */
  kind?: string;
  vendor?: string;
  /** What speaks against it: no longer active, too old, not over https. */
  warnings: string[];
  /** The next command; absent where there is none. */
  next?: string;
}

/** A hit of a search with the next command. */
export function foundPortal(
  { row, place, portal, endpoint }: DirectoryHit,
  directory: string,
  known?: KnownPortal,
): FoundPortal {
  const baseUrl = endpoint?.baseUrl;
  const next = nextCommand(row.name, baseUrl, known);
  return {
    directory,
    organization: row.name,
    aliases: row.aliases ?? [],
    partOf: row.partOf ?? [],
    ...place,
    otherPlaces: Math.max(0, (row.places?.length ?? 0) - 1),
    websites: row.websites ?? [],
    ...(portal?.name !== undefined && { portal: portal.name }),
    ...(portal?.url !== undefined && { portalUrl: portal.url }),
    ...(baseUrl !== undefined && { baseUrl }),
    ...(endpoint?.fhirVersion !== undefined && { fhirVersion: endpoint.fhirVersion }),
    ...(known !== undefined && { kind: known.kind }),
    ...(baseUrl !== undefined && URL.canParse(baseUrl) && { vendor: vendorOf({ baseUrl }).id }),
    warnings: [
      ...(row.active === false ? ['no longer active'] : []),
      ...(endpoint?.status === undefined ? [] : [`its endpoint is ${endpoint.status}`]),
      ...releaseWarning(endpoint?.fhirVersion),
      ...(baseUrl !== undefined && !isHttps(baseUrl) ? ['not an https address'] : []),
    ],
    ...(next !== undefined && { next }),
  };
}

/** What speaks against the release an endpoint is said to speak. */
function releaseWarning(version: string | undefined): string[] {
  if (version === undefined || releaseOf(version) === 'R4') return [];
  const word = `FHIR ${versionWord(version)}`;
  return [
    isPulled(releaseOf(version))
      ? `${word}: older than R4, which many keep beside it`
      : `${word}: cannot be pulled, ask for an R4 address`,
  ];
}

/** `R4` of `4.0.1`: the release a person may have heard of. */
export function versionWord(version: string | undefined): string {
  return releaseOf(version) ?? version ?? '';
}

/** Portals that answer, those of one endpoint together, each with the next command. */
export function foundText(found: readonly FoundPortal[]): string {
  const groups = new Map<string, FoundPortal[]>();
  for (const one of found) {
    const key = one.baseUrl ?? `no address ${one.next ?? ''}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [one]);
    else group.push(one);
  }
  return [...groups.values()].map(groupText).join('\n');
}

function groupText(group: readonly FoundPortal[]): string {
  const [first] = group;
  if (first === undefined) return '';
  const { baseUrl, fhirVersion, vendor, next } = first;
  const facts = [
    ...(fhirVersion === undefined ? [] : [`FHIR ${versionWord(fhirVersion)}`]),
    ...(baseUrl === undefined || vendor === undefined || !URL.canParse(baseUrl)
      ? []
      : [vendorOf({ baseUrl }).name]),
  ];
  const address = baseUrl === undefined ? 'No FHIR address is known of:' : visible(baseUrl);
  const lines = group.map((one) => `  ${line(one)}\n`);
  return [
    `${address}${facts.length === 0 ? '' : `  (${visible(facts.join(', '))})`}\n`,
    ...lines,
    ...(next === undefined ? [] : [`  $ ${next}\n`]),
  ].join('');
}

function line(found: FoundPortal): string {
  const { organization, partOf, websites, portal, portalUrl, directory, warnings, otherPlaces } = found;
  const place = placeText(found) + (otherPlaces > 0 ? ` and ${otherPlaces} more` : '');
  const parts = [
    organization === '' ? '(name withheld)' : organization,
    place,
    partOf.length === 0 ? '' : `part of ${partOf.filter((name) => name !== '').join(', of ')}`,
    websites[0] ?? '',
    portal === undefined && portalUrl === undefined
      ? ''
      : `portal ${[portal, portalUrl].filter(Boolean).join(' ')}`,
    directory,
  ];
  const text = visible(parts.filter((part) => part !== '').join(' · '));
  return warnings.length === 0 ? text : `${text} [${visible(warnings.join('; '))}]`;
}

/** `Springfield, IL 62701`, as far as it is known. */
function placeText({ city, state, postalCode }: DirectoryPlace): string {
  const region = [state, postalCode].filter((part) => part !== undefined).join(' ');
  return [city, region].filter((part) => part !== undefined && part !== '').join(', ');
}

function nextCommand(name: string, baseUrl: string | undefined, known?: KnownPortal): string | undefined {
  if (known?.vendor === 'practice') return 'bluebutton sandbox';
  if (known !== undefined) return `bluebutton portals add ${known.id} --client-id ID`;
  if (baseUrl === undefined || !isHttps(baseUrl)) return undefined;
  return `bluebutton portals add ${nameLike(name, 'my-clinic')} ${shellWord(baseUrl)} --client-id ID`;
}

function isHttps(baseUrl: string): boolean {
  return URL.canParse(baseUrl) && new URL(baseUrl).protocol === 'https:';
}
