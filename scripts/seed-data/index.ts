import { seedCategories } from './categories.js';
import { CUSTOMERS } from './customers.js';
import { seedOrders } from './orders.js';
import { seedProducts } from './products.js';
import { seedStock } from './stock.js';
import type { SeedCategory, SeedCustomer, SeedOrder, SeedProduct, SeedStock, SeedWarehouse } from './types.js';
import { WAREHOUSES } from './warehouses.js';

export type * from './types.js';

export type SeedCatalogue = Readonly<{
  categories: readonly SeedCategory[];
  products: readonly SeedProduct[];
  warehouses: readonly SeedWarehouse[];
  stock: readonly SeedStock[];
  customers: readonly SeedCustomer[];
  orders: readonly SeedOrder[];
}>;

/** The demo shop. The same on each run and each machine: nothing here reads a clock or an unseeded number. */
export function seedCatalogue(): SeedCatalogue {
  const products = seedProducts();
  const stock = seedStock(products);
  return { categories: seedCategories(), products, warehouses: WAREHOUSES, stock, customers: CUSTOMERS, orders: seedOrders(products, stock) };
}
