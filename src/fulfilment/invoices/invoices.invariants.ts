import { later, type Clock } from '../../shared/clock.js';
import type { Invariant, Violation } from '../../shared/invariant.js';
import { faultOf, type Document } from './invoices.js';
import type { InvoiceRepository } from './invoices.repository.js';

const BATCH = 500;
/** A correction is written soon after the money went back, not together with it. */
const SETTLED_MS = 60_000;
const KEPT = 'invoices minus credit notes are what the order keeps';
type Deps = {
  invoices: InvoiceRepository;
  /** What these orders cost today, whether each was changed since it was placed, and since when all of its money is back, where it is. */
  totalsOfOrders(orderIds: readonly string[]): Promise<ReadonlyMap<string, Readonly<{ grandTotal: number; isEdited: boolean; givenBackAt?: Date }>>>;
  now: Clock;
};

export function invoiceInvariants(deps: Deps): Invariant[] {
  return [
    { name: 'invoice numbers have no gap', check: async () => (await deps.invoices.findGaps()).map(({ series, detail }) => ({ invariant: 'invoice numbers have no gap', subject: `series:${series}`, detail })) },
    { name: 'every invoice adds up and is what its order cost', check: () => walk(deps, async (documents, orders) => documents.flatMap((document) => faults(document, orders.get(document.orderId)))) },
    { name: KEPT, check: () => walk(deps, (documents, orders) => notCorrected(deps, documents, orders)) },
  ];
}

type Totals = Awaited<ReturnType<Deps['totalsOfOrders']>>;
async function walk({ invoices, totalsOfOrders }: Deps, judge: (documents: Document[], orders: Totals) => Promise<Violation[]>): Promise<Violation[]> {
  const found: Violation[] = [];
  for (let after: string | null = null; ;) {
    const documents: Document[] = await invoices.slice(after, BATCH);
    if (documents.length === 0) return found;
    const orders = await totalsOfOrders([...new Set(documents.map(({ orderId }) => orderId))]);
    found.push(...await judge(documents, orders));
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

/** An order that was given up and paid back keeps nothing. Of others the documents alone cannot tell. */
async function notCorrected({ invoices, now }: Deps, documents: Document[], orders: Totals): Promise<Violation[]> {
  const ids = new Set(documents.filter(({ kind }) => kind === 'invoice').map(({ orderId }) => orderId));
  const decided = [...ids].filter((id) => (orders.get(id)?.givenBackAt ?? now()) < later(now(), -SETTLED_MS));
  const open = decided.length === 0 ? [] : await invoices.openOf(decided);
  return open.filter(({ gross }) => gross !== 0).map(({ orderId, gross }) => ({ invariant: KEPT, subject: `order:${orderId}`, detail: `all of it went back, and its documents still say ${gross}` }));
}
