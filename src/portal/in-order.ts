/** Works on up to `limit` items at once and yields the results in the order of the items. */
export async function* inOrder<Item, Result>(
  items: Iterable<Item>,
  limit: number,
  work: (item: Item) => Promise<Result>,
): AsyncGenerator<[Item, Result]> {
  const running: { item: Item; result: Promise<Result> }[] = [];
  for (const item of items) {
    const result = work(item);
    // A failure is thrown where its turn comes; until then it is not unhandled.
    result.catch(() => undefined);
    running.push({ item, result });
    const first = running.length < limit ? undefined : running.shift();
    if (first !== undefined) yield [first.item, await first.result];
  }
  for (const { item, result } of running) yield [item, await result];
}
