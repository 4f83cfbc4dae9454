import type { Connection } from 'mongoose';
import { createBreaker } from '../../shared/breaker.js';
import type { RecordAudit } from '../../shared/audit.js';
import type { Clock } from '../../shared/clock.js';
import type { IdempotencyStore } from '../../shared/db/idempotency.js';
import { retryLostRace } from '../../shared/db/retry.js';
import type { InTransaction } from '../../shared/db/transaction.js';
import type { Outbox, Subscriber } from '../../shared/events/outbox.js';
import type { Failpoint } from '../../shared/failpoint.js';
import type { Money } from '../../shared/money.js';
import type { ReportError } from '../../shared/http/problem.js';
import type { Schedule } from '../../shared/schedule.js';
import { PaymentAuditRepository } from './payments-audit.repository.js';
import { paymentInvariants } from './payments.invariants.js';
import { outcomeOf, projection } from './payments.js';
import { PaymentRepository } from './payments.repository.js';
import { journalRoutes, paymentRoutes, webhookRoutes } from './payments.routes.js';
import { PaymentService } from './payments.service.js';
import type { PaymentProvider } from './provider.js';
import { createOfflineProvider } from './providers/offline.js';
import { createPaypalProvider, type PaypalConfig } from './providers/paypal.js';
import { Providers } from './providers/registry.js';
import { createSimulatorProvider } from './providers/simulator.js';
import { createStripeProvider, type StripeConfig } from './providers/stripe.js';
import { SettingsRepository } from './settings/payment-settings.repository.js';
import { settingsRoutes } from './settings/payment-settings.routes.js';
import { SettingsService } from './settings/payment-settings.service.js';
import { ApplyResult, type PaymentHook } from './use-cases/apply-result.js';
import { AttributeRefund } from './use-cases/attribute-refund.js';
import { CompareLedgers } from './use-cases/compare-ledgers.js';
import { Deadlines } from './use-cases/deadlines.js';
import { MoveMoney } from './use-cases/move-money.js';
import { PlanRefunds } from './use-cases/plan-refund.js';
import { Reconcile } from './use-cases/reconcile.js';
import { NOTHING_BESIDE, RefundOrder, type Beside } from './use-cases/refund-order.js';
import { SecureShipment } from './use-cases/secure-shipment.js';
import { StaffMoves } from './use-cases/staff-moves.js';
import { Webhooks } from './use-cases/webhooks.js';
import { WalletRepository } from './wallet/wallet.repository.js';
import { walletRoutes } from './wallet/wallet.routes.js';
import { WalletService } from './wallet/wallet.service.js';
import { WebhookRepository } from './webhooks.repository.js';

export { refundable, type Payment } from './payments.js';
export { cut as cutAttribution } from './attribution.js';
export { createSimulator, type SimulatorOptions } from './simulator/server.js';
export type Payments = ReturnType<typeof createPayments>;

/** A provider without its settings is not offered. */
export type PaymentsConfig = Readonly<{
  simulatorUrl: string; simulatorSecret: string; timeoutMs: number; returnUrl?: string; netTermsDays?: number; stripe?: StripeConfig | null; paypal?: PaypalConfig | null;
}>;
type PaymentsDeps = {
  connection: Connection; now: Clock; outbox: Pick<Outbox, 'record'>; inTransaction: InTransaction; failpoint: Failpoint; report: ReportError;
  idempotency: Pick<IdempotencyStore, 'find' | 'begin' | 'takeUp' | 'complete'>; audit: RecordAudit;
  config: PaymentsConfig;
  /** Refunds above ask people for a fresh second factor. */
  largeRefundAbove?: Readonly<Record<string, number>>;
};

const RECONCILE_MS = 5_000;
const WEBHOOKS_MS = 1_000;
const COMPARE_MS = 60_000;
const NET_TERMS_DAYS = 30;

