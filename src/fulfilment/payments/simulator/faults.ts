import Joi from 'joi';

/** What goes wrong: before the effect, after it, or on the way of its webhooks. */
export type Fault = {
  delayMs?: number; hang?: 'before' | 'after'; status?: number; retryAfterSeconds?: number; reset?: 'before' | 'after';
  /** How often each webhook is sent. */
  duplicateWebhooks?: number; reorderWebhooks?: boolean; delayWebhooksMs?: number;
  /** The share of webhooks that is never sent. */
  dropWebhooks?: number; wrongAmountWebhooks?: boolean; lateFailureWebhook?: boolean;
};
export const OPERATIONS = ['authorize', 'capture', 'void', 'refund', 'look_up', 'list'] as const;
export type FaultyOperation = typeof OPERATIONS[number];
type Scripted = Fault & { id: number; on?: FaultyOperation; probability: number; count?: number; skip: number };

export const faultSchema = Joi.object<Scripted>({
  on: Joi.string().valid(...OPERATIONS), probability: Joi.number().min(0).max(1).default(1), count: Joi.number().integer().min(1), skip: Joi.number().integer().min(0).default(0),
  delayMs: Joi.number().integer().min(0).max(600_000), hang: Joi.string().valid('before', 'after'),
  status: Joi.number().integer().min(400).max(599), retryAfterSeconds: Joi.number().integer().min(0).max(3600), reset: Joi.string().valid('before', 'after'),
  duplicateWebhooks: Joi.number().integer().min(1).max(50), reorderWebhooks: Joi.boolean(), delayWebhooksMs: Joi.number().integer().min(0).max(600_000),
  dropWebhooks: Joi.number().min(0).max(1), wrongAmountWebhooks: Joi.boolean(), lateFailureWebhook: Joi.boolean(),
});

/** A script of faults by operation, by number of the call (`skip`, `count`) and by chance (`probability`). */
export class Faults {
  private script: Scripted[] = [];
  private lastId = 0;

  constructor(private readonly random: () => number) {}

  add(fault: Omit<Scripted, 'id'>): Scripted {
    const scripted = { ...fault, id: ++this.lastId };
    this.script.push(scripted);
    return scripted;
  }

  list(): readonly Scripted[] { return this.script; }
  clear(): void { this.script = []; }

  /** All faults that hit this call, merged; each one counts down by itself. */
  take(operation: FaultyOperation): Fault {
    const hits = this.script.filter((fault) => (fault.on === undefined || fault.on === operation) && this.hits(fault));
    return Object.assign({}, ...hits) as Fault;
  }

  /** What happens to the webhooks of a change that no call caused. */
  ofWebhooks(): Fault {
    return Object.assign({}, ...this.script.filter(({ on }) => on === undefined)) as Fault;
  }

  private hits(fault: Scripted): boolean {
    if (fault.skip > 0) { fault.skip -= 1; return false; }
    if (fault.count === 0 || this.random() >= fault.probability) return false;
    if (fault.count !== undefined) fault.count -= 1;
    return true;
  }
}
