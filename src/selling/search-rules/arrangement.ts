import { wordKey, type Arrangeable, type Arrangement } from '../search/index.js';

export type Action = 'boost' | 'bury' | 'pin';
export type RuleTerms = Readonly<{
  name: string; action: Action; isActive: boolean;
  when: Readonly<{ words?: string; match?: 'exactly' | 'within'; categoryId?: string; channel?: string; startsAt?: Date; endsAt?: Date }>;
  /** For a pin the products in order, the first at `position`. */
  target: Readonly<{ productIds: readonly string[]; brands: readonly string[]; categoryIds: readonly string[] }>;
  position: number; factor: number; priority: number;
}>;
export type SearchRule = RuleTerms & Readonly<{ id: string; version: number; createdAt: Date; updatedAt: Date }>;
export type Asked = Readonly<{ words: string; categoryId: string | undefined; channel: string | undefined; at: Date }>;

/** Whether a rule holds for what was asked. Words are compared as a search compares them: without plural, order and case. */
export function holds({ isActive, when }: RuleTerms, { words, categoryId, channel, at }: Asked): boolean {
  if (!isActive || (when.startsAt && at < when.startsAt) || (when.endsAt && at >= when.endsAt)) return false;
  if ((when.channel !== undefined && when.channel !== channel) || (when.categoryId !== undefined && when.categoryId !== categoryId)) return false;
  if (when.words === undefined) return true;
  const [own, asked] = [wordKey(when.words), wordKey(words)];
  return own.every((word) => asked.includes(word)) && (when.match === 'within' || own.length === asked.length);
}

/** Higher priorities first; the older of equals. */
export function arrangementOf(rules: readonly SearchRule[], asked: Asked): Arrangement | null {
  const found = rules.filter((rule) => holds(rule, asked)).sort((a, b) => b.priority - a.priority || a.createdAt.getTime() - b.createdAt.getTime() || (a.id < b.id ? -1 : 1));
  if (found.length === 0) return null;
  const pins = found.flatMap(({ action, target, position }) => (action === 'pin' ? target.productIds.map((id) => ({ id, position })) : []));
  const movers = found.filter(({ action }) => action !== 'pin');
  const factorOf = (entry: Arrangeable) => movers.reduce((so, rule) => (names(rule, entry) ? so * (rule.action === 'boost' ? 1 / rule.factor : rule.factor) : so), 1);
  return { pins, factorOf };
}

const names = ({ target: { productIds, brands, categoryIds } }: RuleTerms, { id, brand, categoryIds: within }: Arrangeable): boolean =>
  productIds.includes(id) || (brand !== null && brands.includes(brand)) || categoryIds.some((category) => within.includes(category));
