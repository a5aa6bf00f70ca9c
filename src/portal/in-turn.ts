/** Does a piece of work when its turn has come. */
export type InTurn = <Result>(key: string, work: () => Promise<Result>) => Promise<Result>;

/** Lets at most `limit` pieces of work with the same key run at a time; the others wait, first come, first served. */
export function inTurn(limit: number): InTurn {
  const running = new Map<string, number>();
  const waiting = new Map<string, (() => void)[]>();
  return async (key, work) => {
    const now = running.get(key) ?? 0;
    if (now < limit) running.set(key, now + 1);
    else await new Promise<void>((go) => waiting.set(key, [...(waiting.get(key) ?? []), go]));
    try {
      return await work();
    } finally {
      // The place goes to the next in line, or is given up.
      const next = waiting.get(key)?.shift();
      if (next !== undefined) next();
      else running.set(key, (running.get(key) ?? 1) - 1);
    }
  };
}
