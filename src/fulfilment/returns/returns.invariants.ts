import type { Invariant } from '../../shared/invariant.js';
import type { ReturnAuditRepository } from './returns-audit.repository.js';

export function returnInvariants(audit: ReturnAuditRepository): Invariant[] {
  const names = { units: 'returns.units_equal_orders', receipts: 'returns.receipts_count_once' };
  return [
    { name: names.units, check: async () => (await audit.findUnlikeOrders()).map(({ _id, waiting, returned, writtenOff }) =>
      ({ invariant: names.units, subject: `order:${_id.order}`, detail: `item ${_id.item}: returns and claims differ by ${waiting} requested, ${returned} returned, ${writtenOff} written off` })) },
    { name: names.receipts, check: async () => (await audit.findUnlikeReceipts()).map(({ _id, receipts, lines }) =>
      ({ invariant: names.receipts, subject: `return:${String(_id)}`, detail: `receipts hold ${receipts} units, lines ${lines}` })) },
  ];
}
