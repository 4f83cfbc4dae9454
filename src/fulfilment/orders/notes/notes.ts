import type { Actor } from '../../../shared/actor.js';

/** What staff tells staff about an order. */
export type Note = Readonly<{ id: string; orderId: string; text: string; actor: Actor; createdAt: Date }>;
