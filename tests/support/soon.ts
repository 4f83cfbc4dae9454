/** How much slower than a quiet machine a loaded one may be: limits tell an answer from a hang, never fast from slow. */
const PATIENCE = 8;

/** A limit in milliseconds for a machine that has other work as well. */
export const soon = (ms: number): number => ms * PATIENCE;
