/** Days in UTC, written `2026-05-01`, as reports count them. */
const DAY_MS = 86_400_000;

export const dayOf = (at: Date): string => at.toISOString().slice(0, 10);
export const startOf = (day: string): Date => new Date(`${day}T00:00:00Z`);
export const daysBefore = (day: string, days: number): string => dayOf(new Date(startOf(day).getTime() - days * DAY_MS));
/** From midnight to midnight: 1 between a day and the next. */
export const daysBetween = (from: string, to: string): number => (startOf(to).getTime() - startOf(from).getTime()) / DAY_MS;
