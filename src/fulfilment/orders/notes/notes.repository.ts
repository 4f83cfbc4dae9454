import { Types, type Connection } from 'mongoose';
import type { Actor } from '../../../shared/actor.js';
import { noteModel, type NoteRow } from './notes.model.js';

export type Note = Readonly<{ id: string; orderId: string; text: string; actor: Actor; createdAt: Date }>;

export class NoteRepository {
  private readonly notes;

  constructor(connection: Connection) {
    this.notes = noteModel(connection);
  }

  async add(note: Omit<Note, 'id'>): Promise<Note> {
    const _id = new Types.ObjectId();
    await this.notes.insertMany([{ _id, ...note } as NoteRow], { lean: true });
    return { id: _id.toHexString(), ...note };
  }

  async findByOrder(orderId: string): Promise<Note[]> {
    const found = await this.notes.find({ orderId }).sort({ _id: 1 }).lean();
    return found.map(({ _id, ...note }) => ({ id: _id.toHexString(), ...note }));
  }
}
