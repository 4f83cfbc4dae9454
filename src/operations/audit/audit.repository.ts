import type { Connection, Types } from 'mongoose';
import { findPage } from '../../shared/db/page.js';
import type { Page, PageQuery } from '../../shared/http/pagination.js';
import type { AuditFilter, AuditRecord } from './audit.js';
import { auditModel, type AuditRow } from './audit.model.js';

export class AuditRepository {
  private readonly entries;

  constructor(connection: Connection) {
    this.entries = auditModel(connection);
  }

  async append(entry: AuditRow): Promise<void> {
    await this.entries.insertMany([entry]);
  }

  async list({ action, subject, actor, from, until }: AuditFilter, query: PageQuery): Promise<Page<AuditRecord>> {
    const at = { ...(from && { $gte: from }), ...(until && { $lte: until }) };
    const page = await findPage(this.entries, {
      query, fallbackSort: '-at',
      filter: {
        ...(action !== undefined && { action }), ...(subject !== undefined && { subject }),
        ...(actor && { 'actor.type': actor.type, ...(actor.id !== undefined && { 'actor.id': actor.id }) }),
        ...(Object.keys(at).length > 0 && { at }),
      },
    });
    return { ...page, items: page.items.map((row) => toRecord(row as AuditRow & { _id: Types.ObjectId })) };
  }
}

const toRecord = ({ _id, ...row }: AuditRow & { _id: Types.ObjectId }): AuditRecord => ({ id: _id.toHexString(), ...row });
