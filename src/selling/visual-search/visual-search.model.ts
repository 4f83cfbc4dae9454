import { Schema, type Connection } from 'mongoose';

/** What was seen in one uploaded picture; made once, by whichever process needed it first. */
export type DescriptorRow = { _id: string; kind: string; vectors: Buffer | { buffer: Buffer } };

const schema = new Schema<DescriptorRow>({ _id: { type: String, required: true }, kind: { type: String, required: true }, vectors: { type: Buffer, required: true } }, { versionKey: false });

export const descriptorModel = (connection: Connection) => connection.model<DescriptorRow>('VisualDescriptor', schema, 'visual_descriptors');
