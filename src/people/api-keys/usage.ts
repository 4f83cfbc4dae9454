export const ANSWER_CLASSES = ['2xx', '3xx', '4xx', '5xx'] as const;
export type AnswerClass = (typeof ANSWER_CLASSES)[number];

/** What one key asked of one part of the API on one day (UTC). */
export type Usage = Readonly<{ day: string; group: string; requests: number; answers: Readonly<Partial<Record<AnswerClass, number>>> }>;

export const classOf = (status: number): AnswerClass => (status >= 500 ? '5xx' : status >= 400 ? '4xx' : status >= 300 ? '3xx' : '2xx');

/** `GET /orders/:id` is of `orders`, `GET /admin/jobs` of `admin/jobs`. */
export function groupOf(route: string): string {
  const [first = '', second = ''] = route.slice(route.indexOf('/') + 1).split('/');
  return first === 'admin' ? `admin/${second}` : first;
}

/** For whoever sends the invoice: totals of the whole span beside its days. */
export function summaryOf(usage: readonly Usage[]) {
  const answers: Partial<Record<AnswerClass, number>> = {};
  for (const one of usage) for (const name of ANSWER_CLASSES) if (one.answers[name]) answers[name] = (answers[name] ?? 0) + one.answers[name];
  return { requests: usage.reduce((so, { requests }) => so + requests, 0), answers, items: usage };
}
