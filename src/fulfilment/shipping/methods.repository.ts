import type { Connection, Types } from 'mongoose';
import { findPage } from '../../shared/db/page.js';
import { duplicateKeyOf } from '../../shared/db/retry.js';
import { ConcurrentChange } from '../../shared/errors.js';
import type { Page, PageQuery } from '../../shared/http/pagination.js';
import { methodModel, zoneModel, type MethodRow, type ZoneRow } from './methods.model.js';
import type { Method } from './rates.js';
import { MethodCodeTaken, ZoneCodeTaken, ZonesOverlap } from './shipping.errors.js';
import { placeKeysOf, type Zone } from './zones.js';

type Row<T> = T & { _id: Types.ObjectId };
export type NewZone = Pick<Zone, 'code' | 'name' | 'places' | 'restOfWorld'>;
export type NewMethod = Omit<Method, 'id' | 'version' | 'createdAt' | 'updatedAt'>;
/** Undefined leaves a field as it is, null takes it away. */
export type MethodChange = { [Key in keyof NewMethod]?: NewMethod[Key] | null | undefined };

/** Zones and methods are few: whoever sells reads them all, and keeps them for a moment. */
export class MethodRepository {
  private readonly zones;
  private readonly methods;

  constructor(connection: Connection) {
    this.zones = zoneModel(connection);
    this.methods = methodModel(connection);
  }

  /** Read outside of any transaction: the answer is shared by everybody for a moment. */
  async findAll(): Promise<{ zones: Zone[]; methods: Method[] }> {
    const [zones, methods] = await Promise.all([
      this.zones.find({}, null, { session: null }).sort({ code: 1 }).lean(),
      this.methods.find({}, null, { session: null }).sort({ position: 1, _id: 1 }).lean(),
    ]);
    return { zones: zones.map(toZone), methods: methods.map(toMethod) };
  }

  async findZone(id: string): Promise<Zone | null> {
    const found = await this.zones.findById(id).lean();
    return found && toZone(found);
  }

  async findMethod(id: string): Promise<Method | null> {
    const found = await this.methods.findById(id).lean();
    return found && toMethod(found);
  }

  async zonePage(query: PageQuery): Promise<Page<Zone>> {
    const page = await findPage(this.zones, { filter: {}, query, fallbackSort: 'code' });
    return { ...page, items: page.items.map(toZone) };
  }

  async methodPage(filter: { zoneId?: string }, query: PageQuery): Promise<Page<Method>> {
    const page = await findPage(this.methods, { filter, query, fallbackSort: 'position' });
    return { ...page, items: page.items.map(toMethod) };
  }

  async createZone(zone: NewZone, now: Date): Promise<Zone> {
    return this.namedZone(zone, async () => {
      const [created] = await this.zones.create([{ ...zone, placeKeys: placeKeysOf(zone), version: 1, createdAt: now, updatedAt: now }]);
      return toZone(created!.toObject());
    });
  }

  async saveZone({ id, version, createdAt: _c, ...zone }: Zone, now: Date): Promise<Zone> {
    return this.namedZone(zone, async () => {
      const saved = await this.zones.findOneAndUpdate({ _id: id, version }, { $set: { ...zone, placeKeys: placeKeysOf(zone), updatedAt: now }, $inc: { version: 1 } }, { returnDocument: 'after' }).lean();
      if (!saved) throw new ConcurrentChange('The zone changed meanwhile.', { zone: id });
      return toZone(saved);
    });
  }

  async deleteZone({ id, version }: Zone): Promise<void> {
    const { deletedCount } = await this.zones.deleteOne({ _id: id, version });
    if (deletedCount === 0) throw new ConcurrentChange('The zone changed meanwhile.', { zone: id });
  }

  countMethods(zoneId: string): Promise<number> {
    return this.methods.countDocuments({ zoneId });
  }

  /** Written with each change of its methods, so that a zone cannot vanish while one is added. */
  async touchZone(id: string, now: Date): Promise<boolean> {
    return (await this.zones.updateOne({ _id: id }, { $set: { updatedAt: now } })).matchedCount > 0;
  }

  async createMethod(method: NewMethod, now: Date): Promise<Method> {
    return named(method.code, async () => {
      const [created] = await this.methods.create([{ ...method, version: 1, createdAt: now, updatedAt: now }]);
      return toMethod(created!.toObject());
    });
  }

  async saveMethod({ id, version }: Pick<Method, 'id' | 'version'>, change: MethodChange, now: Date): Promise<Method> {
    const set = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== null && value !== undefined));
    const unset = Object.fromEntries(Object.entries(change).filter(([, value]) => value === null).map(([name]) => [name, 1]));
    return named(change.code ?? '', async () => {
      const saved = await this.methods.findOneAndUpdate({ _id: id, version }, { $set: { ...set, updatedAt: now }, $unset: unset, $inc: { version: 1 } }, { returnDocument: 'after' }).lean();
      if (!saved) throw new ConcurrentChange('The method changed meanwhile.', { method: id });
      return toMethod(saved);
    });
  }

  async deleteMethod({ id, version }: Method): Promise<void> {
    const { deletedCount } = await this.methods.deleteOne({ _id: id, version });
    if (deletedCount === 0) throw new ConcurrentChange('The method changed meanwhile.', { method: id });
  }

  private async namedZone(zone: NewZone, write: () => Promise<Zone>): Promise<Zone> {
    try {
      return await write();
    } catch (error) {
      const keys = duplicateKeyOf(error);
      if (keys?.startsWith('code')) throw new ZoneCodeTaken(zone.code);
      if (keys !== 'placeKeys') throw error;
      throw new ZonesOverlap();
    }
  }
}

async function named(code: string, write: () => Promise<Method>): Promise<Method> {
  try {
    return await write();
  } catch (error) {
    throw duplicateKeyOf(error)?.startsWith('zoneId') ? new MethodCodeTaken(code) : error;
  }
}

function toZone({ _id, placeKeys: _p, ...zone }: Row<ZoneRow>): Zone {
  return { id: _id.toHexString(), ...zone };
}

function toMethod({ _id, ...method }: Row<MethodRow>): Method {
  return { id: _id.toHexString(), ...method };
}
