import { Schema, type Connection } from 'mongoose';
import type { ModelFile } from './fraud-model.js';
import type { Settings } from './risk.js';

/** Never changed; the highest number is in force. */
export type SettingsRow = Omit<Settings, 'version'> & { _id: number };
/** `hash` is of the file as text, so that a row that was damaged is not believed. */
export type ModelRow = { _id: string; file: string; hash: string; summary: Omit<ModelFile, 'forest' | 'features'>; createdAt: Date };
/** Orders that were not accepted: there is no order that could tell. */
export type RefusalRow = { keys: string[]; score: number; engine: string; rules: unknown[]; features: unknown[]; total: { amount: number; currency: string }; at: Date };

const settingsSchema = new Schema<SettingsRow>({
  _id: Number, thresholds: { review: Number, refuse: Number }, isEnforced: { type: Boolean, required: true }, modelMaxAgeDays: { type: Number, required: true },
  rules: { type: Schema.Types.Mixed, required: true }, model: { active: { type: String, default: null }, previous: { type: String, default: null } }, createdAt: { type: Date, required: true },
}, { versionKey: false });
const modelSchema = new Schema<ModelRow>({
  _id: String, file: { type: String, required: true }, hash: { type: String, required: true }, summary: { type: Schema.Types.Mixed, required: true }, createdAt: { type: Date, required: true },
}, { versionKey: false });
modelSchema.index({ createdAt: -1, _id: -1 });
const refusalSchema = new Schema<RefusalRow>({
  keys: [String], score: Number, engine: String, rules: Schema.Types.Mixed, features: Schema.Types.Mixed, total: { amount: Number, currency: String }, at: { type: Date, required: true },
}, { versionKey: false });
refusalSchema.index({ at: 1 }, { expireAfterSeconds: 90 * 24 * 3600 });
refusalSchema.index({ at: -1, _id: -1 });
refusalSchema.index({ keys: 1, at: -1 });

export const settingsModel = (connection: Connection) => connection.model('RiskSettings', settingsSchema, 'risk_settings');
export const fraudModelModel = (connection: Connection) => connection.model('RiskModel', modelSchema, 'risk_models');
export const refusalModel = (connection: Connection) => connection.model('RiskRefusal', refusalSchema, 'risk_refusals');
