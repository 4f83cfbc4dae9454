/** Injected wherever time decides, so that a test can set it. */
export type Clock = () => Date;

export const later = (from: Date, milliseconds: number): Date => new Date(from.getTime() + milliseconds);
