/** For timelines and audits: who did it. */
export type Actor = Readonly<{ type: 'user' | 'key' | 'guest' | 'system'; id: string | null }>;
export const SYSTEM: Actor = { type: 'system', id: null };
