import { footprintOf, type Footprint, type FootprintInput } from '../../shared/footprint/footprint.js';

/** Goods that travelled back; grams of CO2e. */
export type ReturnTransport = Readonly<{ returnId: string; grams: number; lines: ReadonlyArray<Readonly<{ id: string; quantity: number; grams: number }>> }>;
/** What placing an order meant for the climate. `input` is kept, so that the same comes out again whatever becomes of the products. */
export type OrderFootprint = Readonly<{ orderId: string; number: string; at: Date; input: FootprintInput; footprint: Footprint; returns: readonly ReturnTransport[]; returnGrams: number }>;

/** Back the way it came, by the method that it came by. What is unknown of the way there is unknown of the way back. */
export function returnTransportOf(input: FootprintInput, returnId: string, units: ReadonlyArray<Readonly<{ itemId: string; quantity: number }>>): ReturnTransport {
  const lines = input.lines.flatMap((line) => {
    const quantity = units.reduce((so, unit) => (unit.itemId === line.id ? so + unit.quantity : so), 0);
    return quantity > 0 ? [{ ...line, quantity, productionGrams: 0, packagingGrams: 0 }] : [];
  });
  const { lines: parts, transport } = footprintOf({ ...input, lines });
  return { returnId, grams: transport, lines: parts.map(({ id, quantity, transport: grams }) => ({ id, quantity, grams })) };
}
