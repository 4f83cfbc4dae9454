import type { Actor } from '../../../shared/actor.js';
import type { RecordAudit } from '../../../shared/audit.js';
import { later, type Clock } from '../../../shared/clock.js';
import type { InTransaction } from '../../../shared/db/transaction.js';
import type { Outbox } from '../../../shared/events/outbox.js';
import type { ReportError } from '../../../shared/http/problem.js';
import type { KeyedQueue } from '../../../shared/keyed-queue.js';
import { SYSTEM } from '../../../shared/actor.js';
import { CarrierRefused, CarrierSilent, cheapest, type BoughtLabel, type Carrier, type LabelFormat, type ParcelToSend } from '../carriers/carrier.js';
import type { ShippingOrders } from '../shipping.deps.js';
import type { Box } from '../shipping.js';
import { CarrierNotConfigured, CarrierNotReached, LabelInProgress, LabelNotFound, LabelRefused, ServiceNotOffered } from './labels.errors.js';
import type { LabelRepository } from './labels.repository.js';
import type { Label } from './labels.js';
import type { ParcelFinder } from './parcel-finder.js';

/** A purchase takes less; one that is older was left by a process that died. */
const LEFT_MS = 60_000;
const BATCH = 20;

export type BuyLabel = Readonly<{
  orderId: string; parcelId: string; carrier: string; service: string; format: LabelFormat; weightGrams?: number | undefined; box?: Box | undefined; actor: Actor;
}>;
type Deps = {
  rows: LabelRepository; carriers: ReadonlyMap<string, Carrier>; parcels: ParcelFinder; orders: () => ShippingOrders; inTransaction: InTransaction; outbox: Pick<Outbox, 'record'>;
  audit: RecordAudit; queue: KeyedQueue; now: Clock; report: ReportError;
};

/** Postage for parcels, bought once: reserved first, then bought outside of any transaction, then written down. */
export class LabelService {
  constructor(private readonly deps: Deps) {}

  findByOrder(orderId: string): Promise<Label[]> {
    return this.deps.rows.findByOrder(orderId);
  }

  /** Repeating it answers the label that was bought; `isNew` says whether this call did it. */
  buy(request: BuyLabel): Promise<{ label: Label; isNew: boolean }> {
    return this.deps.queue.run([`label:${request.parcelId}`], async () => {
      const { rows, now } = this.deps;
      const carrier = this.carrier(request.carrier);
      const parcel = await this.deps.parcels.find(request);
      const known = await rows.findActive(request.parcelId);
      if (known && known.state !== 'buying') return { label: known, isNew: false };
      if (known && (known.claimedAt > later(now(), -LEFT_MS) || !await rows.takeUp(known, now()))) throw new LabelInProgress();
      const { orderId, parcelId, service, format } = request;
      const label = known ?? await rows.claim({ orderId, parcelId, fulfilmentId: parcel.fulfilmentId, provider: carrier.name, service, format }, now());
      if (!label) throw new LabelInProgress();
      return { label: await this.purchase(carrier, label, { toSend: parcel.toSend, actor: request.actor }), isNew: true };
    });
  }

  /** Gives postage back that was not used. Done before it changes nothing. */
  async void(orderId: string, labelId: string, actor: Actor): Promise<Label> {
    const { rows, inTransaction, outbox, audit } = this.deps;
    const label = await rows.find(orderId, labelId);
    if (!label) throw new LabelNotFound();
    if (label.state === 'voided') return label;
    if (!label.bought || !await rows.beginVoid(label.id)) throw new LabelInProgress();
    const refund = await this.askRefund(label, label.bought);
    await inTransaction(async () => {
      if (!await rows.voided(label.id, refund)) return;
      await outbox.record({ type: 'label.voided', aggregateId: orderId, data: { orderId, labelId, parcelId: label.parcelId, refund } });
      await audit({ actor, action: 'label.voided', subject: `order:${orderId}`, after: { labelId, refund } });
    });
    return { ...label, state: 'voided', refund };
  }

  /** What a process that died in the middle left: the carrier knows whether it was bought. */
  async settleLeftOvers(): Promise<number> {
    const { rows, now, report } = this.deps;
    const left = (await rows.findUnfinished(later(now(), -LEFT_MS), BATCH)).filter(({ provider }) => this.deps.carriers.has(provider));
    for (const label of left) {
      if (!await rows.takeUp(label, now())) continue;
      try {
        const bought = label.rate && await this.carrier(label.provider).findBought(label.rate, label.format);
        if (bought) await this.keep(label, bought, SYSTEM);
        else await rows.fail(label.id, 'it was never bought');
      } catch (error) {
        report(error, { label: label.id });
      }
    }
    return left.length;
  }

  private async purchase(carrier: Carrier, label: Label, { toSend, actor }: { toSend: ParcelToSend; actor: Actor }): Promise<Label> {
    const { rows } = this.deps;
    try {
      const before = label.rate && await carrier.findBought(label.rate, label.format);
      if (before) return await this.keep(label, before, actor);
      const rates = await carrier.rates({ ...toSend, reference: label.id }, label.format);
      const rate = cheapest(rates, label.service);
      if (!rate) {
        await rows.fail(label.id, 'service not offered');
        throw new ServiceNotOffered(label.service, rates.map((one) => `${one.carrier} ${one.service}`));
      }
      await rows.choose(label.id, rate);
      return await this.keep({ ...label, rate }, await carrier.buy(rate, label.format), actor);
    } catch (error) {
      if (error instanceof CarrierRefused) {
        await rows.fail(label.id, error.message);
        throw new LabelRefused(error.message);
      }
      if (!(error instanceof CarrierSilent)) throw error;
      await rows.letGo(label.id);
      throw new CarrierNotReached();
    }
  }

  private async keep(label: Label, bought: BoughtLabel, actor: Actor): Promise<Label> {
    const { rows, inTransaction, outbox, audit, orders } = this.deps;
    const { id, orderId, fulfilmentId, parcelId } = label;
    const { carrier, trackingNumber, trackingUrl, cost } = bought;
    await inTransaction(async () => {
      if (!await rows.bought(id, bought)) return;
      await outbox.record({ type: 'label.bought', aggregateId: orderId, data: { orderId, labelId: id, parcelId, trackingNumber, cost } });
      await audit({ actor, action: 'label.bought', subject: `order:${orderId}`, after: { labelId: id, parcelId, trackingNumber, cost } });
      await orders().fulfilments.track({ orderId, fulfilmentId, parcelId, carrier, trackingNumber, ...(trackingUrl !== undefined && { trackingUrl }), actor });
    });
    return { ...label, state: 'bought', bought };
  }

  private async askRefund(label: Label, { providerId }: BoughtLabel): Promise<'pending' | 'refunded'> {
    try {
      const refund = await this.carrier(label.provider).refund({ providerId, shipmentId: label.rate?.shipmentId ?? '' });
      if (refund !== 'refused') return refund;
      throw new CarrierRefused('it was used, or is too old to be given back');
    } catch (error) {
      await this.deps.rows.keep(label.id);
      if (error instanceof CarrierRefused) throw new LabelRefused(error.message);
      throw error instanceof CarrierSilent ? new CarrierNotReached() : error;
    }
  }

  private carrier(name: string): Carrier {
    const found = this.deps.carriers.get(name);
    if (!found) throw new CarrierNotConfigured(name, [...this.deps.carriers.keys()]);
    return found;
  }
}
