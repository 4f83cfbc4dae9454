import type { SearchEntry } from './search.js';

/** What a rule looks at. */
export type Arrangeable = Pick<SearchEntry, 'id' | 'brand' | 'categoryIds'>;
/** What the shop wants over the ranking: products on places, the more important first, and others moved by a factor of their place (below 1 is up). */
export type Arrangement = Readonly<{ pins: ReadonlyArray<Readonly<{ id: string; position: number }>>; factorOf(entry: Arrangeable): number }>;

/** By place alone, so that the same ranking always gives the same order; equals keep theirs. */
export function arranged<T extends Arrangeable>(hits: readonly T[], { pins, factorOf }: Arrangement): T[] {
  const places = placesOf(pins, new Set(hits.map(({ id }) => id)));
  const moved = hits.filter(({ id }) => !places.has(id)).map((entry, at) => ({ entry, at, worth: (at + 1) * factorOf(entry) }))
    .sort((a, b) => a.worth - b.worth || a.at - b.at).map(({ entry }) => entry);
  const pinned = hits.filter(({ id }) => places.has(id)).map((entry) => ({ entry, place: places.get(entry.id)! })).sort((a, b) => a.place - b.place);
  for (const { entry, place } of pinned) moved.splice(Math.min(place - 1, moved.length), 0, entry);
  return moved;
}

/** A product is pinned once and a place taken once. What the asker does not find takes none: a gap would tell of it. */
function placesOf(pins: Arrangement['pins'], hits: ReadonlySet<string>): Map<string, number> {
  const places = new Map<string, number>();
  const taken = new Set<number>();
  for (const { id, position } of pins) {
    if (places.has(id) || !hits.has(id)) continue;
    let place = position;
    while (taken.has(place)) place += 1;
    places.set(id, place);
    taken.add(place);
  }
  return places;
}
