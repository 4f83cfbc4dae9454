import type { Address } from '../../shared/address.js';
import { add, allocate, fraction, subtract, sum, times, zero, type Money } from '../../shared/money.js';

export const DOCUMENT_KINDS = ['invoice', 'credit_note'] as const;
export type DocumentKind = (typeof DOCUMENT_KINDS)[number];

export type TaxShare = Readonly<{ name: string; rateBps: number; jurisdiction: string; reason?: string; amount: Money }>;
/** `lineId`: of the order's line, `shipping`, `fee:<code>`, or `goodwill`. Amounts of a credit note are positive: they are given back. */
export type DocumentLine = Readonly<{
  lineId: string; sku: string | null; description: string; quantity: number; unitPrice: Money | null; discount: Money;
  net: Money; tax: Money; gross: Money; taxes: readonly TaxShare[];
}>;
export type TaxTotal = Readonly<{ name: string; rateBps: number; jurisdiction: string; reason?: string; net: Money; tax: Money }>;
export type DocumentTotals = Readonly<{ net: Money; tax: Money; gross: Money; taxes: readonly TaxTotal[] }>;
export type Seller = Readonly<{ name: string; address: readonly string[]; vatId: string; email: string }>;

/** Written once and never changed; what turns out to be wrong is corrected by another document. */
export type Document = Readonly<{
  id: string; kind: DocumentKind; series: string; sequence: number; number: string;
  orderId: string; orderNumber: string; userId: string | null; email: string; currency: string; locale: string;
  seller: Seller; /** Needed where the buyer owes the tax. */ buyerVatId?: string; billingAddress: Address; shippingAddress: Address;
  lines: readonly DocumentLine[]; totals: DocumentTotals; taxIncluded: boolean;
  /** Of a credit note: the movement of money that it stands for, and the invoice that it corrects. */
  refundKey?: string; reason?: string; invoiceNumber?: string;
  /** Of an invoice that follows an earlier one because the order became dearer. */
  supplements?: string;
  /** The order as it was read; what changed after it is not in the document. */
  orderVersion?: number;
  issuedAt: Date;
}>;

/** An order as far as a document tells of it. */
export type InvoicedOrder = Readonly<{
  id: string; version?: number; number: string; userId: string | null; email: string; currency: string; locale?: string; status: string; paymentStatus: string; placedAt: Date | null;
  items: ReadonlyArray<Readonly<{
    id: string; sku: string; name: string; quantity: number; unitPrice: Money; discount: Money; tax: Money; lineTotal: Money; taxes: readonly TaxShare[];
    units: Readonly<{ ordered: number; cancelled: number; shipped: number; delivered: number }>;
    /** Units that are not to be paid any more, in minor units. */
    credited?: Readonly<{ units: number; amount: number; /** Of it, what was never paid. */ unpaid?: number }>;
  }>>;
  settlement?: Readonly<{ shipping: number; retained?: number; refunded?: number }>;
  /** An exchange: what the goods before it were worth. */
  origin?: Readonly<{ type: string; id: string; orderId: string }>; prepaid?: number;
  totals: Readonly<{ grandTotal: Money; taxTotal: Money; shippingTotal: Money; taxIncluded: boolean }>;
  shippingMethod: Readonly<{ name: string }>;
  shippingCharge: Readonly<{ price: Money; discount: Money; total: Money; tax: Money; taxes: readonly TaxShare[] }>;
  fees?: ReadonlyArray<Readonly<{ code: string; name: string; amount: Money; tax: Money; taxes: readonly TaxShare[]; credited?: number }>>;
  billingAddress: Address; shippingAddress: Address; taxation?: Readonly<{ vatId?: Readonly<{ number: string }> }>;
}>;
export type IssueAt = 'placement' | 'shipment';

const MONEY_CAME: ReadonlySet<string> = new Set(['paid', 'overpaid', 'partially_paid', 'partially_refunded', 'refunded']);
const wasPaid = ({ paymentStatus }: InvoicedOrder): boolean => MONEY_CAME.has(paymentStatus);
const wasSent = ({ items }: InvoicedOrder): boolean => items.some(({ units }) => units.shipped + units.delivered > 0);

