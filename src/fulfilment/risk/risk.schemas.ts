import Joi from 'joi';
import { fieldsParam, pageParams, type PageQuery } from '../../shared/http/pagination.js';
import { email, moneyInput, moneySchema, timestamp } from '../../shared/http/schemas.js';
import type { ModelFile } from './fraud-model.js';
import { KINDS, type KeyKind } from './keys.js';
import type { Choices, Settings, Thresholds } from './risk.js';

export const oneQuery = Joi.object<{ fields?: string }>({ fields: fieldsParam() });
export const modelQuery = Joi.object<PageQuery>(pageParams(['createdAt']));
export const refusalQuery = Joi.object<PageQuery>(pageParams(['at']));

const version = () => Joi.string().pattern(/^[\w.-]{1,64}$/, 'version');
export const modelParams = Joi.object<{ version: string }, true>({ version: version().required() });

const points = () => Joi.number().min(0).max(100).required().description('0 turns the rule off');
const over = () => Joi.array().items(moneyInput()).max(50).unique('currency').required();
const minutes = () => Joi.number().integer().min(1).max(37 * 24 * 60).required();
const count = () => Joi.number().integer().min(1).max(100).required();
const velocity = () => Joi.object({ points: points(), orders: count(), minutes: minutes() }).required();
const thresholds = () => Joi.object<Thresholds, true>({ review: Joi.number().min(1).max(100).required(), refuse: Joi.number().min(1).max(101).greater(Joi.ref('review')).required() })
  .description('Scores from 0 to 100, review below refuse; 101 refuses nothing');
const rules = () => Joi.object({
  large_amount: Joi.object({ points: points(), over: over() }).required(), large_first_order: Joi.object({ points: points(), over: over() }).required(),
  country_mismatch: Joi.object({ points: points() }).required(),
  disposable_email: Joi.object({ points: points(), domains: Joi.array().items(Joi.string().lowercase().pattern(/^[a-z0-9-]+(\.[a-z0-9-]+)+$/, 'domain').max(253)).max(20_000).required() }).required(),
  many_cards: Joi.object({ points: points(), cards: count(), minutes: minutes() }).required(), many_addresses: Joi.object({ points: points(), addresses: count(), minutes: minutes() }).required(),
  ip_velocity: velocity(), device_velocity: velocity(), email_velocity: velocity(), address_velocity: velocity(),
  declined_payments: Joi.object({ points: points(), declined: count(), minutes: minutes() }).required(), known_fraud: Joi.object({ points: points() }).required(),
});
export const settingsBody = Joi.object<Choices>({
  thresholds: thresholds().required(), isEnforced: Joi.boolean().required().description('false: everything is scored and nothing held'),
  modelMaxAgeDays: Joi.number().integer().min(1).max(3650).required(), rules: rules().required(),
});
export const settingsReply = Joi.object({
  version: Joi.number().integer().required(), thresholds: Joi.object({ review: Joi.number().required(), refuse: Joi.number().required() }).required(), isEnforced: Joi.boolean().required(),
  modelMaxAgeDays: Joi.number().integer().required(), rules: Joi.object().unknown().required(),
  model: Joi.object({ active: Joi.string().allow(null).required(), previous: Joi.string().allow(null).required() }).required(), createdAt: timestamp().allow(null).required(),
}).meta({ name: 'FraudSettings' });
export const presentSettings = ({ createdAt, ...settings }: Settings) => ({ ...settings, createdAt: createdAt?.toISOString() ?? null });

