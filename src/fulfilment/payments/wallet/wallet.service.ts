import { randomUUID } from 'node:crypto';
import type { Clock } from '../../../shared/clock.js';
import { sha256 } from '../../../shared/crypto/tokens.js';
import { retryLostRace } from '../../../shared/db/retry.js';
import type { InTransaction } from '../../../shared/db/transaction.js';
import { TemporarilyUnavailable } from '../../../shared/errors.js';
import type { Outbox, Subscriber } from '../../../shared/events/outbox.js';
import type { PersonalData } from '../../../shared/personal-data.js';
import { CardNumberRefused, MethodNotSaved, PaymentProviderUnknown, SavedMethodNotFound, TooManyPaymentMethods } from '../payments.errors.js';
import { looksLikeCardNumber } from '../payments.js';
import type { SavedCard, SaveMethodRequest } from '../provider.js';
import type { Providers } from '../providers/registry.js';
import { MAX_METHODS, withDefault, withMethod, withoutMethod, type Wallet, type WalletMethod } from './wallet.js';
import type { WalletRepository } from './wallet.repository.js';

type WalletDeps = { wallets: WalletRepository; providers: Providers; outbox: Pick<Outbox, 'record'>; inTransaction: InTransaction; now: Clock };
type Added = Readonly<{ provider: string; token: string; default?: boolean }>;
const REMOVED = 'payment_method.removed';
const FORGOTTEN = 'payment_customer.forgotten';

export class WalletService {
  constructor(private readonly deps: WalletDeps) {}

  list(userId: string): Promise<Wallet> {
    return this.deps.wallets.find(userId);
  }

  /** The provider keeps the card under a key made of its token, so the same token again is the same method. */
  async add(userId: string, { provider, token, default: wanted = false }: Added): Promise<WalletMethod> {
    const before = await this.deps.wallets.find(userId);
    if (before.methods.length >= MAX_METHODS) throw new TooManyPaymentMethods(MAX_METHODS);
    const customer = before.methods.find((method) => method.provider === provider)?.providerCustomer;
    const card = await this.keep(provider, { token, userId, customer, key: `method:${userId}:${sha256(token)}` });
    try {
      return await retryLostRace(() => this.note(userId, { provider, card, wanted }));
    } catch (error) {
      // There is no room for it after all: it is not left with the provider either.
      if (error instanceof TooManyPaymentMethods) await this.deps.providers.find(provider)?.forgetMethod?.(card);
      throw error;
    }
  }

  async remove(userId: string, id: string): Promise<void> {
    const { wallets, inTransaction, outbox } = this.deps;
    await retryLostRace(() => inTransaction(async () => {
      const wallet = await wallets.find(userId);
      const method = methodOf(wallet, id);
      await wallets.save(withoutMethod(wallet, id));
      await outbox.record({ type: REMOVED, aggregateId: userId, data: { provider: method.provider, customer: method.providerCustomer, method: method.methodReference } });
    }));
  }

  /** Whoever closes their account: nothing stays here, and each provider forgets the cards and the customer. Joins the caller's transaction; answers how many cards it were. */
  async forgetAll(userId: string): Promise<number> {
    const { wallets, inTransaction, outbox } = this.deps;
    return inTransaction(async () => {
      const wallet = await wallets.find(userId);
      if (wallet.version === 0) return 0;
      await wallets.delete(wallet);
      const customers = new Map(wallet.methods.map(({ provider, providerCustomer: customer }) => [`${provider} ${customer}`, { provider, customer }]));
      await outbox.record(
        ...wallet.methods.map(({ provider, providerCustomer, methodReference }) => ({ type: REMOVED, aggregateId: userId, data: { provider, customer: providerCustomer, method: methodReference } })),
        ...[...customers.values()].map((data) => ({ type: FORGOTTEN, aggregateId: userId, data })),
      );
      return wallet.methods.length;
    });
  }

  readonly personalData: PersonalData = {
    name: 'paymentMethods', collections: ['payment_wallets'],
    export: async ({ userId }) => (await this.list(userId)).methods.map(({ id, provider, brand, last4, expiryMonth, expiryYear, createdAt }) => ({ id, provider, brand, last4, expiryMonth, expiryYear, createdAt })),
    /** The provider forgets them too, however often it takes. */
    erase: ({ userId }) => this.forgetAll(userId),
  };

  async setDefault(userId: string, id: string): Promise<WalletMethod> {
    return retryLostRace(async () => {
      const wallet = await this.deps.wallets.find(userId);
      methodOf(wallet, id);
      const changed = withDefault(wallet, id);
      await this.deps.wallets.save(changed);
      return methodOf(changed, id);
    });
  }

  /** The user's own, at this provider; a stranger's is not found. Reads inside the caller's transaction. */
  async get(userId: string | null | undefined, id: string, provider: string): Promise<WalletMethod> {
    if (!userId) throw new SavedMethodNotFound();
    const found = methodOf(await this.deps.wallets.find(userId), id);
    if (found.provider !== provider) throw new SavedMethodNotFound();
    return found;
  }

  async findDefault(userId: string): Promise<WalletMethod | null> {
    return (await this.deps.wallets.find(userId)).methods.find((method) => method.default) ?? null;
  }

  /** The provider forgets what the customer removed, however often it takes. */
  readonly subscriber: Subscriber = {
    name: 'payments.forgetMethod', on: [REMOVED, FORGOTTEN],
    handle: async ({ type, data }) => {
      const provider = this.deps.providers.find(String(data['provider']));
      const customer = String(data['customer']);
      const asked = type === FORGOTTEN ? provider?.forgetCustomer?.(customer) : provider?.forgetMethod?.({ customer, method: String(data['method']) });
      const forgotten = await asked ?? true;
      if (!forgotten) throw new TemporarilyUnavailable('payment_provider_silent', 'The payment provider does not answer just now.', 5);
    },
  };

  private async keep(name: string, request: SaveMethodRequest): Promise<SavedCard> {
    if (looksLikeCardNumber(request.token)) throw new CardNumberRefused('token');
    const keepers = this.deps.providers.all().filter(({ saveMethod }) => saveMethod);
    const provider = keepers.find((one) => one.name === name);
    if (!provider?.saveMethod) throw new PaymentProviderUnknown(keepers.map((one) => one.name), 'provider');
    const answer = await provider.saveMethod(request);
    if (answer.kind === 'refused') throw new MethodNotSaved(answer.failure);
    if (answer.kind === 'unknown') throw new TemporarilyUnavailable('payment_provider_silent', 'The payment provider does not answer just now. Try again.', 2);
    return answer.card;
  }

  private async note(userId: string, { provider, card, wanted }: { provider: string; card: SavedCard; wanted: boolean }): Promise<WalletMethod> {
    const wallet = await this.deps.wallets.find(userId);
    const known = wallet.methods.find((method) => method.provider === provider && method.methodReference === card.method);
    if (known) return wanted && !known.default ? this.setDefault(userId, known.id) : known;
    if (wallet.methods.length >= MAX_METHODS) throw new TooManyPaymentMethods(MAX_METHODS);
    const { customer: providerCustomer, method: methodReference, ...shown } = card;
    const added: WalletMethod = { id: randomUUID(), provider, providerCustomer, methodReference, ...shown, default: wanted, createdAt: this.deps.now() };
    const changed = withMethod(wallet, added);
    await this.deps.wallets.save(changed);
    return methodOf(changed, added.id);
  }
}

function methodOf({ methods }: Wallet, id: string): WalletMethod {
  const found = methods.find((method) => method.id === id);
  if (!found) throw new SavedMethodNotFound();
  return found;
}
