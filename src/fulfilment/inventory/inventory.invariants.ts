import type { Invariant } from '../../shared/invariant.js';
import type { Difference, StockAuditRepository } from './stock-audit.repository.js';

const subject = ({ sku, warehouseId }: Difference): string => `stock:${sku}@${warehouseId}`;
const owedIn = ({ backordered = 0 }: Difference): string => (backordered === 0 ? '' : `, ${backordered} owed`);

export function inventoryInvariants(audit: StockAuditRepository): Invariant[] {
  const invariant = <Row>(name: string, find: () => Promise<Row[]>, tell: (row: Row) => { subject: string; detail: string }): Invariant =>
    ({ name, check: async () => (await find()).map((row) => ({ invariant: name, ...tell(row) })) });
  return [
    invariant('stock.reserved_within_on_hand', () => audit.findUnsound(), (row) =>
      ({ subject: subject(row), detail: `${row.reserved} reserved of ${row.onHand} on hand${owedIn(row)}` })),
    invariant('stock.level_equals_movements', () => audit.findUnlikeMovements(), (row) =>
      ({ subject: subject(row), detail: `movements differ by ${row.onHand} on hand, ${row.reserved} reserved${owedIn(row)}` })),
    invariant('stock.reserved_equals_holds', () => audit.findUnlikeHolds(), (row) =>
      ({ subject: subject(row), detail: `holds differ from reserved by ${row.reserved}${owedIn(row)}` })),
    invariant('stock.transfers_equal_movements', () => audit.findUnlikeTransfers(), ({ transferId, sku, units }) =>
      ({ subject: `transfer:${transferId}`, detail: `${sku}: on the road and in the ledger differ by ${units}` })),
    invariant('stock.holds_are_whole', () => audit.findBrokenHolds(), ({ orderId, sku, state, quantity }) =>
      ({ subject: `order:${orderId}`, detail: `hold of ${sku} is ${state} with ${quantity} units` })),
  ];
}
