import type { Actor } from './actor.js';

/** A privileged change. Written in the same transaction as the change itself. */
export type AuditEntry = Readonly<{
  actor: Actor;
  /** `cache.purged`, `user.roles_changed` */
  action: string;
  /** What was changed: `user:64f…`. */
  subject: string;
  /** The user whose data before and after may hold; they are then sealed for that user and go when the user is erased. */
  about?: string;
  before?: unknown;
  after?: unknown;
}>;

/** Declared by whoever changes something privileged; plugged in the container, because operations are not called by others. */
export type RecordAudit = (entry: AuditEntry) => Promise<void>;
