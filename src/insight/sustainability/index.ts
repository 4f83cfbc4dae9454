import type { Connection } from 'mongoose';
import type { OrderOwner } from '../../fulfilment/orders/index.js';
import type { Place } from '../../shared/footprint/places.js';
import { FootprintRepository } from './sustainability.repository.js';
import { sustainabilityRoutes } from './sustainability.routes.js';
import { SustainabilityService, type TravellingOrder } from './sustainability.service.js';

type Hold = Readonly<{ sku: string; warehouseId: string }>;
type Site = Readonly<{ id: string; location: Readonly<{ country: string; lat?: number; lng?: number }> }>;
type Deps = {
  connection: Connection; home: string; findOrder(orderId: string): Promise<TravellingOrder | null>; getOrder(orderId: string, owner: OrderOwner): Promise<{ id: string }>;
  variantsOf: ConstructorParameters<typeof SustainabilityService>[0]['variantsOf']; holdsOf(orderId: string): Promise<readonly Hold[]>; warehouses(): Promise<readonly Site[]>;
};

export function createSustainability({ connection, home, findOrder, getOrder, variantsOf, holdsOf, warehouses }: Deps) {
  const sendersOf = async (orderId: string): Promise<ReadonlyMap<string, Place>> => {
    const [holds, sites] = [await holdsOf(orderId), await warehouses()];
    return new Map(holds.flatMap(({ sku, warehouseId }): Array<[string, Place]> => {
      const site = sites.find(({ id }) => id === warehouseId);
      return site ? [[sku, { country: site.location.country, ...(site.location.lat !== undefined && { lat: site.location.lat }), ...(site.location.lng !== undefined && { lng: site.location.lng }) }]] : [];
    }));
  };
  const service = new SustainabilityService({ footprints: new FootprintRepository(connection), findOrder, variantsOf, sendersOf, home });
  return { routes: sustainabilityRoutes({ service, getOrder }), subscribers: [service.subscriber] };
}
