import type { AuditEntry } from '../../shared/audit.js';
import type { Actor } from '../../shared/actor.js';

/** An entry as it stands in the log: never changed, never removed. */
export type AuditRecord = Omit<AuditEntry, 'about'> & Readonly<{ id: string; requestId?: string; at: Date }>;

export type AuditFilter = { action?: string; subject?: string; actor?: Pick<Actor, 'type'> & Partial<Actor>; from?: Date; until?: Date };

/** `user:64f…` names one, `user` all of that kind. */
export function readActor(text: string): Pick<Actor, 'type'> & Partial<Actor> {
  const [type, id] = text.split(':', 2) as [Actor['type'], string | undefined];
  return id === undefined ? { type } : { type, id };
}
