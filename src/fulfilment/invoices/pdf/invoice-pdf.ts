import type { Address } from '../../../shared/address.js';
import { formatMoney, type Money } from '../../../shared/money.js';
import type { Document, DocumentLine } from '../invoices.js';
import { labelsFor, type Labels } from './labels.js';
import { A4, INNER, Sheet } from './sheet.js';

const GREY = '#6b6b6b';
const COLUMNS = [
  { name: 'description', x: 0, width: 0.42, align: 'left' }, { name: 'quantity', x: 0.42, width: 0.08, align: 'right' }, { name: 'unitPrice', x: 0.5, width: 0.18, align: 'right' },
  { name: 'tax', x: 0.68, width: 0.12, align: 'right' }, { name: 'amount', x: 0.8, width: 0.2, align: 'right' },
] as const;
type Column = (typeof COLUMNS)[number]['name'];
const GAP = 8;
/** Where the table ends on a page, so that the foot has its place. */
const BOTTOM = A4.height - 90;

/** One document to print: who, to whom, what, which taxes, how much. Long orders go on over as many pages as they need. */
export function toPdf(document: Document): Promise<Buffer> {
  const labels = labelsFor(document.locale);
  const sheet = new Sheet({ title: `${titleOf(document, labels)} ${document.number}`, author: document.seller.name, at: document.issuedAt });
  const painter = new Painter(sheet, document, labels);
  return painter.paint();
}

const titleOf = ({ kind }: Document, labels: Labels): string => (kind === 'invoice' ? labels.invoice : labels.creditNote);

/** Whom it is for; a business with the number by which it is taxed. */
export const buyerOf = ({ billingAddress, buyerVatId, locale }: Document, labels: Labels): string[] =>
  [...linesOfAddress(billingAddress, locale), ...(buyerVatId === undefined ? [] : [`${labels.vatId} ${buyerVatId}`])];

/** What has to be said below the figures. */
export function notesOf({ taxIncluded, totals }: Document, labels: Labels): string[] {
  const isReversed = totals.taxes.some(({ reason }) => reason === 'reverse_charge');
  return [taxIncluded ? labels.grossPrices : labels.netPrices, ...(isReversed ? [labels.reverseCharge] : [])];
}

class Painter {
  private y: number = A4.margin;

  constructor(private readonly sheet: Sheet, private readonly document: Document, private readonly labels: Labels) {}

  paint(): Promise<Buffer> {
    this.head();
    this.parties();
    this.tableHead();
    for (const line of this.document.lines) this.line(line);
    this.totals();
    return this.sheet.finish((page, pages) => { this.foot(page, pages); });
  }

  private head(): void {
    const { document, labels, sheet } = this;
    const left = { x: A4.margin, y: this.y, width: INNER * 0.5 };
    let y = left.y + sheet.text(document.seller.name, left, { size: 13, weight: 'bold' }) + 2;
    for (const text of document.seller.address) y += sheet.text(text, { ...left, y }, { colour: GREY });
    if (document.seller.vatId !== '') y += sheet.text(`${labels.vatId} ${document.seller.vatId}`, { ...left, y }, { colour: GREY });

    const right = { x: A4.margin + INNER * 0.5, width: INNER * 0.5 };
    let z = this.y + sheet.text(titleOf(document, labels), { ...right, y: this.y }, { size: 20, weight: 'bold', align: 'right' }) + 4;
    for (const [name, value] of this.facts()) z += sheet.text(`${name}: ${value}`, { ...right, y: z }, { align: 'right' });
    this.y = Math.max(y, z) + 24;
  }

  private facts(): Array<[string, string]> {
    const { labels, document: { number, issuedAt, orderNumber, invoiceNumber, kind, reason, locale } } = this;
    const date = new Intl.DateTimeFormat(locale, { dateStyle: 'long', timeZone: 'UTC' }).format(issuedAt);
    return [
      [labels.number, number], [labels.date, date], [labels.order, orderNumber],
      ...(invoiceNumber === undefined ? [] : [[kind === 'invoice' ? labels.follows : labels.corrects, invoiceNumber] as [string, string]]),
      ...(reason === undefined ? [] : [[labels.reason, reason] as [string, string]]),
    ];
  }

  private parties(): void {
    const { document, labels } = this;
    const half = INNER * 0.5;
    const a = this.address(labels.billTo, buyerOf(document, labels), A4.margin, half - GAP);
    const b = this.address(labels.shipTo, linesOfAddress(document.shippingAddress, document.locale), A4.margin + half, half);
    this.y = Math.max(a, b) + 22;
  }

  private address(title: string, lines: readonly string[], x: number, width: number): number {
    let y = this.y + this.sheet.text(title, { x, y: this.y, width }, { size: 8, colour: GREY }) + 2;
    for (const text of lines) y += this.sheet.text(text, { x, y, width });
    return y;
  }

