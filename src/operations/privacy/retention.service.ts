import type { Clock } from '../../shared/clock.js';
import type { Vault } from '../../shared/db/vault.js';
import { daysBefore, type RetentionRule, type RingRule } from './retention.js';
import type { PrivacyRepository } from './privacy.repository.js';

type Deps = { privacy: PrivacyRepository; vault: Vault; now: Clock; rules: readonly RetentionRule[]; rings: readonly RingRule[]; count(kind: string, removed: number): void };

/** Takes away what nobody may keep any longer. Safe to run on several workers at once: to remove twice is to remove once. */
export class Retention {
  constructor(private readonly deps: Deps) {}

  async run(): Promise<Record<string, number>> {
    const { privacy, vault, now, rules, rings, count } = this.deps;
    const removed: Record<string, number> = {};
    for (const { name, collection, field, days, filter = {}, valueAt = (at: Date) => at } of rules) removed[name] = await privacy.removeOlder(collection, { ...filter, [field]: { $lt: valueAt(daysBefore(now(), days)) } });
    for (const { name, ring, days, periodOf } of rings) removed[name] = await vault.shredRings(ring, periodOf(daysBefore(now(), days)));
    for (const [kind, number] of Object.entries(removed)) count(kind, number);
    return removed;
  }
}