/** What was paid is invoiced when it is placed, what is paid later when it is sent; or all of it when it is sent. */
export function isDue(order: InvoicedOrder, at: IssueAt): boolean {
  if (order.placedAt === null) return false;
  return wasSent(order) || (at === 'placement' && wasPaid(order));
}

/** What was given up before anybody paid it is not invoiced; what was paid is, and its refund gets a credit note. */
export function dueLines(order: InvoicedOrder): DocumentLine[] {
  const credited = new Map<string, { units: number; amount: number; unpaid?: number } | undefined>([...order.items.map(({ id, credited: units }) => [id, units] as const), ...(order.fees ?? []).map(({ code, credited: amount = 0 }) => [`fee:${code}`, { units: 0, amount }] as const)]);
  const { shipping = 0, retained = 0, refunded = 0 } = order.settlement ?? {};
  credited.set('shipping', { units: 0, amount: shipping });
  const unpaid = [...credited.values()].reduce((so, one) => so + (one?.amount ?? 0), 0) - retained - refunded;
  // Of fees and postage, and of orders from before it was kept, nobody knows which were never paid: the first of them.
  let rest = unpaid - [...credited.values()].reduce((so, one) => so + (one?.unpaid ?? 0), 0);
  return linesOf(order).map((line) => {
    const { units = 0, amount = 0, unpaid: known = 0 } = credited.get(line.lineId) ?? {};
    const more = Math.min(amount - known, Math.max(0, rest));
    rest -= more;
    const less = known + more;
    return less > 0 ? cut(line, line.gross.amount - less, line.quantity - (less === amount ? units : 0)) : line;
  }).filter(({ gross, discount }) => gross.amount > 0 || discount.amount > 0);
}

type Amounts = Pick<DocumentLine, 'net' | 'tax' | 'gross' | 'taxes'>;

function amountsOf(entered: Money, tax: Money, taxes: readonly TaxShare[], included: boolean): Amounts {
  return included ? { net: subtract(entered, tax), tax, gross: entered, taxes } : { net: entered, tax, gross: add(entered, tax), taxes };
}

/** The lines of the order as they were frozen, the postage and each fee as one more. Their sum is the order's grand total. */
export function linesOf(order: InvoicedOrder): DocumentLine[] {
  const { taxIncluded } = order.totals;
  const goods = order.items.map((item): DocumentLine => ({
    lineId: item.id, sku: item.sku, description: item.name, quantity: item.quantity, unitPrice: item.unitPrice, discount: item.discount,
    ...amountsOf(item.lineTotal, item.tax, item.taxes, taxIncluded),
  }));
  const fees = (order.fees ?? []).map(({ code, name, amount, tax, taxes }): DocumentLine =>
    ({ lineId: `fee:${code}`, sku: null, description: name, quantity: 1, unitPrice: amount, discount: times(amount, 0), ...amountsOf(amount, tax, taxes, taxIncluded) }));
  const { price, discount, total, tax, taxes } = order.shippingCharge;
  if (price.amount === 0 && total.amount === 0) return [...goods, ...fees];
  return [...goods, ...fees, { lineId: 'shipping', sku: null, description: order.shippingMethod.name, quantity: 1, unitPrice: price, discount, ...amountsOf(total, tax, taxes, taxIncluded) }];
}

/** Why a rate brought nothing on one line is no tax of its own; why a rate is zero is. */
const rateKey = ({ name, rateBps, jurisdiction, reason }: Omit<TaxShare, 'amount'>): string => JSON.stringify([name, rateBps, jurisdiction, rateBps === 0 ? reason : null]);

