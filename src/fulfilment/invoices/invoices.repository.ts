import { Types, type Connection } from 'mongoose';
import { ownedRows } from '../../shared/db/owned-rows.js';
import { findPage } from '../../shared/db/page.js';
import type { PersonalData } from '../../shared/personal-data.js';
import type { Page, PageQuery } from '../../shared/http/pagination.js';
import { numberOf, type Document, type DocumentKind } from './invoices.js';
import { documentModel, seriesModel, type DocumentRow } from './invoices.model.js';

export type NewDocument = Omit<Document, 'id' | 'sequence' | 'number'>;
export type DocumentFilter = { kind?: DocumentKind; orderId?: string; number?: string; series?: string };

export class InvoiceRepository {
  private readonly documents;
  private readonly series;

  /** The law keeps them. */
  readonly personalData: PersonalData;

  constructor(connection: Connection) {
    this.documents = documentModel(connection);
    this.personalData = ownedRows(this.documents, { name: 'invoices', erase: 'keep' });
    this.series = seriesModel(connection);
  }

  /**
   * Takes the next number and writes the document under it, inside the caller's transaction: a number whose document did not
   * become durable was never taken. Two that ask at once conflict, and one of them repeats its whole transaction.
   */
  async issue(document: NewDocument, between: () => Promise<void> | void): Promise<Document> {
    const { series } = document;
    const taken = await this.series.findOneAndUpdate({ series }, { $inc: { last: 1 } }, { upsert: true, returnDocument: 'after' }).lean();
    await between();
    const row: DocumentRow = { ...document, _id: new Types.ObjectId(), sequence: taken.last, number: numberOf(series, taken.last) };
    await this.documents.insertMany([row], { lean: true });
    return toDocument(row);
  }

  async ofOrder(orderId: string): Promise<Document[]> {
    const found = await this.documents.find({ orderId }).sort({ _id: 1 }).lean();
    return found.map(toDocument);
  }

  async find(filter: { id?: string; orderId?: string; kind?: DocumentKind }): Promise<Document | null> {
    const { id, ...rest } = filter;
    const found = await this.documents.findOne({ ...rest, ...(id !== undefined && { _id: new Types.ObjectId(id) }) }).sort({ _id: 1 }).lean();
    return found && toDocument(found);
  }

  async list(filter: DocumentFilter, query: PageQuery): Promise<Page<Document>> {
    const page = await findPage<DocumentRow>(this.documents as never, { filter, query, fallbackSort: '-issuedAt' });
    return { ...page, items: page.items.map(toDocument) };
  }

  /** Of each order what was invoiced and not credited, in minor units. Where goods were exchanged, the documents of several orders belong together: those are left out. */
  async openOf(orderIds: readonly string[]): Promise<Array<{ orderId: string; gross: number }>> {
    const signed = { $cond: [{ $eq: ['$kind', 'invoice'] }, '$totals.gross.amount', { $multiply: [-1, '$totals.gross.amount'] }] };
    const found = await this.documents.aggregate<{ _id: string; gross: number }>([{ $match: { orderId: { $in: [...orderIds] } } }, { $group: { _id: '$orderId', gross: { $sum: signed }, isExchanged: { $max: { $regexMatch: { input: { $ifNull: ['$refundKey', ''] }, regex: /^exchange:/ } } } } }, { $match: { isExchanged: false } }]);
    return found.map(({ _id, gross }) => ({ orderId: _id, gross }));
  }

  /** Series whose numbers are not exactly 1 to their last one. */
  async findGaps(): Promise<Array<{ series: string; detail: string }>> {
    const written = await this.documents.aggregate<{ _id: string; n: number; first: number; last: number }>([
      { $group: { _id: '$series', n: { $sum: 1 }, first: { $min: '$sequence' }, last: { $max: '$sequence' } } },
    ]);
    const given = new Map((await this.series.find().lean()).map(({ series, last }) => [series, last]));
    const off = written.filter(({ _id, n, first, last }) => first !== 1 || n !== last || given.get(_id) !== last)
      .map(({ _id, n, first, last }) => ({ series: _id, detail: `${n} documents from ${first} to ${last}, ${given.get(_id) ?? 0} numbers were given out` }));
    const empty = [...given].filter(([series, last]) => last > 0 && !written.some(({ _id }) => _id === series)).map(([series, last]) => ({ series, detail: `${last} numbers were given out, no document has one` }));
    return [...off, ...empty];
  }

  /** For the auditor: a slice of all documents in id order. */
  async slice(after: string | null, limit: number): Promise<Document[]> {
    const found = await this.documents.find(after ? { _id: { $gt: new Types.ObjectId(after) } } : {}).sort({ _id: 1 }).limit(limit).lean();
    return found.map(toDocument);
  }
}

const toDocument = ({ _id, ...row }: DocumentRow): Document => ({ id: _id.toHexString(), ...row });
