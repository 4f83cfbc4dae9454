/** Lets so many pieces of work through at once; the others wait in the order in which they came. */
export function createGate(atOnce: number): <T>(work: () => Promise<T>) => Promise<T> {
  let running = 0;
  const waiting: Array<() => void> = [];
  return async (work) => {
    if (running >= atOnce) await new Promise<void>((resolve) => { waiting.push(resolve); });
    else running += 1;
    try {
      return await work();
    } finally {
      // The place is handed on, so that nobody who comes meanwhile slips in between.
      const next = waiting.shift();
      if (next) next();
      else running -= 1;
    }
  };
}