/** Adds up lines; one tax line per rate, name and place. */
export function totalsOf(lines: readonly DocumentLine[], currency: string): DocumentTotals {
  const byRate = new Map<string, TaxTotal>();
  for (const { net, taxes } of lines) {
    for (const { amount, ...rate } of taxes) {
      const key = rateKey(rate);
      const { reason, ...known } = rate;
      const so = byRate.get(key) ?? { ...known, ...(rate.rateBps === 0 && reason !== undefined && { reason }), net: zero(currency), tax: zero(currency) };
      byRate.set(key, { ...so, net: add(so.net, net), tax: add(so.tax, amount) });
    }
  }
  const total = (of: 'net' | 'tax' | 'gross') => sum(lines.map((line) => line[of]), currency);
  return { net: total('net'), tax: total('tax'), gross: total('gross'), taxes: [...byRate.values()].sort((a, b) => b.rateBps - a.rateBps) };
}

const signed = (document: Pick<Document, 'kind'>): 1 | -1 => (document.kind === 'invoice' ? 1 : -1);

/** What was invoiced and not yet credited, line by line. */
export function openLines(documents: readonly Document[]): DocumentLine[] {
  const byLine = new Map<string, DocumentLine>();
  for (const document of documents) {
    for (const line of document.lines) byLine.set(line.lineId, merged(byLine.get(line.lineId), line, signed(document)));
  }
  return [...byLine.values()];
}

function merged(so: DocumentLine | undefined, line: DocumentLine, sign: 1 | -1): DocumentLine {
  const start = so ?? { ...line, net: times(line.net, 0), tax: times(line.tax, 0), gross: times(line.gross, 0), taxes: [] };
  return { ...start, ...plus(start, line, sign) };
}

function plus(a: Amounts, b: Amounts, sign: 1 | -1): Amounts {
  const taxes = new Map(a.taxes.map((tax) => [rateKey(tax), tax]));
  for (const tax of b.taxes) {
    const so = taxes.get(rateKey(tax));
    taxes.set(rateKey(tax), { ...tax, amount: so ? add(so.amount, times(tax.amount, sign)) : times(tax.amount, sign) });
  }
  return { net: add(a.net, times(b.net, sign)), tax: add(a.tax, times(b.tax, sign)), gross: add(a.gross, times(b.gross, sign)), taxes: [...taxes.values()] };
}

/** Marks the refund of an edit that made an order cheaper; refunds of goods that came back do not change what was ordered. */
const EDIT_REFUND = ':edit:';

/** What an order that was changed after its invoice costs beyond it, line by line: above zero where it became dearer, below where cheaper. */
export function differenceOf(order: InvoicedOrder, documents: readonly Document[]): DocumentLine[] {
  const ofOrder = documents.filter(({ kind, refundKey }) => kind === 'invoice' || refundKey?.includes(EDIT_REFUND));
  const before = new Map(openLines(ofOrder).map((line) => [line.lineId, line]));
  const changed = linesOf(order).map((line) => {
    const known = before.get(line.lineId);
    before.delete(line.lineId);
    return known ? { ...line, ...plus(line, known, -1) } : line;
  });
  const gone = [...before.values()].filter(({ lineId }) => lineId !== 'goodwill').map((line) => ({ ...line, ...plus(nothing(line), line, -1) }));
  return [...changed, ...gone].filter(({ net, tax }) => net.amount !== 0 || tax.amount !== 0);
}

export const grossOf = (lines: readonly DocumentLine[]): number => lines.reduce((so, { gross }) => so + gross.amount, 0);
/** The same lines the other way round: what is not asked for any more. */
export const negated = (lines: readonly DocumentLine[]): DocumentLine[] => lines.map((line) => ({ ...line, unitPrice: null, discount: times(line.discount, 0), ...plus(nothing(line), line, -1) }));

const nothing = ({ net }: Amounts): Amounts => ({ net: times(net, 0), tax: times(net, 0), gross: times(net, 0), taxes: [] });

/** Where the cents of a refund belong, in minor units. */
export type Attribution = Readonly<{ lines: ReadonlyArray<Readonly<{ itemId: string; quantity: number; amount: number }>>; shipping: number; goodwill: number }>;

/**
 * The lines of a credit note: each cent reduces the line that it was refunded for, with the tax that was in it. Cumulative, so that a
 * line that is given back bit by bit closes at zero with its tax. Goodwill reduces what is left of all lines alike.
 */
