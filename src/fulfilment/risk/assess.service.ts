import type { Clock } from '../../shared/clock.js';
import { later } from '../../shared/clock.js';
import type { Page, PageQuery } from '../../shared/http/pagination.js';
import type { ReportError } from '../../shared/http/problem.js';
import { decimalOf, type Money } from '../../shared/money.js';
import type { Fallback, OrderRisk, PastOrder } from '../../shared/order-risk.js';
import { featuresOf, MEMORY_MS, type Past } from './features.js';
import { ask, rounded } from './fraud-model.js';
import type { createKeys, Keys } from './keys.js';
import type { Engine, RegistryService } from './registry.service.js';
import { decide, DEFAULTS, pointsOf, type Subject, type Verdict } from './risk.js';
import type { Refusal, RiskRepository } from './risk.repository.js';
import { fire } from './rules.js';

/** Of each group: more says little, and a mailbox with thousands of orders must not make each of them dear. */
export const MOST_HISTORY = 100;
export type History = (groups: ReadonlyArray<readonly string[]>, since: Date, limit: number) => Promise<PastOrder[]>;
type Deps = { registry: Pick<RegistryService, 'current'>; rows: Pick<RiskRepository, 'insertRefusal' | 'listRefusals'>; keys: ReturnType<typeof createKeys>; history: History; now: Clock; report: ReportError };
type Seen = Readonly<{ engine: Engine; history: readonly PastOrder[]; fallback?: Fallback }>;

/** Judges an order before it is written: one indexed read beside the reads of the quote, then pure computing. It never stops an order by failing. */
export class AssessService {
  constructor(private readonly deps: Deps) {}

  /** Starts to look; what it returns judges, once the total is known. */
  begin(subject: Subject): (total: Money) => Promise<Verdict> {
    const keys = this.deps.keys.keysOf(subject);
    const seeing = this.look(keys);
    return async (total) => {
      const at = this.deps.now();
      try {
        const verdict = judge({ subject, keys, total, at, ...await seeing });
        if (verdict.decision === 'refuse') await this.noteRefusal(verdict.risk, total);
        return verdict;
      } catch (error) {
        this.deps.report(error, { during: 'risk assessment' });
        return unjudged(keys, at);
      }
    };
  }

  /** What is seen of one key, for staff who look into something. */
  async seenFrom(key: string): Promise<readonly PastOrder[]> {
    return this.deps.history([[key]], later(this.deps.now(), -MEMORY_MS), MOST_HISTORY);
  }

  refusals(query: PageQuery): Promise<Page<Refusal>> {
    return this.deps.rows.listRefusals(query);
  }

  /** Nobody may wait for this promise when the quote fails, so it never rejects. */
  private async look(keys: Keys): Promise<Seen> {
    const { registry, history, now, report } = this.deps;
    const engine = await registry.current().catch((error: unknown): Engine => {
      report(error, { during: 'reading risk settings' });
      return { settings: DEFAULTS, model: null, fallback: 'assessment_failed' };
    });
    try {
      return { engine, history: await history(groupsOf(keys.all), later(now(), -MEMORY_MS), MOST_HISTORY) };
    } catch (error) {
      report(error, { during: 'reading risk history' });
      return { engine, history: [], fallback: 'no_history' };
    }
  }

  private async noteRefusal({ keys, score, engine, rules, features }: OrderRisk, { amount, currency }: Money): Promise<void> {
    await this.deps.rows.insertRefusal({ keys: [...keys], score, engine, rules: [...rules], features: [...features], total: { amount, currency }, at: this.deps.now() });
  }
}

type Judging = Seen & Readonly<{ subject: Subject; keys: Keys; total: Money; at: Date }>;

/** Pure: the same order, history, settings and model give the same verdict. */
export function judge({ subject, keys, total, at, engine: { settings, model, fallback: without }, history, fallback }: Judging): Verdict {
  const rules = fire({ subject, keys, total, at, history }, settings.rules);
  const { row, spike } = featuresOf({ at: at.getTime(), amount: major(total), place: keys.place }, historiesOf(history, keys, at));
  const answer = model && fallback === undefined ? ask(model, row) : null;
  const byRules = rules.reduce((so, { points }) => so + points, 0);
  const byModel = answer && model ? pointsOf(answer.probability, model.thresholds, settings.thresholds) : 0;
  const score = Math.min(100, Math.round(Math.max(byRules, byModel) * 10) / 10);
  const decision = decide(score, settings);
  const why = fallback ?? without;
  return { decision, risk: {
    keys: keys.all, score, decision: decision === 'refuse' ? 'review' : decision, engine: answer ? 'model' : 'rules', rules, features: answer?.features ?? [], spike: rounded(spike), assessedAt: at,
    ...(answer && model ? { model: model.version, probability: rounded(answer.probability) } : why !== undefined && { fallback: why }),
  } };
}

/** Crowds share an address of the network or a device; what they did must not hide what this customer did. */
const isShared = (key: string): boolean => key.startsWith('ip:') || key.startsWith('device:');
const groupsOf = (keys: readonly string[]) => [keys.filter((key) => !isShared(key)), keys.filter(isShared)];

/** Rules and model were not even tried. */
const unjudged = (keys: Keys, at: Date): Verdict =>
  ({ decision: 'accept', risk: { keys: keys.all, score: 0, decision: 'accept', engine: 'rules', fallback: 'assessment_failed', rules: [], features: [], spike: 1, assessedAt: at } });

export const major = (total: Money): number => Number(decimalOf(total));

function historiesOf(history: readonly PastOrder[], { customer, place }: Keys, now: Date) {
  const oldestFirst = [...history].reverse();
  const of = (key: string): Past[] => oldestFirst.filter(({ keys }) => keys.includes(key)).map(({ at, amount, currency, spike, label, keys }) => ({
    at: at.getTime(), amount: major({ amount, currency }), spike, isFraud: label?.isFraud === true && label.at <= now, place: keys.find((one) => one.startsWith('address:')) ?? '',
  }));
  return { customer: of(customer), place: of(place) };
}
