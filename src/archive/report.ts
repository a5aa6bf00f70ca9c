import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BlueButtonError } from '../errors/index.ts';
import type { BagLink } from './chain.ts';

/** Something that is not as it was written. */
export interface Problem {
  /** Relative to the archive. */
  path: string;
  /** One sentence. */
  problem: string;
  /** What the file held, e.g. `12 Observation resources`, where that is still known. */
  holds?: string;
}

/** What `verifyArchive` found. The archive is whole when there are no problems. */
export interface Verification {
  bags: number;
  /** Files of bags that were read, and their size. */
  files: number;
  bytes: number;
  problems: Problem[];
  /** What is worth knowing and no damage: foreign files outside of bags, branches of a history. */
  notes: { path: string; note: string }[];
  /**
   * The last bags of each source, by its path. Nothing in the archive names them, so their removal shows only to who
   * remembers them from an earlier run.
   */
  heads: Record<string, BagLink[]>;
}

/** A verification in the making. */
export class Report implements Verification {
  bags = 0;
  files = 0;
  bytes = 0;
  readonly problems: Problem[] = [];
  readonly notes: { path: string; note: string }[] = [];
  readonly heads: Record<string, BagLink[]> = {};

  problem(path: string, problem: string, holds?: string): void {
    this.problems.push({ path, problem, ...(holds === undefined ? {} : { holds }) });
  }

  note(path: string, note: string): void {
    this.notes.push({ path, note });
  }

  /** Does a step; damage it meets becomes a problem at `path`, and the result `undefined`. */
  async attempt<Result>(path: string, step: () => Promise<Result>): Promise<Result | undefined> {
    try {
      return await step();
    } catch (thrown) {
      if (!(thrown instanceof BlueButtonError) || thrown.code !== 'archive-damaged') throw thrown;
      this.problem(path, thrown.why ?? thrown.message);
      return undefined;
    }
  }
}

/** What a payload file of a bag held, from what the bag's own lists still say. `file` is relative to the bag. */
export async function holdsOf(bag: string, file: string): Promise<string | undefined> {
  const type = /^data\/fhir(?:-[a-z\d]+)?\/([A-Za-z]+)\.ndjson$/.exec(file)?.[1];
  if (type !== undefined) {
    const changes = (await linesOf(bag, 'changes.ndjson')).filter(
      (line) => line.includes(`"resourceType":"${type}"`) && line.includes('"sha256"'),
    );
    return changes.length === 0
      ? undefined
      : `${changes.length} ${type} ${changes.length === 1 ? 'resource' : 'resources'}`;
  }
  if (!file.startsWith('data/documents/')) return undefined;
  const line = (await linesOf(bag, 'documents.ndjson')).find((text) => text.includes(JSON.stringify(file)));
  if (line === undefined) return undefined;
  const named = /"resourceType":"([A-Za-z]+)","id":"([^"\\]+)"/.exec(line);
  return named === null ? 'an imported file' : `an attachment of ${named[1]}/${named[2]}`;
}

async function linesOf(bag: string, name: string): Promise<string[]> {
  const text = await readFile(join(bag, 'data', name), 'utf8').catch(() => '');
  return text.split('\n');
}
