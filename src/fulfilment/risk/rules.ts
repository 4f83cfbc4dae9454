import { formatMoney, type Money } from '../../shared/money.js';
import type { FiredRule, PastOrder } from '../../shared/order-risk.js';
import type { Keys } from './keys.js';
import type { RuleSettings, Subject } from './risk.js';

export type Judged = Readonly<{ subject: Subject; keys: Keys; total: Money; at: Date; history: readonly PastOrder[] }>;
type Rule = keyof RuleSettings;
/** What a rule found, or null. */
type Check<R extends Rule> = (judged: Judged, settings: RuleSettings[R]) => string | null;

const MINUTE_MS = 60_000;
const STOOD = new Set(['placed', 'completed']);

const CHECKS: { [R in Rule]: Check<R> } = {
  large_amount: ({ total }, { over }) => above(total, over),
  large_first_order: (judged, { over }) => (isFirst(judged) ? above(judged.total, over) : null),
  country_mismatch: ({ subject: { shippingAddress, billingAddress } }) => (
    shippingAddress.country === billingAddress.country ? null : `billed to ${billingAddress.country}, sent to ${shippingAddress.country}`),
  disposable_email: ({ subject: { email } }, { domains }) => {
    const domain = email.toLowerCase().split('@').at(-1)!;
    const found = domains.find((one) => domain === one || domain.endsWith(`.${one}`));
    return found === undefined ? null : `mailboxes of ${found} are thrown away`;
  },
  many_cards: (judged, { cards, minutes }) => {
    const seen = new Set(within(judged, minutes).flatMap(({ keys }) => keys.filter((key) => key.startsWith('card:'))));
    return seen.size >= cards ? `${seen.size} cards from there in ${told(minutes)}` : null;
  },
  many_addresses: (judged, { addresses, minutes }) => {
    const same = within(judged, minutes).filter(({ keys }) => keys.some((key) => !key.startsWith('address:') && judged.keys.all.includes(key)));
    const seen = new Set([judged.keys.place, ...same.flatMap(({ keys }) => keys.filter((key) => key.startsWith('address:')))]);
    return seen.size >= addresses ? `${seen.size} delivery addresses in ${told(minutes)}` : null;
  },
  ip_velocity: (judged, settings) => velocity(judged, 'ip', settings),
  device_velocity: (judged, settings) => velocity(judged, 'device', settings),
  email_velocity: (judged, settings) => velocity(judged, 'email', settings),
  address_velocity: (judged, settings) => velocity(judged, 'address', settings),
  declined_payments: (judged, { declined, minutes }) => {
    const count = within(judged, minutes).reduce((so, { paymentStatus, attempts }) => so + attempts - (paymentStatus === 'failed' ? 0 : 1), 0);
    return count >= declined ? `${count} payments declined in ${told(minutes)}` : null;
  },
  known_fraud: ({ history, at }) => {
    const frauds = history.filter(({ label }) => label?.isFraud === true && label.at <= at);
    return frauds.length > 0 ? `${frauds.length} earlier ${frauds.length === 1 ? 'order' : 'orders'} from there were fraud` : null;
  },
};

/** Every rule that fired, with its points and what it saw. */
export function fire(judged: Judged, settings: RuleSettings): FiredRule[] {
  const fired = (Object.keys(CHECKS) as Rule[]).flatMap((rule) => {
    const { points } = settings[rule];
    const detail = points > 0 ? (CHECKS[rule] as Check<Rule>)(judged, settings[rule]) : null;
    return detail === null ? [] : [{ rule, points, detail }];
  });
  const most = fired.filter(isRepeated).sort((a, b) => b.points - a.points)[0];
  return fired.filter((one) => !isRepeated(one) || one === most);
}

/** Whoever orders often orders from one mailbox to one address: one sign, seen twice, counts once, as the larger of the two. */
const isRepeated = ({ rule }: { rule: Rule }): boolean => rule === 'email_velocity' || rule === 'address_velocity';

function above(total: Money, over: readonly Money[]): string | null {
  const limit = over.find(({ currency }) => currency === total.currency);
  return limit && total.amount >= limit.amount ? `${formatMoney(total)} is at least ${formatMoney(limit)}` : null;
}

const isFirst = ({ history, keys }: Judged): boolean => !history.some((order) => STOOD.has(order.status) && order.keys.includes(keys.customer));

const within = ({ history, at }: Judged, minutes: number): PastOrder[] => history.filter((order) => order.at.getTime() > at.getTime() - minutes * MINUTE_MS);

/** Counts the order itself, as whoever sets the limit does. */
function velocity(judged: Judged, kind: string, { orders, minutes }: { orders: number; minutes: number }): string | null {
  const own = judged.keys.all.find((key) => key.startsWith(`${kind}:`));
  if (own === undefined) return null;
  const count = 1 + within(judged, minutes).filter(({ keys }) => keys.includes(own)).length;
  return count > orders ? `${count} orders in ${told(minutes)}` : null;
}

const told = (minutes: number): string => (minutes % 1440 === 0 ? `${minutes / 1440} d` : minutes % 60 === 0 ? `${minutes / 60} h` : `${minutes} min`);
