import { oauthFaults } from './oauth-faults.ts';
import { searchFaults } from './search-faults.ts';

/** One misbehaviour of a portal that can be switched on. */
export interface Fault {
  /** The word that switches it on, e.g. `next-loop`. */
  name: string;
  /** What the portal then does, in one line. */
  what: string;
  /** How often it strikes when no count is given; absent: every time. */
  times?: number;
}

/** Every fault there is. */
export const faultTable: readonly Fault[] = [...oauthFaults, ...searchFaults];

interface Switch {
  where: string | undefined;
  left: number;
}

/**
 * The faults that are switched on: `NAME`, `NAME@WHERE` (a resource type, or a part of the request's path) and
 * `NAME*COUNT` (strikes so often, then no more), or both, `NAME@WHERE*COUNT`.
 */
export class FaultSwitches {
  readonly #switches = new Map<string, Switch[]>();

  /** @returns the words that name no fault are left out; see `unknownFaults`. */
  constructor(words: readonly string[]) {
    for (const word of words) {
      const { name, where, count } = parts(word);
      const fault = faultTable.find((one) => one.name === name);
      if (fault === undefined) continue;
      const left = count ?? fault.times ?? Number.POSITIVE_INFINITY;
      this.#switches.set(name, [...(this.#switches.get(name) ?? []), { where, left }]);
    }
  }

  /** True when the fault strikes now; it is then counted. `where` is what the request is about: a type, a path. */
  strikes(name: string, where = ''): boolean {
    const found = this.#switches
      .get(name)
      ?.find((one) => one.left > 0 && (one.where === undefined || where.includes(one.where)));
    if (found === undefined) return false;
    found.left -= 1;
    return true;
  }

  /** True when the fault is switched on at all, whether or not it has strikes left; nothing is counted. */
  isOn(name: string): boolean {
    return this.#switches.has(name);
  }
}

/** The words that name no fault. */
export function unknownFaults(words: readonly string[]): string[] {
  return words.filter((word) => !faultTable.some(({ name }) => name === parts(word).name));
}

function parts(word: string): { name: string; where: string | undefined; count: number | undefined } {
  const [, name = word, where, count] = /^([a-z0-9-]+)(?:@([^*]+))?(?:\*(\d+))?$/.exec(word) ?? [];
  return { name, where, count: count === undefined ? undefined : Number(count) };
}
