/**
 * Gathers the calls that come while one is at work, and does them together next: a single call waits for nothing, and a
 * hundred at the same moment cost two runs. Each caller waits for the run that took its item, and fails with it.
 */
export function createBatcher<T>(run: (items: readonly T[]) => Promise<void>): (item: T) => Promise<void> {
  let waiting: { items: T[]; done: Promise<void> } | null = null;
  let current: Promise<unknown> | null = null;

  const start = (items: readonly T[]): Promise<void> => {
    const work = run(items);
    const over = work.catch(() => {}).then(() => { if (current === over) current = null; });
    current = over;
    return work;
  };

  return (item) => {
    if (!current) return start([item]);
    if (!waiting) {
      const items: T[] = [];
      const done = current.then(() => { waiting = null; return start(items); });
      waiting = { items, done };
    }
    waiting.items.push(item);
    return waiting.done;
  };
}
