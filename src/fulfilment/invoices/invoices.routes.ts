import type { Reply } from '../../shared/http/reply.js';
import { defineRoute } from '../../shared/http/route.js';
import { problems, success } from '../../shared/http/schemas.js';
import { orderOwnerOf, type OrderOwner } from '../orders/index.js';
import type { Document } from './invoices.js';
import type { InvoiceService } from './invoices.service.js';
import {
  documentAnswer, documentHeaders, documentListQuery, documentPage, documentParams, documentsAnswer, formatQuery, presentDocument,
  type DocumentHeaders, type DocumentListQuery, type DocumentParams, type FormatQuery,
} from './invoices.schemas.js';

const PDF = 'application/pdf';

export type InvoiceRouteDeps = {
  invoices: InvoiceService;
  /** Throws where this owner has no such order. */
  getOrder(orderId: string, owner: OrderOwner): Promise<{ id: string }>;
  toPdf(document: Document): Promise<Buffer>;
};

export function invoiceRoutes({ invoices, getOrder, toPdf }: InvoiceRouteDeps) {
  const answer = async (document: Document, sentence: string, { format }: FormatQuery, { accept = '' }: DocumentHeaders): Promise<Reply> => {
    const asPdf = format === 'pdf' || (format === undefined && accept.includes(PDF));
    if (!asPdf) return { status: 200, version: 1, body: success(sentence, presentDocument(document)) };
    const body = await toPdf(document);
    return { status: 200, bytes: { etag: '', body, gzip: null }, contentType: PDF, headers: { 'Content-Disposition': `inline; filename="${document.number}.pdf"` } };
  };
  const staff = { tag: 'Invoices', access: { permission: 'orders:read' } } as const;
  const owner = { tag: 'Invoices', access: { scope: 'orders:read', user: 'optional', staff: 'orders:read' } } as const;
  const one = { produces: ['application/json', PDF], params: documentParams, query: formatQuery, headers: documentHeaders, responses: { 200: documentAnswer, ...problems(400, 401, 403, 404) } } as const;
  const all = { query: documentListQuery, responses: { 200: documentPage, ...problems(400, 401, 403) } } as const;
  const list = async (kind: Document['kind'], query: DocumentListQuery) => {
    const { order_id: orderId, number, series } = query;
    const page = await invoices.list({ kind, ...(orderId !== undefined && { orderId }), ...(number !== undefined && { number }), ...(series !== undefined && { series }) }, query);
    return { ...page, items: page.items.map(presentDocument) };
  };

  return [
    defineRoute<DocumentParams, FormatQuery, DocumentHeaders>({
      ...owner, ...one, method: 'get', path: '/orders/:id/invoice', summary: 'The invoice of an order, as JSON or PDF',
      description: 'Issued once, when the order is paid or sent. 404 until then. `Accept: application/pdf` or `?format=pdf` gives the document to print.',
      handle: async ({ params, query, headers }, { caller }) => {
        const { id } = await getOrder(params.id, orderOwnerOf(caller, headers));
        return answer(await invoices.ofOrder(id), 'The invoice.', query, headers);
      },
    }),
    defineRoute<DocumentParams, object, DocumentHeaders>({
      ...owner, method: 'get', path: '/orders/:id/documents', summary: 'Every invoice and credit note of an order, oldest first',
      params: documentParams, headers: documentHeaders, responses: { 200: documentsAnswer, ...problems(400, 401, 403, 404) },
      handle: async ({ params, headers }, { caller }) => {
        const { id } = await getOrder(params.id, orderOwnerOf(caller, headers));
        return { status: 200, body: success('The documents of this order.', { items: (await invoices.allOf(id)).map(presentDocument) }) };
      },
    }),
    defineRoute<object, DocumentListQuery>({
      ...staff, ...all, method: 'get', path: '/invoices', summary: 'List invoices, newest first',
      handle: async ({ query }) => ({ status: 200, body: success('The invoices.', await list('invoice', query)) }),
    }),
    defineRoute<DocumentParams, FormatQuery, DocumentHeaders>({
      ...staff, ...one, method: 'get', path: '/invoices/:id', summary: 'One invoice, as JSON or PDF',
      handle: async ({ params, query, headers }) => answer(await invoices.get(params.id, 'invoice'), 'The invoice.', query, headers),
    }),
    defineRoute<object, DocumentListQuery>({
      ...staff, ...all, method: 'get', path: '/credit-notes', summary: 'List credit notes, newest first',
      handle: async ({ query }) => ({ status: 200, body: success('The credit notes.', await list('credit_note', query)) }),
    }),
    defineRoute<DocumentParams, FormatQuery, DocumentHeaders>({
      ...staff, ...one, method: 'get', path: '/credit-notes/:id', summary: 'One credit note, as JSON or PDF',
      handle: async ({ params, query, headers }) => answer(await invoices.get(params.id, 'credit_note'), 'The credit note.', query, headers),
    }),
  ];
}
