/** Runs work one after the other per key, in the order of arrival; work on other keys runs beside it. */
export type KeyedQueue = { run<T>(keys: readonly string[], work: () => Promise<T>): Promise<T> };

/**
 * Callers that want the same thing wait their turn in this process instead of colliding in the database, where every
 * collision costs a whole transaction. Only that: what is correct is decided by conditional writes, on all processes.
 */
export function createKeyedQueue(): KeyedQueue {
  const tails = new Map<string, Promise<void>>();

  return {
    /** Joins the lines of all keys at once, without a pause in between: nobody can wait for somebody who waits for him. */
    async run(keys, work) {
      const wanted = [...new Set(keys)];
      const before = wanted.map((key) => tails.get(key) ?? Promise.resolve());
      let done = () => {};
      const turn = new Promise<void>((resolve) => { done = resolve; });
      for (const key of wanted) tails.set(key, turn);
      try {
        await Promise.all(before);
        return await work();
      } finally {
        done();
        for (const key of wanted) if (tails.get(key) === turn) tails.delete(key);
      }
    },
  };
}
