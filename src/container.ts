import type { Connection } from 'mongoose';
import type { Config } from '../config/index.js';
import { createDigital } from './fulfilment/digital/index.js';
import { createInventory } from './fulfilment/inventory/index.js';
import { createInvoices } from './fulfilment/invoices/index.js';
import { createOrderAccess } from './fulfilment/order-access/index.js';
import { createOrders, sendsAtOnce } from './fulfilment/orders/index.js';
import { createPayments } from './fulfilment/payments/index.js';
import { createReturnPolicies } from './fulfilment/return-policies/index.js';
import { createReturns } from './fulfilment/returns/index.js';
import { createRisk } from './fulfilment/risk/index.js';
import { createPurchasing } from './fulfilment/purchasing/index.js';
import { createShipping } from './fulfilment/shipping/index.js';
import { createTax } from './fulfilment/tax/index.js';
import { createRecommendations } from './insight/recommendations/index.js';
import { createAdmin } from './operations/admin/index.js';
import { createAlerts } from './operations/alerts/index.js';
import { createAudit } from './operations/audit/index.js';
import { createSustainability } from './insight/sustainability/index.js';
import { createImportExport } from './operations/import-export/index.js';
import { createJobs } from './operations/jobs/index.js';
import { createNotifications } from './operations/notifications/index.js';
import { createSecurityEvents } from './operations/security-events/index.js';
import { createPrivacy, eventsKeptSince } from './operations/privacy/index.js';
import { createAccountMail } from './people/account-mail/index.js';
import { createActivity } from './people/activity/index.js';
import { createApiKeys } from './people/api-keys/index.js';
import { createAuth, PERMISSIONS_OF } from './people/auth/index.js';
import { createSignInWith } from './people/sign-in-with/index.js';
import { createConsents } from './people/consents/index.js';
import { createCustomers } from './people/customers/index.js';
import { createMfa } from './people/mfa/index.js';
import { createLoyalty } from './people/loyalty/index.js';
import { createCart, createFindOffers, unitPriceOf } from './selling/cart/index.js';
import { createCatalog } from './selling/catalog/index.js';
import { createCheckout } from './selling/checkout/index.js';
import { createDraftOrders } from './selling/draft-orders/index.js';
import { createOrderEdits } from './selling/order-edits/index.js';
import { createReorder } from './selling/reorder/index.js';
import { createMedia } from './selling/media/index.js';
import { createGiftCards, tenderedOrder } from './selling/gift-cards/index.js';
import { createPricing } from './selling/pricing/index.js';
import { createReviews } from './selling/reviews/index.js';
import { createSavedCarts } from './selling/saved-carts/index.js';
import { createSeo } from './selling/seo/index.js';
import { createSearchAnalytics } from './selling/search-analytics/index.js';
import { createSearch } from './selling/search/index.js';
import { createSearchRules } from './selling/search-rules/index.js';
import { createSearchSynonyms } from './selling/search-synonyms/index.js';
import { createVisualSearch } from './selling/visual-search/index.js';
import { createWishlists } from './selling/wishlists/index.js';
import { createProductChanges } from './selling/product-changes/index.js';
import { createPromotions } from './selling/promotions/index.js';
import { Cache } from './shared/cache/cache.js';
import { HitStore } from './shared/cache/hit-store.js';
import type { RedisGuard } from './shared/cache/redis.js';
import type { Clock } from './shared/clock.js';
import { createBox, deriveKey } from './shared/crypto/sealing.js';
import { deriveSecret } from './shared/crypto/tokens.js';
import { attachVault } from './shared/db/personal.js';
import { guest } from './shared/buyer.js';
import { Vault } from './shared/db/vault.js';
import { IdempotencyStore } from './shared/db/idempotency.js';
import { createLeadership } from './shared/db/leadership.js';
import { createInTransaction } from './shared/db/transaction.js';
import { createOutbox, type Subscriber } from './shared/events/outbox.js';
import { createFailpoint } from './shared/failpoint.js';
import { createIdentify } from './shared/http/identify.js';
import { openApi } from './shared/http/openapi.js';
import { policyOf } from './shared/http/policy.js';
import type { ReportError } from './shared/http/problem.js';
import { createLimiter } from './shared/http/rate-limit.js';
import type { Route } from './shared/http/route.js';
import { problemSchema } from './shared/http/schemas.js';
import type { Invariant } from './shared/invariant.js';
import { createKeyedQueue } from './shared/keyed-queue.js';
import type { Logger } from './shared/logging/logger.js';
import type { Metrics } from './shared/metrics/metrics.js';
import { isHeldForReview } from './shared/order-risk.js';
import type { PersonalData } from './shared/personal-data.js';
import type { Schedule } from './shared/schedule.js';
import { createStorage } from './shared/storage/index.js';
import { createFindAccount, createQuoteReplacements, createRevealSecret, describedProducts, ifShort, refundsThrough, tendersOf } from './wiring.js';

