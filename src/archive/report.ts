import { BlueButtonError } from '../errors/index.ts';
import type { BagLink } from './chain.ts';
import { readingProblem } from './storage-error.ts';

/** What is known of something that is not as it was written. */
export interface ProblemFacts {
  /** What the file held, e.g. `12 Observation resources of Jane Doe from medicare, pull 0003`, where that is still known. */
  holds?: string;
  /** SHA-256 that the file should have, where something sound says so. */
  sha256?: string;
  /** A bag that should be there and is not, or is another: its path, and the SHA-256 of its tag manifest. */
  lacks?: { path: string; sha256: string };
}

/** Something that is not as it was written. */
export interface Problem extends ProblemFacts {
  /** Relative to the archive. */
  path: string;
  /** One sentence. */
  problem: string;
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
  /** Every bag by its path, with the SHA-256 of its tag manifest where that can be read. */
  seals: Map<string, string | undefined>;
}

/** A verification in the making. */
export class Report implements Verification {
  bags = 0;
  files = 0;
  bytes = 0;
  readonly problems: Problem[] = [];
  readonly notes: { path: string; note: string }[] = [];
  readonly heads: Record<string, BagLink[]> = {};
  readonly seals = new Map<string, string | undefined>();

  problem(path: string, problem: string, facts: ProblemFacts = {}): void {
    this.problems.push({ path, problem, ...facts });
  }

  note(path: string, note: string): void {
    this.notes.push({ path, note });
  }

  /**
   * Does a step; damage it meets becomes a problem at `path`, and the result `undefined`. That the disk cannot read one
   * place is damage of that place: the others are still to be checked.
   */
  async attempt<Result>(
    path: string,
    step: () => Promise<Result>,
    facts?: () => Promise<ProblemFacts>,
  ): Promise<Result | undefined> {
    try {
      return await step();
    } catch (thrown) {
      const isDamage = thrown instanceof BlueButtonError && thrown.code === 'archive-damaged';
      const problem = isDamage ? thrown.why : readingProblem(thrown);
      if (problem === undefined) throw thrown;
      this.problem(path, problem, await facts?.());
      return undefined;
    }
  }
}
