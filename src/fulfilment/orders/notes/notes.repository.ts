import { Types, type Connection } from 'mongoose';
import { noteModel, type NoteRow } from './notes.model.js';
import type { Note } from './notes.js';

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
