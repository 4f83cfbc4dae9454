/** When a warehouse works: parcels of orders before the cut-off leave the same day. Days are ISO dates where the warehouse is. */
export type WorkCalendar = Readonly<{
  timeZone?: string;
  /** `14:00`, local time. */
  cutoff?: string;
  /** 1 is Monday, 7 Sunday. */
  workingDays?: readonly number[];
  /** `2026-12-25` */
  holidays?: readonly string[];
}>;

const DAY_MS = 86_400_000;
const MONDAY_TO_FRIDAY = [1, 2, 3, 4, 5];
/** A calendar without a working day within a year is a mistake; it must not hang whoever asks. */
const MAX_DAYS = 400;
const formats = new Map<string, Intl.DateTimeFormat>();

function localTime(at: Date, timeZone = 'UTC'): { day: string; time: string } {
  const format = formats.get(timeZone) ?? new Intl.DateTimeFormat('en-CA', {
    timeZone, hourCycle: 'h23', year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit',
  });
  formats.set(timeZone, format);
  const part = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, value]));
  return { day: `${part['year']}-${part['month']}-${part['day']}`, time: `${part['hour']}:${part['minute']}` };
}

const after = (day: string, days: number): string => new Date(Date.parse(day) + days * DAY_MS).toISOString().slice(0, 10);

export function isWorkingDay({ workingDays = MONDAY_TO_FRIDAY, holidays = [] }: WorkCalendar, day: string): boolean {
  return workingDays.includes(new Date(day).getUTCDay() || 7) && !holidays.includes(day);
}

function nextWorkingDay(calendar: WorkCalendar, from: string): string {
  for (let days = 0; days < MAX_DAYS; days++) {
    const day = after(from, days);
    if (isWorkingDay(calendar, day)) return day;
  }
  return from;
}

/** The day on which what is ready at that moment leaves. */
export function shipDay(calendar: WorkCalendar, readyAt: Date): string {
  const { day, time } = localTime(readyAt, calendar.timeZone);
  const missed = calendar.cutoff !== undefined && time >= calendar.cutoff;
  return nextWorkingDay(calendar, missed ? after(day, 1) : day);
}

export function addWorkingDays(calendar: WorkCalendar, day: string, days: number): string {
  let reached = day;
  for (let left = days; left > 0; left--) reached = nextWorkingDay(calendar, after(reached, 1));
  return reached;
}

/** Whole days from that moment, as it is there, to that day. */
export const daysUntil = (calendar: WorkCalendar, from: Date, day: string): number =>
  Math.round((Date.parse(day) - Date.parse(localTime(from, calendar.timeZone).day)) / DAY_MS);
