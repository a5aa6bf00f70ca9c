import { visible } from '../render/index.ts';
import type { CachedDirectory } from '../settings/index.ts';
import { counted } from './counted.ts';

/** `epic: 68412 organizations, 512 endpoints, 3 days old (https://…)`. */
export function directoryLine(directory: CachedDirectory, now: Date): string {
  const { name, organizations, endpoints, source, checked, timestamp } = directory;
  const made = timestamp === undefined ? '' : `, made ${timestamp.slice(0, 10)}`;
  const counts = `${counted(organizations, 'organization')}, ${counted(endpoints, 'endpoint')}`;
  return visible(`${name}: ${counts}, ${ageText(checked, now)}${made} (${source})`);
}

/** A directory as JSON tells it: without how it is kept. */
export function directoryFacts(directory: CachedDirectory): Omit<CachedDirectory, 'rows' | 'schema'> {
  const { rows: _, schema: __, ...facts } = directory;
  return facts;
}

/** How long ago a directory was last fetched, or found unchanged. */
function ageText(checked: string, now: Date): string {
  const days = Math.floor((now.getTime() - Date.parse(checked)) / 86_400_000);
  if (Number.isNaN(days)) return 'of unknown age';
  return days < 1 ? 'fetched today' : `${counted(days, 'day')} old`;
}
