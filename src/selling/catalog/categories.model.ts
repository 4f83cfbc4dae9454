import { Schema, type Connection, type Types } from 'mongoose';
import type { Seo } from './catalog.js';
import type { Translations } from './catalog.js';

export type CategoryRow = {
  name: string; nameKey: string; slug: string; description: string; parentId: Types.ObjectId | null;
  ancestors: Types.ObjectId[]; position: number; version: number; createdAt: Date; updatedAt: Date; seo?: Seo; translations?: Translations;
};
/** One document: every change of the tree writes it, so that two of them cannot both be based on the same tree. */
export type TreeRow = { _id: 'tree'; structure: number; labels: number; /** By language. */ words?: Record<string, number>; /** Beside the usual one, of categories and products: everybody who reads either has it in memory. */ languages?: string[] };
/** Every slug a category has or had, in any language, so that an old address still leads to it. */
export type CategorySlugRow = { _id: string; categoryId: Types.ObjectId };

const categorySchema = new Schema<CategoryRow>({
  name: { type: String, required: true }, nameKey: { type: String, required: true }, slug: { type: String, required: true }, description: { type: String, default: '' },
  parentId: { type: Schema.Types.ObjectId, default: null }, ancestors: { type: [Schema.Types.ObjectId], required: true },
  position: { type: Number, required: true }, version: { type: Number, required: true }, createdAt: { type: Date, required: true }, updatedAt: { type: Date, required: true },
  seo: Schema.Types.Mixed, translations: Schema.Types.Mixed,
}, { versionKey: false });
categorySchema.index({ slug: 1 }, { unique: true });
categorySchema.index({ parentId: 1, nameKey: 1 }, { unique: true });
categorySchema.index({ ancestors: 1 });

const treeSchema = new Schema<TreeRow>({ _id: { type: String, required: true }, structure: { type: Number, required: true }, labels: { type: Number, required: true }, words: Schema.Types.Mixed, languages: { type: [String], default: undefined } }, { versionKey: false });

const slugSchema = new Schema<CategorySlugRow>({ _id: { type: String, required: true }, categoryId: { type: Schema.Types.ObjectId, required: true } }, { versionKey: false });
slugSchema.index({ categoryId: 1 });

export const categoryModel = (connection: Connection) => connection.model<CategoryRow>('Category', categorySchema, 'categories');
export const categorySlugModel = (connection: Connection) => connection.model<CategorySlugRow>('CategorySlug', slugSchema, 'category_slugs');
export const treeModel = (connection: Connection) => connection.model<TreeRow>('CategoryTree', treeSchema, 'category_tree');
