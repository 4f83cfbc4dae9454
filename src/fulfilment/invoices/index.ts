import type { Connection } from 'mongoose';
import type { Subscriber } from '../../shared/events/outbox.js';
import type { Invariant } from '../../shared/invariant.js';
import { createKeyedQueue } from '../../shared/keyed-queue.js';
import { invoiceInvariants } from './invoices.invariants.js';
import { InvoiceRepository } from './invoices.repository.js';
import { invoiceRoutes, type InvoiceRouteDeps } from './invoices.routes.js';
import { InvoiceService, type InvoiceDeps } from './invoices.service.js';
import { toPdf } from './pdf/invoice-pdf.js';

type Deps = Omit<InvoiceDeps, 'invoices' | 'queue'> & Pick<InvoiceRouteDeps, 'getOrder'> & Pick<Parameters<typeof invoiceInvariants>[0], 'totalsOfOrders'> & { connection: Connection };

/** Events after which an order may be due for an invoice, or its invoice for a correction. */
const HEARD = ['order.placed', 'payment.succeeded', 'payment.captured', 'order.shipped', 'order.delivered', 'order.completed', 'fulfilment.shipped', 'order.edited', 'order.cancelled', 'order.owed_less', 'payment.refunded', 'order.tenders_refunded', 'order.refunded_to_store_credit'];

export function createInvoices(deps: Deps) {
  const invoices = new InvoiceRepository(deps.connection);
  const service = new InvoiceService({ ...deps, invoices, queue: createKeyedQueue() });
  const subscribers: Subscriber[] = [{ name: 'invoices', on: HEARD, handle: (event) => service.hear(event) }];
  const invariants: Invariant[] = invoiceInvariants({ invoices, totalsOfOrders: deps.totalsOfOrders, now: deps.now });
  return { personalData: invoices.personalData, service, subscribers, invariants, routes: invoiceRoutes({ invoices: service, getOrder: deps.getOrder, toPdf }) };
}