const share = () => Joi.number().min(0).max(1).required();
const metrics = () => Joi.object({
  weeks: Joi.array().max(100).items(Joi.object({
    from: timestamp().required(), tested: Joi.number().integer().required(), frauds: Joi.number().integer().required(), auc: share(), averagePrecision: share(), cardPrecision100: share(), recallAt1Percent: share(),
  })).required(), aucWorst: share(), averagePrecisionMean: share(), averagePrecisionWorst: share(),
});
const numbers = () => Joi.array().items(Joi.number().unsafe()).max(255).required();
const summary = {
  format: Joi.number().valid(1).required(), kind: Joi.string().valid('boosted_trees').required(), version: version().required(), trainedAt: timestamp().required(), source: Joi.string().max(200).required(),
  rows: Joi.number().integer().min(1).required(), frauds: Joi.number().integer().min(1).required(), metrics: metrics().required(), thresholds: Joi.object({ review: share(), refuse: share() }).required(),
};
/** What npm run train -- fraud wrote. */
export const modelBody = Joi.object<ModelFile>({
  ...summary, features: Joi.array().items(Joi.string().max(64)).max(200).required(),
  forest: Joi.object({ bias: Joi.number().required(), trees: Joi.array().max(500).items(Joi.object({ feature: numbers(), threshold: numbers(), left: numbers(), right: numbers(), value: numbers() })).required() }).required(),
});
export const modelReply = Joi.object({ ...summary, createdAt: timestamp().required(), state: Joi.string().valid('active', 'previous', 'kept').required() }).meta({ name: 'FraudModel' });
export const engineReply = Joi.object({
  engine: Joi.string().valid('model', 'rules').required(), model: Joi.string().allow(null).required(), fallback: Joi.string().allow(null).required().description('Why the rules decide alone'),
}).meta({ name: 'FraudEngine' });

export type BackTestBody = { from: string; to: string; model?: string; thresholds?: Thresholds };
export const backTestBody = Joi.object<BackTestBody>({
  from: timestamp().required(), to: timestamp().required(), model: version().description('The active one, if absent; with none, the scores that were recorded'), thresholds: thresholds(),
});
const maybe = () => Joi.number().allow(null).required();
export const backTestReply = Joi.object({
  engine: Joi.string().valid('model', 'recorded').required(), model: Joi.string().allow(null).required(), fallback: Joi.string().allow(null).required(),
  thresholds: Joi.object({ review: Joi.number().required(), refuse: Joi.number().required() }).required(), orders: Joi.number().integer().required(), frauds: Joi.number().integer().required(), auc: maybe(), averagePrecision: maybe(),
  weeks: Joi.array().items(Joi.object({
    from: timestamp().required(), orders: Joi.number().integer().required(), frauds: Joi.number().integer().required(), reviewed: Joi.number().integer().required(), refused: Joi.number().integer().required(),
    caught: Joi.number().integer().required(), precision: maybe(), recall: maybe(),
  })).required(),
}).meta({ name: 'FraudBackTest' });

export type SignalQuery = { ip?: string; email?: string; device?: string; card?: string };
export const signalQuery = Joi.object<SignalQuery>({
  ip: Joi.string().ip({ cidr: 'forbidden' }), email: email(), device: Joi.string().min(16).max(128), card: Joi.string().max(200).description("The provider's fingerprint"),
}).xor('ip', 'email', 'device', 'card').description('One of them');
const window = () => Joi.object({ orders: Joi.number().integer().required(), declined: Joi.number().integer().required(), cards: Joi.number().integer().required(), addresses: Joi.number().integer().required(), emails: Joi.number().integer().required(), held: Joi.number().integer().required(), frauds: Joi.number().integer().required() }).required();
export const signalReply = Joi.object({ kind: Joi.string().valid(...KINDS satisfies readonly KeyKind[]).required(), hour: window(), day: window(), week: window(), month: window(), isCut: Joi.boolean().required().description('Only the latest 100 orders were looked at') }).meta({ name: 'FraudSignals' });

export const refusalReply = Joi.object({
  id: Joi.string().required(), score: Joi.number().required(), engine: Joi.string().required(), rules: Joi.array().items(Joi.object().unknown()).required(), features: Joi.array().items(Joi.object().unknown()).required(),
  total: moneySchema.required(), at: timestamp().required(),
}).meta({ name: 'FraudRefusal' });
