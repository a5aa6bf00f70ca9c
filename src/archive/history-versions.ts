import type { Archive } from './archive.ts';
import type { Bag } from './chain.ts';
import type { ChangeLine } from './change-file.ts';
import { datedBags, readContents } from './history.ts';
import type { SourceFolder } from './people.ts';
import { resourceFile } from './resource-file.ts';
import { StoredResources } from './stored-resources.ts';

/** What one bag tells of a resource. */
export interface VersionEvent {
  bag: Bag;
  change: ChangeLine['change'];
  /** The version that came, or came back. */
  stored?: { sha256: string; path: string; text: string };
  /** Where it was renumbered: the `Type/id` it has now. */
  to?: string;
  /** Where it is new because another was renumbered: the `Type/id` that one had. */
  from?: string;
}

/**
 * Everything the bags of a source tell of a resource, in their order; empty where none tells of it.
 *
 * @param name `Type/id`.
 * @throws BlueButtonError `archive-damaged` when a version is not as it was stored.
 */
export async function versionsOf(
  archive: Archive,
  source: SourceFolder,
  name: string,
): Promise<VersionEvent[]> {
  const stored = new StoredResources(archive);
  const paths = new Map<string, string>();
  const events: VersionEvent[] = [];
  for (const { bag, ledger } of await datedBags(archive, source)) {
    const { changes } = await readContents(archive, source, bag);
    const former = changes.find(
      (line) => line.change === 'renumbered' && `${line.resourceType}/${line.to}` === name,
    );
    for (const line of changes) {
      const { change, resourceType, id } = line;
      if (`${resourceType}/${id}` !== name) continue;
      if (!('sha256' in line)) {
        events.push({ bag, change, ...('to' in line && { to: `${resourceType}/${line.to}` }) });
        continue;
      }
      const { sha256 } = line;
      // What came back as it was held lies where it came first.
      const path =
        paths.get(sha256) ?? `${bag.path}/data/${resourceFile(resourceType, ledger?.fhirVersion ?? '')}`;
      paths.set(sha256, path);
      events.push({
        bag,
        change,
        stored: { sha256, path, text: await stored.textOf({ resourceType, id, path, sha256 }) },
        ...(former && { from: `${former.resourceType}/${former.id}` }),
      });
    }
  }
  return events;
}
