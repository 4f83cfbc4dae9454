import type { Money } from '../../shared/money.js';
import type { Orders } from '../orders/index.js';
import type { Box } from './shipping.js';

/** What delivery asks of orders and of the catalogue; both come after it in the order of things, so that it is told of them later. */
export type ShippingOrders = Readonly<{
  goods: Pick<Orders['goods'], 'get' | 'fulfilmentsOf'>; fulfilments: Pick<Orders['fulfilments'], 'create' | 'ship' | 'deliver' | 'deliverTracked' | 'track'>;
}>;
export type ShippedVariant = Readonly<{
  sku: string; productName: string; weightGrams?: number; dimensionsMm?: Box;
  shipping?: Readonly<{ hsCode?: string; originCountry?: string; customsValue?: Money }>;
}>;
export type VariantsOf = (skus: readonly string[]) => Promise<ReadonlyMap<string, ShippedVariant>>;
/** What an order still holds, and where. */
export type HoldsOf = (orderId: string) => Promise<ReadonlyArray<Readonly<{ warehouseId: string; sku: string; quantity: number; lines: ReadonlyArray<{ lineId: string; quantity: number }> }>>>;