  private tableHead(): void {
    const height = this.row((column) => this.labels[column], { weight: 'bold', size: 8 });
    this.y += height + 5;
    this.sheet.rule(this.y, '#1a1a1a', 1);
    this.y += 7;
  }

  private line(line: DocumentLine): void {
    const cells = this.cellsOf(line);
    const height = Math.max(...COLUMNS.map(({ name, width }) => this.sheet.heightOf(cells[name], INNER * width - GAP)));
    if (this.y + height > BOTTOM) this.nextPage();
    this.row((column) => cells[column]);
    this.y += height + 5;
    this.sheet.rule(this.y);
    this.y += 6;
  }

  private cellsOf({ description, sku, quantity, unitPrice, discount, taxes, net, gross, lineId }: DocumentLine): Record<Column, string> {
    const { labels, document: { taxIncluded } } = this;
    const name = lineId === 'goodwill' ? labels.goodwill : description;
    const reduced = discount.amount > 0 ? `\n${labels.discount} ${this.money({ ...discount, amount: -discount.amount })}` : '';
    return {
      description: `${name}${sku === null ? '' : `\n${sku}`}${reduced}`, quantity: quantity > 0 ? String(quantity) : '', unitPrice: unitPrice ? this.money(unitPrice) : '',
      tax: taxes.map(({ rateBps }) => this.percent(rateBps)).join('\n'), amount: this.money(taxIncluded ? gross : net),
    };
  }

  private totals(): void {
    const { document, document: { totals }, labels } = this;
    const rows: Array<[string, Money, boolean]> = [
      [labels.net, totals.net, false],
      ...totals.taxes.map(({ name, rateBps, tax, reason }): [string, Money, boolean] => [`${name} ${this.percent(rateBps)}${reason === undefined ? '' : ` (${reason.replaceAll('_', ' ')})`}`, tax, false]),
      [labels.total, totals.gross, true],
    ];
    if (this.y + rows.length * 17 + 30 > BOTTOM) this.nextPage();
    this.y += 6;
    for (const [name, value, strong] of rows) this.total(name, value, strong);
    this.y += 8;
    for (const note of notesOf(document, labels)) this.y += this.sheet.text(note, { x: A4.margin, y: this.y, width: INNER }, { size: 8, colour: GREY });
  }

  private total(name: string, value: Money, strong: boolean): void {
    const style = { size: strong ? 11 : 9, weight: strong ? 'bold' : 'regular', align: 'right' } as const;
    if (strong) this.y += 3;
    const height = this.sheet.text(name, { x: A4.margin + INNER * 0.3, y: this.y, width: INNER * 0.45 }, style);
    this.sheet.text(this.money(value), { x: A4.margin + INNER * 0.75, y: this.y, width: INNER * 0.25 }, style);
    this.y += height + 3;
  }

  private row(cell: (column: Column) => string, style: { weight?: 'bold'; size?: number } = {}): number {
    const heights = COLUMNS.map(({ name, x, width, align }) => {
      const box = { x: A4.margin + INNER * x + (align === 'right' ? GAP : 0), y: this.y, width: INNER * width - GAP };
      return cell(name) === '' ? 0 : this.sheet.text(cell(name), box, { ...style, align });
    });
    return Math.max(...heights);
  }

  private nextPage(): void {
    this.sheet.newPage();
    this.y = A4.margin;
    this.tableHead();
  }

  private foot(page: number, pages: number): void {
    const { seller, number } = this.document;
    const y = A4.height - 52;
    this.sheet.rule(y - 8);
    const who = [seller.name, seller.email].filter((text) => text !== '').join(' · ');
    this.sheet.text(who, { x: A4.margin, y, width: INNER * 0.6 }, { size: 8, colour: GREY });
    this.sheet.text(`${number} · ${this.labels.page} ${page} ${this.labels.of} ${pages}`, { x: A4.margin + INNER * 0.6, y, width: INNER * 0.4 }, { size: 8, colour: GREY, align: 'right' });
  }

  private money(value: Money): string {
    return formatMoney(value, this.document.locale);
  }

  private percent(rateBps: number): string {
    return new Intl.NumberFormat(this.document.locale, { style: 'percent', maximumFractionDigits: 4 }).format(rateBps / 10_000);
  }
}

function linesOfAddress({ firstName, lastName, company, line1, line2, city, region, postalCode, country }: Address, locale: string): string[] {
  const land = new Intl.DisplayNames([locale], { type: 'region' }).of(country);
  return [company, `${firstName} ${lastName}`, line1, line2, `${postalCode} ${city}`, region, land].filter((text): text is string => text !== undefined && text !== '');
}
