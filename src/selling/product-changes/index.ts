import type { Connection } from 'mongoose';
import { ProductChangeRepository } from './product-changes.repository.js';
import { productChangeRoutes } from './product-changes.routes.js';
import { ProductChangeService, type ProductChangeDeps } from './product-changes.service.js';

export function createProductChanges({ connection, ...deps }: Omit<ProductChangeDeps, 'changes'> & { connection: Connection }) {
  const changes = new ProductChangeRepository(connection);
  return { personalData: changes.personalData, routes: productChangeRoutes(new ProductChangeService({ ...deps, changes })) };
}
