/**
 * What the model looks at, in this order. `customer` is who pays (the account, else the e-mail address), `place` where the goods or the card turn
 * up (the delivery address; in the handbook's data the terminal). One function makes them for training and for the order being placed, so the
 * two cannot differ. Windows end at the order; what is known of frauds ends `DELAY_MS` before it, because nobody knows earlier.
 */
export const FEATURES = [
  'amount', 'night', 'weekend',
  'customer_orders_1d', 'customer_orders_7d', 'customer_orders_30d', 'customer_mean_1d', 'customer_mean_7d', 'customer_mean_30d',
  'amount_to_mean', 'amount_to_median', 'amount_to_largest', 'amount_deviation', 'customer_spikes_14d', 'customer_largest_spike_14d', 'customer_days_since_last', 'customer_at_place_30d',
  'place_orders_1d', 'place_orders_7d', 'place_orders_30d', 'place_fraud_rate_1d', 'place_fraud_rate_7d', 'place_fraud_rate_30d',
  'place_odd_frauds_7d', 'place_odd_frauds_28d', 'place_days_since_first_odd_fraud', 'place_fraud_rate_since', 'place_days_since_last_odd_fraud', 'place_frauds_in_a_row', 'place_mean',
] as const;

export const DAY_MS = 24 * 3_600_000;
/** So long it takes until a fraud is reported. */
export const DELAY_MS = 7 * DAY_MS;
/** How far back anything is looked at. */
export const MEMORY_MS = 37 * DAY_MS;
const WINDOW_MS = 30 * DAY_MS;
const NEVER = 99;
const SPIKE = 3;
/** Above it a fraud is explained by its amount, so it says nothing of the place. Of the handbook's first scenario. */
const LARGE = 220;

/** An earlier order of the customer or at the place; `amount` in major units, `at` in milliseconds. */
export type Past = Readonly<{ at: number; amount: number; spike: number; isFraud: boolean; place: string | number }>;
export type Now = Readonly<{ at: number; amount: number; place: string | number }>;
/** Oldest first. Rows older than `MEMORY_MS` may be among them and are not looked at. */
export type Histories = Readonly<{ customer: readonly Past[]; place: readonly Past[] }>;

/** `spike` is to be kept with the order: it is what later orders ask of it. */
export function featuresOf(now: Now, { customer, place }: Histories): { row: Float64Array; spike: number } {
  const hour = new Date(now.at).getUTCHours();
  const weekday = new Date(now.at).getUTCDay();
  const own = ofCustomer(now, customer);
  const row = Float64Array.of(now.amount, hour <= 6 ? 1 : 0, weekday === 0 || weekday === 6 ? 1 : 0, ...own.values, ...ofPlace(now, place));
  return { row, spike: own.spike };
}

type Sums = { n: number; sum: number };
const mean = ({ n, sum }: Sums, otherwise: number): number => (n > 0 ? sum / n : otherwise);

function ofCustomer(now: Now, past: readonly Past[]): { values: number[]; spike: number } {
  const [day, week, month] = [{ n: 0, sum: 0 }, { n: 0, sum: 0 }, { n: 0, sum: 0 }];
  const amounts = new Float64Array(past.length);
  let [squares, largest, spikes, largestSpike, atPlace, last] = [0, 0, 0, 0, 0, -Infinity];
  for (let at = firstWithin(past, now.at - WINDOW_MS); at < past.length; at++) {
    const order = past[at]!;
    amounts[month.n] = order.amount;
    add(month, order);
    if (order.at > now.at - 7 * DAY_MS) add(week, order);
    if (order.at > now.at - DAY_MS) add(day, order);
    squares += order.amount ** 2;
    largest = Math.max(largest, order.amount);
    if (order.at > now.at - 14 * DAY_MS) {
      if (order.spike > SPIKE) spikes += 1;
      largestSpike = Math.max(largestSpike, order.spike);
    }
    if (order.place === now.place) atPlace += 1;
    last = order.at;
  }
  const usual = mean(month, now.amount);
  const deviation = month.n > 2 ? Math.sqrt(Math.max(0, squares / month.n - usual ** 2)) : usual / 2;
  const middle = month.n > 0 ? amounts.subarray(0, month.n).sort()[month.n >> 1]! : now.amount;
  const spike = ratio(now.amount, middle);
  return { spike, values: [
    day.n, week.n, month.n, mean(day, usual), mean(week, usual), usual,
    ratio(now.amount, usual), spike, ratio(now.amount, largest), (now.amount - usual) / (deviation || 1), spikes, largestSpike,
    last === -Infinity ? 30 : (now.at - last) / DAY_MS, atPlace,
  ] };
}

function ofPlace(now: Now, past: readonly Past[]): number[] {
  const known = now.at - DELAY_MS;
  const [day, week, month, all] = [{ n: 0, sum: 0 }, { n: 0, sum: 0 }, { n: 0, sum: 0 }, { n: 0, sum: 0 }];
  let [odd7, odd28, firstOdd, lastOdd, since, fraudsSince, inARow] = [0, 0, -1, -1, 0, 0, 0];
  for (let at = firstWithin(past, now.at - MEMORY_MS); at < past.length; at++) {
    const order = past[at]!;
    add(all, order);
    if (order.at > known) continue;
    const fraud = order.isFraud ? 1 : 0;
    count(month, fraud);
    // A fraud that neither its amount nor its customer explains is the place's own.
    const isOdd = order.isFraud && order.amount <= LARGE && order.spike < SPIKE;
    if (order.at > known - 7 * DAY_MS) {
      count(week, fraud);
      if (isOdd) odd7 += 1;
    }
    if (order.at > known - DAY_MS) count(day, fraud);
    inARow = order.isFraud ? inARow + 1 : 0;
    if (order.at <= now.at - 28 * DAY_MS) continue;
    if (isOdd) {
      odd28 += 1;
      if (firstOdd < 0) firstOdd = order.at;
      lastOdd = order.at;
    }
    if (firstOdd >= 0) {
      since += 1;
      fraudsSince += fraud;
    }
  }
  const days = (from: number) => (from < 0 ? NEVER : (now.at - from) / DAY_MS);
  return [
    day.n, week.n, month.n, mean(day, 0), mean(week, 0), mean(month, 0),
    odd7, odd28, days(firstOdd), since > 0 ? fraudsSince / since : 0, days(lastOdd), inARow, mean(all, now.amount),
  ];
}

function add(sums: Sums, { amount }: Past): void { count(sums, amount); }
function count(sums: Sums, value: number): void {
  sums.n += 1;
  sums.sum += value;
}

const ratio = (amount: number, to: number): number => (to > 0 ? amount / to : 1);

/** Histories are sorted, so that what is too old is skipped in a few steps. */
function firstWithin(past: readonly Past[], after: number): number {
  let [low, high] = [0, past.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (past[middle]!.at <= after) low = middle + 1;
    else high = middle;
  }
  return low;
}
