import { understand } from '../../src/selling/search/voice.js';
import { minorOf } from '../../src/selling/search/price-words.js';
import type { Filters } from '../../src/selling/search/search.js';
import { indexed, loadCatalogue, type Product } from './search.js';
import { seeded, speak, type Random, type Spoken } from './speech.js';

const CASES = 100;
const PAGE = 20;
const CURRENCY = 'USD';
export type VoiceQuality = { cases: number; same: number; missed: ReadonlyArray<Spoken & { understood: string }>; p95Ms: number };

/** Queries as given, and as many more as needed from the names of products: a few words that stand together in one. */
function queriesOf(products: readonly Product[], given: readonly string[], random: Random): string[] {
  const more = Array.from({ length: CASES * 2 }, () => {
    const words = products[random(products.length)]!.title.split(/[,(|–]| - /)[0]!.trim().split(/\s+/);
    const length = 2 + random(3);
    return words.slice(0, length).join(' ');
  }).filter((query) => /^[\w .'&%/-]+$/.test(query) && query.length > 5);
  return [...given, ...more].slice(0, CASES);
}

/** Says typed queries aloud and compares the first pages, in order. */
export function measureVoice(folder: string, { seed = 1, onlyNames = false } = {}): VoiceQuality {
  const { products, judged } = loadCatalogue(folder);
  const engine = indexed(products);
  const random = seeded(seed);
  const spoken = queriesOf(products, onlyNames ? [] : judged.map(({ query }) => query), random).map((query) => speak(query, random));
  const hearing = engine.hearing('staff');
  const page = (text: string, price: Pick<Filters, 'priceFrom' | 'priceTo'>) => engine.search({ text, filters: { attributes: {}, ...price }, facets: [], currency: CURRENCY, audience: 'staff', sort: 'relevance', skip: 0, take: PAGE }).ids.join();
  const took: number[] = [];
  const missed = spoken.flatMap((one) => {
    const begun = performance.now();
    const { q, price } = understand(one.transcript, hearing);
    took.push(performance.now() - begun);
    const limits = (from: number | undefined, to: number | undefined) => ({ ...(from !== undefined && { priceFrom: minorOf(from, CURRENCY) }), ...(to !== undefined && { priceTo: minorOf(to, CURRENCY) }) });
    return page(q, limits(price?.from, price?.to)) === page(one.typed, limits(one.from, one.to)) ? [] : [{ ...one, understood: `${q} ${JSON.stringify(price)}` }];
  });
  return { cases: spoken.length, same: spoken.length - missed.length, missed, p95Ms: took.sort((a, b) => a - b)[Math.floor(took.length * 0.95)]! };
}
