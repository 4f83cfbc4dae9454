import type { Milestone, SumLabel } from '../notifications.js';

/** What one mail says. Handlebars stands for data; a line whose data is missing is left out. */
export type Text = Readonly<{ subject: string; heading: string; body: readonly string[]; button?: string }>;
export type Texts = Readonly<{
  /** Left to right, unless said otherwise. */
  direction?: 'rtl';
  greeting: string; greetingUnnamed: string; closing: string; itemColumn: string; amountColumn: string;
  sums: Readonly<Record<SumLabel, string>>; mails: Readonly<Record<Milestone, Text>>;
}>;
