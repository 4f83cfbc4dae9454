import Joi from 'joi';
import { id, languageTag, line, successOf } from '../../shared/http/schemas.js';
import { FOOTPRINT_FIELDS, type Mapping } from './import-export.js';
import type { ImportFormat } from './import-reader.js';
import type { TranslationExport } from './translation-files.service.js';

export type ImportBody = { mapping?: string; format?: ImportFormat; dry_run?: 'true' | 'false'; stock?: string; warehouse?: string };
/** The fields of a form are all text. */
export const importBody = Joi.object<ImportBody>({
  mapping: Joi.string().max(20_000).description('The name of a preset (kontor, esci) or a mapping as JSON; without one our own columns'),
  format: Joi.string().valid('csv', 'ndjson').description('Without it the name and the content of the file tell'),
  dry_run: Joi.string().valid('true', 'false').description('Checks everything and writes nothing'),
  stock: Joi.string().pattern(/^\d{1,9}$/, 'whole number').description('On hand for priced new SKUs of which the file names no stock'),
  warehouse: line(40).description('Code of the warehouse that the stock is in; without it the preferred one'),
});

export const exportQuery = Joi.object<{ format: ImportFormat }>({ format: Joi.string().valid('csv', 'ndjson').default('csv') });

export const translationBody = Joi.object<{ format?: ImportFormat }>({ format: Joi.string().valid('csv', 'ndjson').description('Without it the name and the content of the file tell') });
export const translationExportQuery = Joi.object<TranslationExport>({
  format: Joi.string().valid('csv', 'ndjson').default('csv'), language: languageTag(), kind: Joi.string().valid('product', 'category'),
});

export const importAccepted = successOf(Joi.object({ jobId: id().required(), url: Joi.string().required() }));

const source = () => Joi.string().min(1).max(200);
const fieldSet = () => Joi.alternatives(source().pattern(/\*$/), Joi.object().pattern(Joi.string().max(100), source()).max(200));
export const mappingSchema = Joi.object<Mapping>({
  key: source().required(), name: source().required(), sku: source(), slug: source(), externalRef: source(),
  description: Joi.alternatives(source(), Joi.array().items(source()).max(20)),
  brand: source(), categoryPath: source(), alsoIn: source(), status: source(),
  price: Joi.object({ field: source().required(), currency: Joi.string().pattern(/^[A-Z]{3}$/), currencyField: source() }),
  salePrice: source(), wholesalePrice: source(),
  pricesByCurrency: Joi.object({ base: source().required(), sale: source(), wholesale: source() }),
  stock: source(), barcode: source(), weightGrams: source(), minQuantity: source(), maxQuantity: source(), quantityStep: source(), rating: source(), ratingCount: source(), attributes: fieldSet(), options: fieldSet(),
  footprint: Joi.object(Object.fromEntries(FOOTPRINT_FIELDS.map((field) => [field, source()]))),
});
