import { isDeepStrictEqual } from 'node:util';

/** Follow from the others, so they say nothing about what somebody did. */
const DERIVED = new Set(['version', 'updatedAt', 'visible', 'visibleIn', 'priceRange', 'shownRange', 'inStock', 'ancestors']);

type State = Readonly<Record<string, unknown>>;

/** The fields in which two states differ, for an audit entry that can be read. */
export function differences(before: object, after: object): { before: State; after: State } {
  const [old, next] = [before as State, after as State];
  const names = Object.keys({ ...old, ...next }).filter((name) => !DERIVED.has(name) && !isDeepStrictEqual(old[name], next[name]));
  const only = (state: State) => Object.fromEntries(names.filter((name) => state[name] !== undefined).map((name) => [name, state[name]]));
  return { before: only(old), after: only(next) };
}
