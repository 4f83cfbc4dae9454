import type { Actor } from '../../shared/actor.js';
import type { RecordAudit } from '../../shared/audit.js';
import type { Clock } from '../../shared/clock.js';
import { afterCommit, type InTransaction } from '../../shared/db/transaction.js';
import type { FieldError } from '../../shared/errors.js';
import { requireVersion } from '../../shared/http/etag.js';
import type { Page, PageQuery } from '../../shared/http/pagination.js';
import { bandProblems, cellProblems, type RangeProblem } from './bands.js';
import type { MethodChange, MethodRepository, NewMethod, NewZone } from './methods.repository.js';
import type { Method, OwnRate, Rate } from './rates.js';
import { MethodNotFound, RateTableInvalid, ZoneInUse, ZoneNotFound } from './shipping.errors.js';
import type { Zone } from './zones.js';

type Deps = {
  rows: MethodRepository; now: Clock; inTransaction: InTransaction; audit: RecordAudit;
  /** All of them are remembered for a moment. */
  forget: () => void;
};
type By = { actor: Actor; ifMatch?: number | undefined };

/** What staff says about where things are sent and for how much. */
export class MethodsService {
  constructor(private readonly deps: Deps) {}

  findZones(query: PageQuery): Promise<Page<Zone>> { return this.deps.rows.zonePage(query); }
  findMethods(filter: { zoneId?: string }, query: PageQuery): Promise<Page<Method>> { return this.deps.rows.methodPage(filter, query); }

  async getZone(id: string): Promise<Zone> {
    const found = await this.deps.rows.findZone(id);
    if (!found) throw new ZoneNotFound(id);
    return found;
  }

  async getMethod(id: string): Promise<Method> {
    const found = await this.deps.rows.findMethod(id);
    if (!found) throw new MethodNotFound(id);
    return found;
  }

  createZone(zone: NewZone, { actor }: By): Promise<Zone> {
    return this.change('shipping.zone_created', actor, async () => {
      const created = await this.deps.rows.createZone(zone, this.deps.now());
      return { result: created, subject: `shipping_zone:${created.id}`, after: zone };
    });
  }

  updateZone(id: string, change: Partial<NewZone>, { actor, ifMatch }: By): Promise<Zone> {
    return this.change('shipping.zone_updated', actor, async () => {
      const before = await this.getZone(id);
      requireVersion(ifMatch, before.version);
      const result = await this.deps.rows.saveZone({ ...before, ...change }, this.deps.now());
      return { result, subject: `shipping_zone:${id}`, before, after: change };
    });
  }

  async deleteZone(id: string, { actor, ifMatch }: By): Promise<void> {
    await this.change('shipping.zone_deleted', actor, async () => {
      const before = await this.getZone(id);
      requireVersion(ifMatch, before.version);
      const methods = await this.deps.rows.countMethods(id);
      if (methods > 0) throw new ZoneInUse(methods);
      await this.deps.rows.deleteZone(before);
      return { result: null, subject: `shipping_zone:${id}`, before };
    });
  }

  createMethod(method: NewMethod, { actor }: By): Promise<Method> {
    refuseUnsound(method.rate);
    return this.change('shipping.method_created', actor, async () => {
      if (!await this.deps.rows.touchZone(method.zoneId, this.deps.now())) throw new ZoneNotFound(method.zoneId);
      const result = await this.deps.rows.createMethod(method, this.deps.now());
      return { result, subject: `shipping_method:${result.id}`, after: method };
    });
  }

  updateMethod(id: string, change: MethodChange, { actor, ifMatch }: By): Promise<Method> {
    if (change.rate) refuseUnsound(change.rate);
    return this.change('shipping.method_updated', actor, async () => {
      const before = await this.getMethod(id);
      requireVersion(ifMatch, before.version);
      const zoneId = change.zoneId ?? before.zoneId;
      if (!await this.deps.rows.touchZone(zoneId, this.deps.now())) throw new ZoneNotFound(zoneId);
      const result = await this.deps.rows.saveMethod(before, change, this.deps.now());
      return { result, subject: `shipping_method:${id}`, before, after: change };
    });
  }

  async deleteMethod(id: string, { actor, ifMatch }: By): Promise<void> {
    await this.change('shipping.method_deleted', actor, async () => {
      const before = await this.getMethod(id);
      requireVersion(ifMatch, before.version);
      await this.deps.rows.deleteMethod(before);
      return { result: null, subject: `shipping_method:${id}`, before };
    });
  }

  private change<T>(action: string, actor: Actor, work: () => Promise<{ result: T; subject: string; before?: unknown; after?: unknown }>): Promise<T> {
    return this.deps.inTransaction(async () => {
      const { result, ...entry } = await work();
      await this.deps.audit({ actor, action, ...entry });
      await afterCommit(this.deps.forget);
      return result;
    });
  }
}

/** Every parcel has one price in a table, or none above its end. */
export function refuseUnsound(rate: Rate): void {
  const own = rate.kind === 'carrier' ? rate.fallback : rate;
  const pointer = rate.kind === 'carrier' ? '#/body/rate/fallback' : '#/body/rate';
  const errors = problemsOf(own).map(({ list, code, at, message }): FieldError => ({ pointer: `${pointer}/${list}/${at}`, code, message }));
  if (errors.length > 0) throw new RateTableInvalid(errors);
}

function problemsOf(rate: OwnRate): Array<RangeProblem & { list: string }> {
  if (rate.kind === 'flat') return [];
  if (rate.kind === 'table') return cellProblems(rate.rows).map((problem) => ({ ...problem, list: 'rows' }));
  return bandProblems(rate.bands).map((problem) => ({ ...problem, list: 'bands' }));
}
