type Scored = Readonly<{ scores: Float64Array; labels: Uint8Array }>;

const byScore = ({ scores }: Scored): Uint32Array => Uint32Array.from(scores, (_, row) => row).sort((a, b) => scores[b]! - scores[a]! || a - b);

/** Area under the ROC curve: the share of pairs of a fraud and an honest row that are in the right order; equal scores count half (Mann-Whitney). */
export function areaUnderRoc(rows: Scored): number {
  const order = byScore(rows);
  let [wins, positives, negatives] = [0, 0, 0];
  for (let at = 0; at < order.length;) {
    const score = rows.scores[order[at]!];
    let [p, n] = [0, 0];
    for (; at < order.length && rows.scores[order[at]!] === score; at++) {
      if (rows.labels[order[at]!] === 1) p += 1;
      else n += 1;
    }
    wins += n * (positives + p / 2);
    positives += p;
    negatives += n;
  }
  return wins / (positives * negatives);
}

/** Sum over recall steps of precision there; rows of one score are taken together. */
export function averagePrecision(rows: Scored): number {
  const order = byScore(rows);
  const all = rows.labels.reduce((so, label) => so + label, 0);
  let [sum, found] = [0, 0];
  for (let at = 0; at < order.length;) {
    const score = rows.scores[order[at]!];
    const before = found;
    for (; at < order.length && rows.scores[order[at]!] === score; at++) found += rows.labels[order[at]!]!;
    sum += ((found - before) / all) * (found / at);
  }
  return sum;
}

/** Of all frauds, the share among the `share` of rows with the highest scores. */
export function recallAt(rows: Scored, share: number): number {
  const order = byScore(rows);
  const reviewed = order.subarray(0, Math.max(1, Math.round(share * order.length)));
  const all = rows.labels.reduce((so, label) => so + label, 0);
  return reviewed.reduce((so, row) => so + rows.labels[row]!, 0) / all;
}

type Daily = Scored & Readonly<{ days: Int32Array; customers: Int32Array }>;

/**
 * Card precision at k: each day the k customers with the highest score are looked at; the share of them with a fraud that day. Who was found
 * once is not looked at again. The mean over days (Fraud Detection Handbook, chapter 4).
 */
export function cardPrecision({ scores, labels, days, customers }: Daily, k: number): number {
  const found = new Set<number>();
  const daily: number[] = [];
  for (const day of [...new Set(days)].sort((a, b) => a - b)) {
    const cards = new Map<number, { score: number; isFraud: boolean }>();
    for (let row = 0; row < days.length; row++) {
      const customer = customers[row]!;
      if (days[row] !== day || found.has(customer)) continue;
      const card = cards.get(customer);
      cards.set(customer, { score: Math.max(card?.score ?? -Infinity, scores[row]!), isFraud: (card?.isFraud ?? false) || labels[row] === 1 });
    }
    const top = [...cards].sort((a, b) => b[1].score - a[1].score || a[0] - b[0]).slice(0, k);
    const caught = top.filter(([, { isFraud }]) => isFraud);
    for (const [customer] of caught) found.add(customer);
    daily.push(caught.length / k);
  }
  return daily.reduce((so, one) => so + one, 0) / daily.length;
}
