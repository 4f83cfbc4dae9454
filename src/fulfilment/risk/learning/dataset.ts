import { DAY_MS, FEATURES, featuresOf, MEMORY_MS, type Past } from '../features.js';

/** One order as training sees it: `amount` in major units. */
export type Transaction = Readonly<{ at: number; customer: string | number; place: string | number; amount: number; isFraud: boolean }>;

/** Features by column, everything else by row; rows are in order of time. `days` count from the first one. */
export type Dataset = Readonly<{ rows: number; columns: readonly Float64Array[]; labels: Uint8Array; days: Int32Array; customers: Int32Array; firstDay: number }>;

/** Goes through all transactions once, as they happened: each sees only what came before it, and labels only with their delay. */
export function buildDataset(transactions: readonly Transaction[], onRow: (done: number) => void = () => {}): Dataset {
  const sorted = isSorted(transactions) ? transactions : [...transactions].sort((a, b) => a.at - b.at);
  const rows = sorted.length;
  const columns = FEATURES.map(() => new Float64Array(rows));
  const [labels, days, customers] = [new Uint8Array(rows), new Int32Array(rows), new Int32Array(rows)];
  const firstDay = Math.floor((sorted[0]?.at ?? 0) / DAY_MS);
  const [ofCustomers, ofPlaces, numbers] = [new Map<string | number, Past[]>(), new Map<string | number, Past[]>(), new Map<string | number, number>()];
  for (let row = 0; row < rows; row++) {
    const { at, customer, place, amount, isFraud } = sorted[row]!;
    const histories = { customer: recent(ofCustomers, customer, at), place: recent(ofPlaces, place, at) };
    const features = featuresOf({ at, amount, place }, histories);
    for (let index = 0; index < columns.length; index++) columns[index]![row] = features.row[index]!;
    labels[row] = isFraud ? 1 : 0;
    days[row] = Math.floor(at / DAY_MS) - firstDay;
    if (!numbers.has(customer)) numbers.set(customer, numbers.size);
    customers[row] = numbers.get(customer)!;
    const past: Past = { at, amount, spike: features.spike, isFraud, place };
    histories.customer.push(past);
    histories.place.push(past);
    onRow(row + 1);
  }
  return { rows, columns, labels, days, customers, firstDay };
}

const FORGET_AFTER = 64;

/** What is too old is dropped now and then, so that histories stay as long as their window. */
function recent(histories: Map<string | number, Past[]>, key: string | number, at: number): Past[] {
  const found = histories.get(key);
  if (!found) {
    const empty: Past[] = [];
    histories.set(key, empty);
    return empty;
  }
  if (found.length > FORGET_AFTER && found[FORGET_AFTER]!.at <= at - MEMORY_MS) found.splice(0, FORGET_AFTER);
  return found;
}

const isSorted = (transactions: readonly Transaction[]): boolean => transactions.every(({ at }, index) => index === 0 || transactions[index - 1]!.at <= at);