export function creditLines(documents: readonly Document[], amount: Money, attribution: Attribution): DocumentLine[] {
  const open = openLines(documents);
  const wanted = new Map(attribution.lines.map(({ itemId, quantity, amount: share }) => [itemId, { quantity, share }]));
  if (attribution.shipping > 0) wanted.set('shipping', { quantity: 1, share: attribution.shipping });
  const named = open.flatMap((line) => {
    const share = wanted.get(line.lineId);
    return share && share.share > 0 ? [cut(line, Math.min(share.share, line.gross.amount), share.quantity)] : [];
  }).filter(({ gross }) => gross.amount > 0);
  const rest = subtract(amount, sum(named.map(({ gross }) => gross), amount.currency));
  return rest.amount > 0 ? [...named, ...goodwillLines(open, named, rest)] : named;
}

/** A part of a line, with the same part of each of its taxes. */
function cut(line: DocumentLine, part: number, quantity: number): DocumentLine {
  const gross = { amount: part, currency: line.gross.currency };
  const taxes = line.taxes.map((tax) => ({ ...tax, amount: line.gross.amount === 0 ? times(tax.amount, 0) : fraction(tax.amount, part, line.gross.amount) }));
  const tax = sum(taxes.map((one) => one.amount), gross.currency);
  return { ...line, quantity, unitPrice: null, discount: times(gross, 0), net: subtract(gross, tax), tax, gross, taxes };
}

function goodwillLines(open: readonly DocumentLine[], named: readonly DocumentLine[], rest: Money): DocumentLine[] {
  const left = open.map((line) => ({ ...line, ...named.filter(({ lineId }) => lineId === line.lineId).reduce<Amounts>((so, one) => plus(so, one, -1), line) })).filter(({ gross }) => gross.amount > 0);
  const untaxed: DocumentLine = { lineId: 'goodwill', sku: null, description: '', quantity: 1, unitPrice: null, discount: times(rest, 0), net: rest, tax: times(rest, 0), gross: rest, taxes: [] };
  if (left.reduce((so, { gross }) => so + gross.amount, 0) < rest.amount) return [untaxed];
  return allocate(rest, left.map(({ gross }) => gross.amount)).flatMap((share, at) => (share.amount > 0 ? [cut(left[at]!, share.amount, 0)] : []));
}

/** `INV-{country}-{year}` -> `INV-GB-2026`. The first pattern is the usual one; `DE:RE-{year}` is that of one country. */
export function seriesFor(patterns: string, country: string, at: Date): string {
  const [usual = '', ...others] = patterns.split(',').map((pattern) => pattern.trim());
  const own = others.find((pattern) => pattern.startsWith(`${country}:`));
  return (own?.slice(3) ?? usual).replaceAll('{country}', country).replaceAll('{year}', String(at.getUTCFullYear()));
}

export const numberOf = (series: string, sequence: number): string => `${series}-${String(sequence).padStart(6, '0')}`;

/** Why a document cannot be right, or null: asserted before it is written and asked again by the auditor. */
export function faultOf({ lines, totals, currency }: Pick<Document, 'lines' | 'totals' | 'currency'>): string | null {
  for (const { lineId, net, tax, gross, taxes } of lines) {
    if (add(net, tax).amount !== gross.amount) return `line ${lineId}: ${net.amount} + ${tax.amount} is not ${gross.amount}`;
    if (sum(taxes.map(({ amount }) => amount), currency).amount !== tax.amount) return `line ${lineId}: its taxes are not ${tax.amount}`;
  }
  const expected = totalsOf(lines, currency);
  for (const name of ['net', 'tax', 'gross'] as const) if (expected[name].amount !== totals[name].amount) return `${name}: the lines make ${expected[name].amount}, the document says ${totals[name].amount}`;
  const byRate = sum(totals.taxes.map(({ tax }) => tax), currency).amount;
  return byRate === totals.tax.amount ? null : `the rates make ${byRate}, the tax is ${totals.tax.amount}`;
}
