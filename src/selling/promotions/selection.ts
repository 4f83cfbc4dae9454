import { money, sum, times, type Money } from '../../shared/money.js';
import type { RuleLine, Selection } from './promotions.js';

const names = (list: readonly string[] | undefined, value: string): boolean => list?.includes(value) ?? false;
const namesAny = (list: readonly string[] | undefined, values: readonly string[]): boolean => list?.some((one) => values.includes(one)) ?? false;

export function isSelected(line: RuleLine, selection: Selection): boolean {
  const { skus, productIds, categoryIds } = selection;
  const isOpen = skus === undefined && productIds === undefined && categoryIds === undefined;
  const isNamed = isOpen || names(skus, line.sku) || names(productIds, line.productId) || namesAny(categoryIds, line.categoryIds);
  const isExcluded = (selection.excludeSaleItems === true && line.onSale) || names(selection.excludedSkus, line.sku)
    || names(selection.excludedProductIds, line.productId) || namesAny(selection.excludedCategoryIds, line.categoryIds);
  return isNamed && !isExcluded;
}

export const quantityOf = (lines: readonly RuleLine[]): number => lines.reduce((so, { quantity }) => so + quantity, 0);

/** Before any promotion. */
export const subtotalOf = (lines: readonly RuleLine[], currency: string): Money =>
  sum(lines.map(({ unitPrice, quantity }) => times(money(unitPrice, currency), quantity)), currency);
