import { SYSTEM, type Actor } from '../../../shared/actor.js';
import type { Clock } from '../../../shared/clock.js';
import { retryLostRace } from '../../../shared/db/retry.js';
import type { InTransaction } from '../../../shared/db/transaction.js';
import { NotFoundError, UnauthenticatedError } from '../../../shared/errors.js';
import type { DomainEvent, Outbox, StoredEvent, Subscriber } from '../../../shared/events/outbox.js';
import type { KeyedQueue } from '../../../shared/keyed-queue.js';
import type { CarrierEvent, ReadWebhook, WebhookHeaders } from '../carriers/carrier.js';
import { HeardBefore, type TrackingRepository } from './tracking.repository.js';
import { newTracking, trackingKey, untold, withScans, type Milestone, type ParcelLink, type Tracking } from './tracking.js';

class CarrierNotFound extends NotFoundError {
  readonly code = 'carrier_not_found';
  constructor() { super('No such carrier sends webhooks here.'); }
}

class WebhookNotSigned extends UnauthenticatedError {
  readonly code = 'webhook_not_signed';
  constructor() { super('This webhook is not signed by the carrier, or too old.'); }
}

type Deps = {
  rows: TrackingRepository; readers: ReadonlyMap<string, ReadWebhook>; outbox: Pick<Outbox, 'record' | 'once'>; inTransaction: InTransaction; now: Clock; queue: KeyedQueue;
  /** The order marks the parcel as delivered; false while it was not even sent. */
  deliverTracked: (trackingNumber: string, actor: Actor) => Promise<boolean>;
};
type ToldParcel = Readonly<{ parcelId: string; carrier?: string; trackingNumber?: string }>;

/** Follows parcels by what carriers tell: in any order, as often as they like. */
export class TrackingService {
  constructor(private readonly deps: Deps) {}

  /** How many of the webhook's events were new. */
  async receive(carrier: string, headers: WebhookHeaders, body: Buffer): Promise<number> {
    const read = this.deps.readers.get(carrier);
    if (!read) throw new CarrierNotFound();
    const events = await read(headers, body, this.deps.now());
    if (!events) throw new WebhookNotSigned();
    let heard = 0;
    for (const event of events) if (await this.hear(carrier, event)) heard += 1;
    return heard;
  }

  findAll(trackingNumbers: readonly string[]): Promise<Tracking[]> {
    return trackingNumbers.length === 0 ? Promise.resolve([]) : this.deps.rows.findAll(trackingNumbers);
  }

  subscribers(): Subscriber[] {
    return [
      { name: 'shipping.linkParcels', on: ['fulfilment.created', 'fulfilment.tracking_changed', 'fulfilment.shipped'], handle: (event) => this.linkParcels(event) },
      { name: 'shipping.confirmDelivery', on: ['shipment.delivered'], handle: async ({ data }) => { await this.deps.deliverTracked(String(data['trackingNumber']), SYSTEM); } },
    ];
  }

  /** The id is written with its effect, so that neither exists without the other. */
  private async hear(carrier: string, { id, trackingNumber, scans, estimatedDelivery, ...event }: CarrierEvent): Promise<boolean> {
    if (trackingKey(trackingNumber) === '') return false;
    try {
      await this.change(trackingNumber, (tracking) => ({
        ...withScans(tracking, scans), carrier: tracking.carrier ?? event.carrier, estimatedDelivery: later(tracking.estimatedDelivery, estimatedDelivery),
      }), () => this.deps.rows.hear(`${carrier}:${id}`, trackingKey(trackingNumber), this.deps.now()));
      return true;
    } catch (error) {
      if (error instanceof HeardBefore) return false;
      throw error;
    }
  }

  /** Which order a number belongs to is known from its fulfilment; what the carrier told before is told on now. */
  private async linkParcels({ type, data }: StoredEvent): Promise<void> {
    const { orderId, fulfilmentId, parcels = [] } = data as { orderId: string; fulfilmentId: string; parcels?: ToldParcel[] };
    for (const { parcelId, carrier, trackingNumber } of parcels) {
      if (trackingNumber === undefined || trackingKey(trackingNumber) === '') continue;
      const link: ParcelLink = { orderId, fulfilmentId, parcelId, number: trackingNumber };
      const tracking = await this.change(trackingNumber, (before) => ({ ...before, link, carrier: before.carrier ?? carrier ?? null }));
      if (type === 'fulfilment.shipped' && tracking.status === 'delivered') await this.deps.deliverTracked(trackingNumber, SYSTEM);
    }
  }

  private async change(trackingNumber: string, apply: (before: Tracking) => Tracking, first: () => Promise<void> = async () => {}): Promise<Tracking> {
    const { queue, inTransaction, rows, outbox, now } = this.deps;
    return queue.run([trackingKey(trackingNumber)], () => retryLostRace(() => inTransaction(async () => {
      await first();
      const changed = apply(await rows.find(trackingNumber) ?? newTracking(trackingNumber));
      const milestones = untold(changed);
      await rows.save({ ...changed, told: [...changed.told, ...milestones] }, now());
      if (milestones.length > 0) await outbox.record(...milestones.map((milestone) => milestoneEvent(changed, milestone)));
      return changed;
    })));
  }
}

/** `late`: the parcel had gone further by the time the carrier told of it. */
function milestoneEvent({ carrier, status, link, scans, estimatedDelivery }: Tracking, milestone: Milestone): DomainEvent {
  const { number: trackingNumber, ...parcel } = link!;
  const { at, location } = scans.find((scan) => scan.status === milestone)!;
  return {
    type: `shipment.${milestone}`, aggregateId: parcel.orderId,
    data: { ...parcel, trackingNumber, carrier, at, ...(location !== undefined && { location }), status, late: status !== milestone, ...(estimatedDelivery && { estimatedDelivery }) },
  };
}

const later = (known: Date | null, told: Date | undefined): Date | null => (told === undefined || (known !== null && known > told) ? known : told);
