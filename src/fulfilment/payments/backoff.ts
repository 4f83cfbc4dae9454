const BASE_MS = 2_000;
const CEILING_MS = 30_000;

/** Twice as long each time, up to half a minute, spread over half of it so that many do not come back at once. */
export const backoffMs = (attempts: number): number => Math.min(CEILING_MS, BASE_MS * 2 ** attempts) * (0.75 + Math.random() / 2);
