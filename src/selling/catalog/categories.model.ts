import { Schema, type Connection, type Types } from 'mongoose';

export type CategoryRow = {
  name: string; nameKey: string; slug: string; description: string; parentId: Types.ObjectId | null;
  ancestors: Types.ObjectId[]; position: number; version: number; createdAt: Date; updatedAt: Date;
};
/** One document: every change of the tree writes it, so that two of them cannot both be based on the same tree. */
export type TreeRow = { _id: 'tree'; structure: number; labels: number };

const categorySchema = new Schema<CategoryRow>({
  name: { type: String, required: true }, nameKey: { type: String, required: true }, slug: { type: String, required: true }, description: { type: String, default: '' },
  parentId: { type: Schema.Types.ObjectId, default: null }, ancestors: { type: [Schema.Types.ObjectId], required: true },
  position: { type: Number, required: true }, version: { type: Number, required: true }, createdAt: { type: Date, required: true }, updatedAt: { type: Date, required: true },
}, { versionKey: false });
categorySchema.index({ slug: 1 }, { unique: true });
categorySchema.index({ parentId: 1, nameKey: 1 }, { unique: true });
categorySchema.index({ ancestors: 1 });

const treeSchema = new Schema<TreeRow>({ _id: { type: String, required: true }, structure: { type: Number, required: true }, labels: { type: Number, required: true } }, { versionKey: false });

export const categoryModel = (connection: Connection) => connection.model<CategoryRow>('Category', categorySchema, 'categories');
export const treeModel = (connection: Connection) => connection.model<TreeRow>('CategoryTree', treeSchema, 'category_tree');
