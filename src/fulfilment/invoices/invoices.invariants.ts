import type { Invariant, Violation } from '../../shared/invariant.js';
import { faultOf, type Document } from './invoices.js';
import type { InvoiceRepository } from './invoices.repository.js';

const BATCH = 500;
type Deps = {
  invoices: InvoiceRepository;
  /** What these orders cost today, and how often each was changed since it was placed. */
  totalsOfOrders(orderIds: readonly string[]): Promise<ReadonlyMap<string, Readonly<{ grandTotal: number; isEdited: boolean }>>>;
};

export function invoiceInvariants(deps: Deps): Invariant[] {
  return [
    { name: 'invoice numbers have no gap', check: async () => (await deps.invoices.findGaps()).map(({ series, detail }) => ({ invariant: 'invoice numbers have no gap', subject: `series:${series}`, detail })) },
    { name: 'every invoice adds up and is what its order cost', check: () => walk(deps) },
  ];
}

async function walk({ invoices, totalsOfOrders }: Deps): Promise<Violation[]> {
  const found: Violation[] = [];
  for (let after: string | null = null; ;) {
    const documents: Document[] = await invoices.slice(after, BATCH);
    if (documents.length === 0) return found;
    const orders = await totalsOfOrders([...new Set(documents.map(({ orderId }) => orderId))]);
    found.push(...documents.flatMap((document) => faults(document, orders.get(document.orderId))));
    after = documents.at(-1)!.id;
  }
}

function faults(document: Document, order: { grandTotal: number; isEdited: boolean } | undefined): Violation[] {
  const { kind, number, supplements, totals: { gross } } = document;
  const fault = faultOf(document);
  const isWhole = kind === 'invoice' && supplements === undefined;
  const wrong = [
    ...(fault === null ? [] : [fault]),
    ...(order ? [] : ['its order does not exist']),
    ...(isWhole && order && !order.isEdited && order.grandTotal !== gross.amount ? [`says ${gross.amount}, the order ${order.grandTotal}`] : []),
  ];
  return wrong.map((detail) => ({ invariant: 'every invoice adds up and is what its order cost', subject: `document:${number}`, detail }));
}
