import { Types, type Connection } from 'mongoose';
import type { Actor } from '../../shared/actor.js';
import { findPage } from '../../shared/db/page.js';
import type { Page, PageQuery } from '../../shared/http/pagination.js';
import type { Alert, AlertKind, AlertState, NewAlert } from './alerts.js';
import { alertModel, type AlertRow } from './alerts.model.js';

export type AlertFilter = Readonly<{ kind?: AlertKind | undefined; state?: AlertState | undefined }>;

export class AlertRepository {
  private readonly alerts;

  constructor(connection: Connection) {
    this.alerts = alertModel(connection);
  }

  async add(alert: NewAlert): Promise<void> {
    await this.alerts.insertMany([{ ...alert, _id: new Types.ObjectId(), state: 'open' }], { lean: true });
  }

  async find(id: string): Promise<Alert | null> {
    const found = await this.alerts.findOne({ _id: new Types.ObjectId(id) }).lean();
    return found && toAlert(found);
  }

  /** Compare-and-set: null for everybody but the first. */
  async acknowledge(id: string, by: Readonly<{ actor: Actor; at: Date; note?: string | undefined }>): Promise<Alert | null> {
    const change = { state: 'acknowledged' as const, acknowledgedAt: by.at, acknowledgedBy: by.actor, ...(by.note !== undefined && { note: by.note }) };
    const changed = await this.alerts.findOneAndUpdate({ _id: new Types.ObjectId(id), state: 'open' }, { $set: change }, { returnDocument: 'after' }).lean();
    return changed && toAlert(changed);
  }

  async list({ kind, state }: AlertFilter, query: PageQuery): Promise<Page<Alert>> {
    const page = await findPage<AlertRow>(this.alerts as never, { filter: { ...(state !== undefined && { state }), ...(kind !== undefined && { kind }) }, query, fallbackSort: '-at' });
    return { ...page, items: page.items.map(toAlert) };
  }
}

function toAlert({ _id, eventId: _event, ...alert }: AlertRow): Alert {
  return { id: _id.toHexString(), ...alert };
}
