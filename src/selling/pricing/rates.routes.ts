import { actorOf } from '../../shared/http/caller.js';
import { defineRoute, type Route } from '../../shared/http/route.js';
import { problems, success } from '../../shared/http/schemas.js';
import type { NewRate, PriceBookService } from './price-book.service.js';
import {
  currenciesAnswer, currencyAnswer, currencyParams, rateAnswer, rateBody, ratesAnswer, ratesQuery, roundingBody, type CurrencyParams, type RatesQuery, type RoundingBody,
} from './price-book.schemas.js';

const read = { tag: 'Pricing', access: { permission: 'pricing:read' } } as const;
const write = { tag: 'Pricing', access: { permission: 'products:write' } } as const;

export function rateRoutes(prices: PriceBookService): Route[] {
  return [
    defineRoute<object, RatesQuery>({
      ...read, method: 'get', path: '/exchange-rates', summary: 'List exchange rates, the newest first', query: ratesQuery,
      responses: { 200: ratesAnswer, ...problems(400, 401, 403) },
      handle: async ({ query: { base, quote, ...query } }) => ({ status: 200, body: success('The exchange rates.', await prices.rates({ base, quote }, query)) }),
    }),
    defineRoute<object, object, object, NewRate>({
      ...write, method: 'post', path: '/exchange-rates', summary: 'Add an exchange rate', body: rateBody, idempotency: 'optional',
      description: "Rates are only ever added. Prices that are not entered in a currency are converted from the market's; the rate's id is their priceSource and stays on the order.",
      responses: { 201: rateAnswer, ...problems(400, 401, 403, 409, 422) },
      handle: async ({ body }, { caller }) => ({ status: 201, body: success('The rate is added.', await prices.addRate(body, actorOf(caller))) }),
    }),
    defineRoute({
      ...read, method: 'get', path: '/currency-roundings', summary: 'How converted prices end, by currency', description: 'All of them are one page.',
      responses: { 200: currenciesAnswer, ...problems(400, 401, 403) },
      handle: async () => {
        const items = await prices.roundings();
        return { status: 200, body: success('The roundings.', { items, total: items.length, pages: 1, current_page: 1, per_page: items.length }) };
      },
    }),
    defineRoute<CurrencyParams, object, object, RoundingBody>({
      ...write, method: 'put', path: '/currency-roundings/:currency', summary: 'Set how converted prices of a currency end', params: currencyParams, body: roundingBody,
      responses: { 200: currencyAnswer, ...problems(400, 401, 403, 409) },
      handle: async ({ params, body }, { caller }) => ({ status: 200, body: success('The rounding is set.', await prices.setRounding(params.currency, body.rounding, actorOf(caller))) }),
    }),
  ];
}