export type Container = ReturnType<typeof createContainer>;
type Part = Readonly<{ personalData?: PersonalData | PersonalData[]; routes?: Route[]; rootRoutes?: Route[]; subscribers?: Subscriber[]; schedules?: Schedule[]; invariants?: Invariant[] }>;
type ContainerDeps = {
  config: Config; connection: Connection; redis: RedisGuard; logger: Logger; metrics: Metrics; report: ReportError; now?: Clock;
};

/** Beyond the provider's time: what our own steps of a request may take before another may take it up. */
const ANSWER_MS = 4_000;

/** The one place where parts meet. Read it top to bottom to see who depends on whom. */
export function createContainer({ config, connection, redis, logger, metrics, report, now = () => new Date() }: ContainerDeps) {
  const vault = new Vault({ connection, now, ...config.data });
  attachVault(connection, vault);
  const box = createBox(deriveKey(config.auth.jwtSecret, 'redis'));
  const inTransaction = createInTransaction({ connection, report, repeatMs: config.http.answerWithinMs });
  const outbox = createOutbox({ connection, now, inTransaction, report });
  const leadership = createLeadership({ connection });
  const idempotency = new IdempotencyStore({ connection, inTransaction, now, lockMs: config.payments.timeoutMs + ANSWER_MS });
  const cache = new Cache({ redis, ttlSeconds: config.cache.ttlSeconds, observer: metrics.cacheObserver });
  const failpoint = createFailpoint(config.failpoint);
  const secretFor = deriveSecret(config.auth.jwtSecret);
  const securityEvents = createSecurityEvents({ connection, now, metrics, report });
  const auditLog = createAudit({ connection, now, inTransaction, sign: secretFor, logger });
  const audit = { ...auditLog, record: securityEvents.watching(auditLog.record) };
  const jobs = createJobs({ connection, now, inTransaction, audit: audit.record, report });

  const apiKeys = createApiKeys({ connection, now, inTransaction, audit: audit.record, report, deriveSecret: secretFor });
  const files = createStorage({ config: config.storage, publicUrl: config.http.publicUrl, sign: secretFor, now });
  const media = createMedia({ connection, now, inTransaction, report, storage: files.storage, sign: secretFor, config: config.media });

  const customers = createCustomers({
    connection, now, outbox, inTransaction, audit: audit.record,
    avatars: { take: media.takeAvatar, show: (userId, fileId) => media.attach('avatar', userId, fileId === null ? [] : [fileId]) },
  });
  const { record: securityEvent } = securityEvents;
  const auth = createAuth({ connection, redis, box, now, outbox, inTransaction, audit: audit.record, report, customers, securityEvent, config: config.auth });
  const accountMail = createAccountMail({ connection, auth, outbox, inTransaction, now, securityEvent, deriveSecret: secretFor });
  const mfa = createMfa({ connection, auth, outbox, inTransaction, now, audit: audit.record, securityEvent, config: config.mfa });
  const signInWith = createSignInWith({ connection, auth, outbox, inTransaction, now, securityEvent, deriveSecret: secretFor, config: config.oidc });
  const consents = createConsents({ connection, now, inTransaction, outbox });
  const activity = createActivity({ connection });
  const loyalty = createLoyalty({ connection, now, outbox, inTransaction, audit: audit.record, ...config.loyalty });

  const limit = createLimiter({
    hits: (name, windowMs) => new HitStore(redis, name, windowMs),
    limits: { perMinute: config.http.rateLimitPerMinute, authPerMinute: config.http.authRateLimitPerMinute },
  });
  const identify = createIdentify({ findKey: apiKeys.findKey, findUser: auth.findUser, limit, cookies: auth.cookies });

  const inventory = createInventory({ connection, now, outbox, inTransaction, audit: audit.record, ...config.inventory });
  const purchasing = createPurchasing({ connection, now, outbox, inTransaction, audit: audit.record, inventory });

  const shipping = createShipping({
    connection, now, inTransaction, outbox, audit: audit.record, report, market: config.market, config: config.carriers, deliveries: { ...inventory, sites: inventory.activeWarehouses },
    holdsOf: inventory.holdsOf, deriveSecret: secretFor,
  });
  const tax = createTax({ connection, now, inTransaction, outbox, audit: audit.record, config: config.tax });
  const payments = createPayments({ connection, now, outbox, inTransaction, failpoint, report, idempotency, audit: audit.record, config: config.payments, largeRefundAbove: config.stepUp.refundAbove });

  const digital = createDigital({ connection, now, inTransaction, outbox, audit: audit.record, secret: config.digital.secret, publicUrl: config.http.publicUrl, inventory, requireOrder: (id, owner) => orders.service.get(id, owner), orderIdsOf: (userId) => orders.idsOf(userId) });
  const pricing = createPricing({ connection, now, inTransaction, audit: audit.record, outbox, marketCurrency: config.market.defaultCurrency });
  const catalog = createCatalog({ connection, now, outbox, inTransaction, audit: audit.record, cache, pricing, buyerOf: customers.buyerOf, inventory, media, market: config.market, usualLanguage: config.storefront.language });
  media.referencesFrom({ name: 'products', inUse: catalog.showsMedia });
  pricing.knowCatalogueBy(catalog);
  inventory.onChange((skus) => catalog.refreshAvailability(skus));
  inventory.knowGoodsBy({ componentsOf: catalog.componentsOf, isShown: catalog.isSkuShown });

  const visualSearch = createVisualSearch({ connection, catalog, market: config.market, report, openForm: media.openForm });
  const searchSynonyms = createSearchSynonyms({ connection, now, inTransaction, audit: audit.record });
  const search = createSearch({ connection, now, catalog, market: config.market, voice: config.voice, config: config.search, metrics, logger, analytics: createSearchAnalytics({ connection, now, report, secretFor, withdrawn: consents.withdrawn }), popularIds: (most) => recommendations.popularIds(most), arrangementFor: (asked) => searchRules.arrangementFor(asked), synonyms: searchSynonyms.inUse });
  const searchRules = createSearchRules({ connection, now, inTransaction, audit: audit.record, preview: search.preview });

  const seo = createSeo({ connection, now, catalog, market: config.market, config: { site: config.storefront, mediaUrl: config.media.publicUrl } });

  const findOffers = createFindOffers({ catalog, pricing });
  const { buyerOf } = customers;
  const promotions = createPromotions({
    connection, now, outbox, inTransaction, audit: audit.record, categoriesAbove: catalog.categoriesAbove, findOffers,
    orders: {
      hasOrdered: (buying) => orders.service.hasOrdered(buying), getOrder: (id) => orders.service.get(id, { staff: true }), existing: (ids) => orders.service.existing(ids),
      promotedAfter: (after, most) => orders.service.promotedAfter(after, most),
    },
  });
  const giftCards = createGiftCards({
    connection, now, inTransaction, outbox, audit: audit.record, secret: config.giftCards.secret, convertToCredit: payments.convertToCredit, isLargeRefund: payments.isLargeRefund, paidBackLately: payments.paidBackLately, moneyMoved: (orderId, cause) => orders.service.moneyMoved(orderId, cause), getOrder: (id, owner) => orders.service.get(id, owner),
    findOrders: async (ids) => {
      const paid = new Map((await payments.findByOrders(ids)).map(({ orderId, amount }) => [orderId, amount]));
      return (await orders.payablesOf(ids)).map((order) => tenderedOrder(order, paid.get(order.id)));
    },
  });
  const cart = createCart({ connection, redis, box, now, outbox, inTransaction, findOffers, buyerOf, promote: promotions.promote, requireCoupon: promotions.requireCoupon, shipping, tax, giftCards, ...config.cart, ...config.market });
  auth.onSignIn(async ({ userId, cartToken, channel }) => { if (cartToken !== undefined) await cart.service.merge(userId, cartToken, channel); });

  const returnPolicies = createReturnPolicies({
    connection, now, inTransaction, audit: audit.record,
    categoriesOf: async (skus) => new Map([...await catalog.findVariants(skus)].map(([sku, { categoryIds }]) => [sku, categoryIds])), categoriesWithin: catalog.categoriesWithin,
  });
  const ordersQueue = createKeyedQueue();
  const orders = createOrders({
    connection, now, outbox, inTransaction, report, loyalty, askProvider: payments.askAbout, benefits: promotions,
    refunds: refundsThrough(payments, giftCards.tenders), tenders: giftCards.tenders, giftCards, digital, beforeShip: payments.secureShipment, cancellationWindowSeconds: config.orders.cancellationWindowSeconds, reviewWindowSeconds: config.orders.reviewWindowSeconds, audit: audit.record,
    captureHeld: async (order) => { if (await payments.captureAt() === 'placement' || sendsAtOnce(order)) await payments.planCapture(order.id, 'order approved'); }, capturedOf: async (ids) => (await payments.findByOrders(ids)).map(({ orderId, capturedAmount }) => ({ orderId, amount: capturedAmount })), queue: ordersQueue, returnTerms: returnPolicies.termsFor, returnsUntil: returnPolicies.deadlineOf,
    inventory: { ...inventory, tryReserve: (request) => inventory.reserve(request).catch(ifShort(null)) },
    auditing: { openHolds: inventory.findOpenHolds, ordersWithOpenHolds: inventory.findOrdersWithOpenHolds, countEvents: outbox.countByAggregate, eventsKeptSince: () => eventsKeptSince(config.retention.days, now()) },
  });
  const risk = createRisk({ connection, now, inTransaction, audit: audit.record, report, secret: config.risk.secret, orders: orders.risk });
  inventory.onBackorderFilled((filled) => orders.service.backorderFilled(filled));
  payments.onChange((payment, disputes) => {
    const news = { disputes, orderId: payment.orderId, outcome: payments.outcomeOf(payment), cause: `payment ${payment.status}` };
    const riskKey = payment.cardFingerprint === undefined ? undefined : risk.cardKey(payment.cardFingerprint);
    if (payment.purpose === undefined) return orders.service.paymentChanged({ ...news, summary: payments.projection(payment), riskKey });
    return orders.service.differenceChanged({ ...news, purpose: payment.purpose, captured: { ...payment.amount, amount: payment.capturedAmount } });
  });
  payments.captureNothingIf(async (orderId) => { const order = await orders.service.find(orderId); return order?.status === 'pending' && isHeldForReview(order); });
  payments.keepMoneyIf(orders.service.isStanding.bind(orders.service));
  payments.offerTermsIf(async (userId) => (await customers.findByUser(userId))?.companyId !== undefined);
  payments.knowOrdersBy((orderId) => orders.service.get(orderId, { staff: true }), tendersOf(giftCards.tenders, orders.service));

  shipping.meet({ orders, variantsOf: catalog.findVariants });

  const returns = createReturns({ connection, audit: audit.record, orderIdsOf: orders.idsOf, now, outbox, inTransaction, queue: ordersQueue, orders: orders.goods, inventory, policyOf: returnPolicies.get, quote: createQuoteReplacements({ findOffers, quoting: cart.quoting }) });

  const checkout = createCheckout({
    carts: cart.service, findOffers, quoting: cart.quoting, redeem: promotions.redeem, shipping, tax, tenders: giftCards.tenders, inventory, orders: orders.service, payments, assessRisk: risk.assess, idempotency, inTransaction, queue: createKeyedQueue(), now, failpoint,
    ...config.orders, tokenSecret: config.auth.jwtSecret,
    demo: config.environment === 'development' ? { anySku: catalog.findAnySellableSku } : null,
    connection, oneClick: { findDefaultMethod: payments.findDefaultMethod, findProfile: customers.findByUser, ...config.market },
  });

  const savedCarts = createSavedCarts({ connection, now, carts: cart.service, quoting: cart.quoting });
  const reorder = createReorder({ orders: orders.service, carts: cart.service, quoting: cart.quoting });
  const draftOrders = createDraftOrders({
    connection, now, outbox, inTransaction, audit: audit.record, checkout, orders: orders.service, findOffers, quoting: cart.quoting,
    findCustomer: customers.findByUser, ...config.market,
  });

  const orderEdits = createOrderEdits({
    connection, now, inTransaction, audit: audit.record, orders: orders.service, fulfilmentsOf: orders.goods.fulfilmentsOf, inventory, findOffers, quoting: cart.quoting, shipping, hasOpenPayment: payments.hasOpenDifference, isLargeRefund: payments.isLargeRefund,
    isSettled: returns.isSettled, quoteGoods: (order, lines) => createQuoteReplacements({ findOffers, quoting: cart.quoting })({ order, lines, keepsQuantities: false }),
  });

  const invoices = createInvoices({
    connection, outbox, now, failpoint, config: { ...config.invoices, fallbackLocale: config.mails.fallbackLocale }, totalsOfOrders: orders.totalsOf, getOrder: orders.service.get.bind(orders.service),
    findOrder: (orderId) => orders.service.find(orderId), findRefund: payments.findRefund,
  });

  const sustainability = createSustainability({
    connection, home: config.tax.policy.home, findOrder: (orderId) => orders.service.find(orderId), getOrder: orders.service.get.bind(orders.service), variantsOf: catalog.findVariants, holdsOf: inventory.holdsOf, warehouses: inventory.activeWarehouses,
  });

  const orderAccess = createOrderAccess({ connection, now, outbox, inTransaction, orders: orders.service, deriveSecret: secretFor });

  const notifications = createNotifications({
    connection, outbox, inTransaction, now, failpoint, audit: audit.record, config: config.mails, revealSecret: createRevealSecret({ giftCards, shipping, secretFor }),
    findAccount: createFindAccount({ auth, customers }),
    findOrder: (orderId) => orders.service.find(orderId), findLocaleOfUser: async (userId) => (await customers.findByUser(userId))?.locale,
  });

  const alerts = createAlerts({ connection, now, outbox, inTransaction, audit: audit.record, mail: notifications.service.request.bind(notifications.service), ...config.alerts });

  const reviews = createReviews({
    connection, now, outbox, inTransaction, audit: audit.record, isShown: catalog.isShown, saveRating: catalog.saveRating, ratingsOf: catalog.ratingsOf, combine: catalog.combineRatings, productName: catalog.nameOf, vendorOf: catalog.vendorOf,
    purchasesOf: orders.service.linesBoughtBy.bind(orders.service), nameOf: customers.publicNameOf, pointsGiven: loyalty.pointsGiven, config: config.reviews,
    requireFree: (ids, userId) => media.requireFree(ids, media.ownerOfUser(userId)), showMedia: (reviewId, ids, options) => media.attach('review', reviewId, ids, { ...options, hidesDropped: true }), urlsOf: media.urlsOf,
  });
  const wishlists = createWishlists({
    connection, now, inTransaction, outbox, summariesOf: catalog.summariesOf, shelvesOf: catalog.shelvesOf, consents, secretFor, publicUrl: config.http.publicUrl, config: config.wishlists,
    offersOf: async (skus) => new Map([...await findOffers(skus, config.market.defaultCurrency, guest())].map(([sku, offer]) => [sku, { ...offer, price: unitPriceOf(offer, 1) }])),
    addToCart: async (userId, line, channel) => (await cart.service.addLineItem({ userId, channel }, line)).cart,
  });
  catalog.onShownPrices(wishlists.hear);
  auth.onSignIn(async ({ userId, wishlistToken }) => { if (wishlistToken !== undefined) await wishlists.merge(userId, wishlistToken); });

  const recommendations = createRecommendations({
    connection, now, inTransaction, audit: audit.record, report, jobs, hasGranted: consents.hasGranted, summariesOf: catalog.summariesOf, newestIds: catalog.newestIds, products: () => describedProducts(catalog),
    basketsBefore: orders.purchases.before.bind(orders.purchases), basketsSince: orders.purchases.since.bind(orders.purchases), boughtBy: orders.purchases.ofUser.bind(orders.purchases),
  });

  const importExport = createImportExport({ connection, now, inTransaction, audit: audit.record, jobs, catalog, inventory, market: config.market });

  const privacy = createPrivacy({
    connection, vault, jobs, inTransaction, audit: audit.record, now, metrics, config: config.retention, findAccount: auth.findAccount, reauthenticate: auth.credentials.reauthenticate.bind(auth.credentials),
    parts: () => parts.flatMap(({ personalData = [] }) => personalData), countOpenOrders: orders.countOpen,
    hasAccount: auth.hasAccount, findGuestOrder: async (token) => (await orderAccess.open(token)).order,
  });

  const admin = createAdmin({ cache, cacheHitRates: metrics.cacheHitRates, outbox, inTransaction, audit: audit.record, now, invariants: () => invariants, policy: () => policyOf(routes, PERMISSIONS_OF) });

  /** Every part with what it brings: routes, events heard, schedules, invariants. */
  const parts: Part[] = [
    importExport,
    catalog, media, files,
    search, searchRules, searchSynonyms, visualSearch, seo, reviews, wishlists,
    createProductChanges({ connection, now, inTransaction, audit: audit.record, catalog }),
    recommendations,
    cart,
    savedCarts, promotions, giftCards,
    draftOrders,
    checkout,
    orders,
    risk,
    returns,
    returnPolicies,
    invoices,
    sustainability,
    orderAccess,
    reorder,
    orderEdits,
    apiKeys,
    auth,
    accountMail,
    mfa,
    signInWith,
    customers,
    consents,
    activity,
    loyalty,
    inventory,
    digital,
    purchasing,
    tax,
    shipping,
    payments,
    pricing,
    audit, securityEvents, alerts,
    privacy,
    admin,
    notifications,
    jobs,
  ];
  const routes = parts.flatMap((part) => part.routes ?? []);
  /** Mounted outside the base: signed webhooks, links that are sent. */
  const rootRoutes = parts.flatMap((part) => part.rootRoutes ?? []);
  const schedules = parts.flatMap((part) => part.schedules ?? []);
  const invariants = parts.flatMap((part) => part.invariants ?? []);
  for (const { subscribers = [] } of parts) outbox.subscribe(...subscribers);

  return {
    config, connection, redis, logger, metrics, report, now, inTransaction, outbox, idempotency, cache, failpoint, identify, requireStepUp: auth.requireStepUp,
    routes, rootRoutes, schedules, invariants, leadership,
    vault, privacy, audit, securityEvents, jobs, importExport, media, storage: files.storage, apiKeys, auth, customers, loyalty, wishlists,
    reviews, recommendations, inventory, shipping, tax, payments, risk, catalog, pricing, promotions, giftCards, search, visualSearch, seo, cart, orders, checkout, invoices, notifications,
    openApi: () => openApi(routes, rootRoutes, problemSchema), policy: () => policyOf(routes, PERMISSIONS_OF),
  };
}
