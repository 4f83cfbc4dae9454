import type { Buyer } from '../../shared/buyer.js';
import type { Clock } from '../../shared/clock.js';
import { defineRoute, type Route } from '../../shared/http/route.js';
import { problems, success } from '../../shared/http/schemas.js';
import type { DynamicRule } from './dynamic-rules.js';
import type { LadderService } from './ladders.service.js';
import type { PricedVariant } from './price-book.js';
import { usualLadder } from './pricing.js';
import { previewAnswer, previewBody, type PreviewBody } from './price-book.schemas.js';

export type FindVariants = (skus: readonly string[]) => Promise<ReadonlyMap<string, PricedVariant>>;
type Deps = { ladders: LadderService; now: Clock; marketCurrency: string; findVariants: FindVariants };

/** The id of a rule that is only imagined. */
const DRAFT = 'draft';

export function previewRoutes(deps: Deps): Route[] {
  return [
    defineRoute<object, object, object, PreviewBody>({
      method: 'post', path: '/pricing/preview', summary: 'What somebody would pay, at any time and stock, with a rule that is not in force yet', tag: 'Pricing',
      description: 'Changes nothing. The same resolver as in catalogue and cart.',
      access: { permission: 'pricing:read' }, body: previewBody,
      responses: { 200: previewAnswer, ...problems(400, 401, 403) },
      handle: async ({ body }) => ({ status: 200, body: success('What it would cost.', await preview(deps, body)) }),
    }),
  ];
}

async function preview({ ladders, now, marketCurrency, findVariants }: Deps, { skus, currency = marketCurrency, at = now(), available, rule, buyer }: PreviewBody) {
  const found = await findVariants(skus);
  const variants = [...found.values()].map((variant) => (available === undefined ? variant : { ...variant, available }));
  const imagined: Buyer = { userId: null, ...buyer };
  const draft: DynamicRule | undefined = rule && { ...rule, id: DRAFT, version: 0, createdAt: at, updatedAt: at };
  const context = await ladders.imagine({ currency, buyer: imagined }, at, draft);
  const paid = context && await ladders.resolve(variants, context);
  return {
    items: variants.map(({ sku, prices }) => {
      const usual = usualLadder(prices, currency);
      return { sku, usual, ladder: paid?.get(sku) ?? usual };
    }),
    unknown: skus.filter((sku) => ![...found.keys()].some((known) => known.toLowerCase() === sku.toLowerCase())),
    lists: (context?.lists ?? []).map(({ id, name, priority }) => ({ id, name, priority })),
    rules: (context?.rules ?? []).map(({ id, name, priority }) => ({ id, name, priority })),
    rate: context?.rate ?? null,
  };
}
