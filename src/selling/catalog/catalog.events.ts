import type { Cache } from '../../shared/cache/cache.js';
import type { Subscriber } from '../../shared/events/outbox.js';
import type { AvailabilityService } from './availability.service.js';
import { CATEGORIES, type CategoryService } from './categories.service.js';
import type { LiveTree } from './live-tree.js';
import { LISTS, productTag, STOCK_LISTS } from './product-changes.js';

type Deps = { cache: Pick<Cache, 'invalidate'>; tree: LiveTree; availability: Pick<AvailabilityService, 'refresh'>; categories: Pick<CategoryService, 'clearReferences'> };

const PRODUCT_EVENTS = ['product.created', 'product.updated', 'product.archived', 'product.published', 'products.imported', 'price.changed'];
const CATEGORY_EVENTS = ['category.created', 'category.updated', 'category.moved', 'category.deleted'];

const textsOf = (value: unknown): string[] => (Array.isArray(value) ? value.filter((one) => typeof one === 'string') : []);

/**
 * Everything here was done once already, right after the commit. It is done again from the outbox for the case that the
 * process or the cache was away at that moment, and all of it may be repeated.
 */
export function catalogSubscribers({ cache, tree, availability, categories }: Deps): Subscriber[] {
  return [
    {
      name: 'catalog-cache', on: [...PRODUCT_EVENTS, ...CATEGORY_EVENTS],
      handle: async ({ type, data }) => {
        if (type.startsWith('category.')) {
          tree.forget();
          return cache.invalidate([CATEGORIES, LISTS, STOCK_LISTS]);
        }
        const ids = [...textsOf(data['productIds']), ...(typeof data['productId'] === 'string' ? [data['productId']] : [])];
        return cache.invalidate([...ids.map(productTag), LISTS, STOCK_LISTS]);
      },
    },
    {
      name: 'catalog-availability', on: ['stock.changed', 'order.created', 'order.cancelled', 'order.expired'],
      handle: ({ data }) => availability.refresh(textsOf(data['skus'])),
    },
    {
      name: 'catalog-categories', on: ['category.deleted'],
      handle: async ({ data }) => {
        await categories.clearReferences(String(data['categoryId']), typeof data['reassignedTo'] === 'string' ? data['reassignedTo'] : null);
      },
    },
  ];
}
