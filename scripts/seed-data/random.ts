export type Random = Readonly<{
  between: (low: number, high: number) => number;
  percent: (chance: number) => boolean;
  pick: <T>(from: readonly T[]) => T;
  /** `count` different ones, in the order of the list. */
  some: <T>(from: readonly T[], count: number) => T[];
}>;

/** Numbers that follow from a name alone, so that a new product in the data leaves all others as they were. */
export function randomFor(name: string): Random {
  const next = mulberry32(fnv1a(name));
  const between = (low: number, high: number) => low + Math.floor(next() * (high - low + 1));
  return {
    between,
    percent: (chance) => between(1, 100) <= chance,
    pick: (from) => from[between(0, from.length - 1)]!,
    some: (from, count) => {
      const left = from.map((_, index) => index);
      const chosen = Array.from({ length: Math.min(count, from.length) }, () => left.splice(between(0, left.length - 1), 1)[0]!);
      return chosen.sort((a, b) => a - b).map((index) => from[index]!);
    },
  };
}

function mulberry32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return hash >>> 0;
}
