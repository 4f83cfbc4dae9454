import { guest, type Buyer } from '../../shared/buyer.js';
import { Recent } from '../../shared/cache/recent.js';
import type { CustomerRepository } from './customers.repository.js';
import { buyerFrom } from './groups.js';
import type { CompanyRepository, GroupRepository } from './groups.repository.js';

/** How long another node may still sell at the prices of a group or company that was left. */
const BELIEVED_MS = 900;

type Deps = { customers: Pick<CustomerRepository, 'findBuyer'>; groups: Pick<GroupRepository, 'findMany'>; companies: Pick<CompanyRepository, 'findMany'> };

/** Who buys, as far as prices, promotions and tax care. A guest costs nothing. */
export class BuyerService {
  private recent = newMemory();

  constructor(private readonly deps: Deps) {}

  async buyerOf({ userId, channel }: { userId?: string | null | undefined; channel?: string | undefined }): Promise<Buyer> {
    if (userId === undefined || userId === null) return guest(channel ?? null);
    const buyer = await this.recent.get(userId, () => this.load(userId));
    return channel === undefined ? buyer : { ...buyer, channel };
  }

  forget(userId: string): void {
    this.recent.forget(userId);
  }

  forgetAll(): void {
    this.recent = newMemory();
  }

  private async load(userId: string): Promise<Buyer> {
    const facts = await this.deps.customers.findBuyer(userId);
    const groups = await this.deps.groups.findMany(facts?.groupIds ?? []);
    const [company] = await this.deps.companies.findMany(facts?.companyId === undefined ? [] : [facts.companyId]);
    return buyerFrom(userId, facts, company ?? null, groups);
  }
}

const newMemory = () => new Recent<Buyer>({ ttlMs: BELIEVED_MS, max: 20_000 });