export function createPayments({ connection, now, outbox, inTransaction, failpoint, report, idempotency, audit, config, largeRefundAbove = {} }: PaymentsDeps) {
  const payments = new PaymentRepository(connection);
  const providers = new Providers([createOfflineProvider(), ...configured(config, now)]);
  const hooks: PaymentHook[] = [];
  const results = new ApplyResult({ payments, outbox, inTransaction, now, hooks });
  let beside = NOTHING_BESIDE;
  const attribute = new AttributeRefund({ payments, historyBeside: (orderId) => beside.history(orderId) });
  const moves = new MoveMoney({ payments, providers, results, attribute, inTransaction, now });
  const refunds = new PlanRefunds({ payments, moves, attribute, inTransaction, now });
  const reconcile = new Reconcile({ payments, providers, results, moves, outbox, inTransaction, now, report, graceMs: 2 * config.timeoutMs + 3_000 });
  const wallet = new WalletService({ wallets: new WalletRepository(connection), providers, outbox, inTransaction, now });
  const terms = { days: config.netTermsDays ?? NET_TERMS_DAYS, offeredTo: async (userId: string) => offersTerms(userId) };
  const service = new PaymentService({ payments, providers, results, moves, reconcile, wallet, terms, outbox, now, failpoint, unansweredMs: config.timeoutMs + 2_000 });

  const deadlines = new Deadlines({ payments, reconcile, outbox, inTransaction, now, report });
  let isHeld = async (_orderId: string): Promise<boolean> => false;
  /** Of a currency that is not named every refund is large. */
  const isLargeRefund = ({ amount, currency }: Money): boolean => amount > (largeRefundAbove[currency] ?? -1);
  const whole = new RefundOrder({ payments, refunds, moves, attribute, inTransaction, beside: () => beside });
  const staff = new StaffMoves({ now, isHeld: (orderId) => isHeld(orderId), whole, payments, moves, idempotency, audit, isLargeRefund });
  const settings = new SettingsService({ settings: new SettingsRepository(connection), inTransaction, audit, now });
  const shipments = new SecureShipment({ payments, moves, deadlines, captureAt: () => settings.captureAt(), isByHand: ({ provider }) => providers.find(provider)?.offline === true });
  const webhooks = new Webhooks({ webhooks: new WebhookRepository(connection), payments, providers, results, moves, reconcile, now, report });

  const records = new PaymentAuditRepository(connection);
  const comparison = new CompareLedgers({ audit: records, payments, providers, outbox, inTransaction, now });

  const schedules: Schedule[] = [
    { name: 'reconcile-payments', everyMs: RECONCILE_MS, everywhere: true, run: () => reconcile.run() },
    { name: 'apply-payment-webhooks', everyMs: WEBHOOKS_MS, everywhere: true, run: () => webhooks.applyDue() },
    { name: 'payment-deadlines', everyMs: COMPARE_MS, run: () => deadlines.run() },
    { name: 'compare-payment-ledgers', everyMs: COMPARE_MS, run: () => comparison.run() },
  ];
  let offersTerms = async (_userId: string): Promise<boolean> => true;
  let isWanted = async (_orderId: string): Promise<boolean> => false;
  /** Whoever gives up an order says so by this event, in the same transaction; the money follows, however often it takes. */
  const subscribers: Subscriber[] = [{
    name: 'payments.sendBack', on: ['order.refund_due'],
    // Asked in the transaction that plans the refund: late money may have brought the order back to life meanwhile.
    handle: ({ aggregateId, data }) => retryLostRace(() => inTransaction(async () => {
      if (!await isWanted(aggregateId)) await moves.reverseOrder(aggregateId, String(data['reason']));
    })),
  }];

  return {
    personalData: wallet.personalData,
    routes: [...settingsRoutes(settings), ...paymentRoutes({ service, staff }), ...walletRoutes(wallet), ...journalRoutes({ records })],
    rootRoutes: webhookRoutes({ webhooks }),
    schedules, subscribers: [...subscribers, wallet.subscriber],
    invariants: paymentInvariants({ audit: records, now }),
    /** Whether an order is to keep its money after all; reads inside the caller's transaction. */
    keepMoneyIf(question: (orderId: string) => Promise<boolean>): void { isWanted = question; },
    /** Told of every change of a payment, inside the transaction that records it. */
    onChange(hook: PaymentHook): void { hooks.push(hook); },
    projection,
    outcomeOf,
    checkMethod: service.checkMethod.bind(service),
    open: service.open.bind(service),
    execute: service.execute.bind(service),
    confirm: service.confirm.bind(service),
    askAbout: service.askAbout.bind(service),
    findByOrder: service.findByOrder.bind(service),
    findByOrders: service.findByOrders.bind(service),
    refund: moves.refund.bind(moves),
    isLargeRefund,
    /** Of one order, in minor units: many small refunds are a large one. */
    paidBackLately: (orderId: string) => staff.paidBackLately(orderId),
    /** Inside the transaction of whatever the refund comes from; README.md tells how. */
    planRefund: refunds.plan.bind(refunds),
    refundableOf: refunds.refundableOf.bind(refunds),
    /** Money that is given back as store credit instead. */
    convertToCredit: refunds.convert.bind(refunds),
    quoteRefund: refunds.quote.bind(refunds),
    /** One movement that gave money back, by its key. */
    findRefund: service.findRefund.bind(service),
    changeUnpaid: service.changeUnpaid.bind(service),
    hasOpenDifference: service.hasOpenDifference.bind(service),
    refundHistory: attribute.history.bind(attribute),
    /** Where the lines of an order are looked up, so that refunds can be mapped to them, and what orders are paid with beside payments, which staff refunds as well, last. */
    knowOrdersBy(find: Parameters<typeof attribute.knowOrdersBy>[0], other: Beside = NOTHING_BESIDE): void {
      attribute.knowOrdersBy(find);
      beside = other;
    },
    /** Throws where the bank holds the money no longer; asks the provider, so call it outside of transactions. */
    ensureSecured: deadlines.ensureSecured.bind(deadlines),
    /** The same before goods leave, and takes the money where the shop takes it then. */
    secureShipment: shipments.secure.bind(shipments),
    /** When the money of orders to come is taken; from memory. */
    captureAt: settings.captureAt.bind(settings),
    /** Who may pay weeks later. */
    offerTermsIf(question: (userId: string) => Promise<boolean>): void { offersTerms = question; },
    /** What a one-click purchase is paid with; null when the user has saved nothing. */
    findDefaultMethod: wallet.findDefault.bind(wallet),
    saveMethod: wallet.add.bind(wallet),
    /** An account that is closed: its saved methods are gone here with the caller's transaction, and at the providers however often it takes. */
    forgetMethodsOf: wallet.forgetAll.bind(wallet),
    capture: moves.capture.bind(moves),
    planCapture: moves.planCapture.bind(moves),
    /** Orders whose money nobody takes by hand before they were checked. */
    captureNothingIf(question: (orderId: string) => Promise<boolean>): void { isHeld = question; },
    voidOrRefundForOrder: moves.reverseOrder.bind(moves),
  };
}

function configured({ simulatorUrl: baseUrl, simulatorSecret: secret, timeoutMs, returnUrl = '', stripe, paypal }: PaymentsConfig, now: Clock): PaymentProvider[] {
  return [
    ...(baseUrl === '' ? [] : [createSimulatorProvider({ baseUrl, secret, timeoutMs, breaker: createBreaker({ name: 'payment simulator', now }) })]),
    ...(stripe ? [createStripeProvider({ config: stripe, timeoutMs, returnUrl, breaker: createBreaker({ name: 'Stripe', now }) })] : []),
    ...(paypal ? [createPaypalProvider({ config: paypal, timeoutMs, returnUrl, breaker: createBreaker({ name: 'PayPal', now }) })] : []),
  ];
}
