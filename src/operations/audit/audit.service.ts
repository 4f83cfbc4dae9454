import type { AuditEntry } from '../../shared/audit.js';
import type { Clock } from '../../shared/clock.js';
import { sameText } from '../../shared/crypto/tokens.js';
import { insideTransaction, writeLast, type InTransaction } from '../../shared/db/transaction.js';
import type { Page, PageQuery } from '../../shared/http/pagination.js';
import { currentRequestId } from '../../shared/http/request-context.js';
import type { Logger } from '../../shared/logging/logger.js';
import { redact } from '../../shared/logging/redact.js';
import type { AuditFilter, AuditRecord } from './audit.js';
import { GENESIS, breakAt, readAnchor, writeAnchor, type Break, type Head } from './audit-chain.js';

import type { AuditHead, AuditRepository, NewEntry } from './audit.repository.js';

type Deps = { entries: AuditRepository; inTransaction: InTransaction; now: Clock; sign: (text: string) => string; logger: Pick<Logger, 'info'> };
/** `broken` holds the first break of each chain; `first` is the one that happened first, as far as that is known. */
export type Verification = Readonly<{ ok: boolean; checkedAt: Date; chains: number; entries: number; first: Break | null; broken: readonly Break[] }>;

const ADOPTED_AT_ONCE = 500;

export class AuditService {
  constructor(private readonly deps: Deps) {}

  /** Inside the transaction of the change, so that neither can exist without the other. */
  async record({ actor, action, subject, about, before, after }: AuditEntry): Promise<void> {
    if (!insideTransaction()) throw new Error(`${action} was audited outside a transaction`);
    const requestId = currentRequestId();
    const entry: NewEntry = { actor, action, subject, ...withoutSecrets({ before, after }), ...(requestId !== undefined && { requestId }), at: this.deps.now(), ...(about !== undefined && { about }) };
    // As the last step: the shorter a head is held, the fewer changes of the same chain meet.
    writeLast('audit_entries', [entry], (entries) => this.deps.entries.append(entries));
  }

  list(filter: AuditFilter, query: PageQuery): Promise<Page<AuditRecord>> {
    return this.deps.entries.list(filter, query);
  }

  /** Walks every chain. With an anchor from the log it also finds a tail that was cut off together with its head. */
  async verify(anchor?: string): Promise<Verification> {
    const anchored = anchor === undefined ? new Map<number, Head>() : readAnchor(anchor);
    if (!anchored) throw new Error('An anchor is written chain:sequence:hash,… as the log line `audit anchor` has it');
    const heads = await this.deps.entries.allHeads();
    const known = new Set(heads.map(({ _id }) => _id));
    const broken: Break[] = [...anchored.keys()].filter((chain) => !known.has(chain)).map((chain) => ({ chain, sequence: 1, problem: 'removed' }));
    let entries = 0;
    for (const head of heads) {
      const checked = await this.verifyChain(head, anchored.get(head._id));
      entries += checked.entries;
      if (checked.broken) broken.push(checked.broken);
    }
    const loose = await this.deps.entries.findUnchained();
    if (loose) broken.push({ chain: -1, sequence: 0, problem: 'unchained', ...loose });
    const [first = null] = [...broken].sort((a, b) => (a.at?.getTime() ?? Infinity) - (b.at?.getTime() ?? Infinity) || a.chain - b.chain);
    return { ok: broken.length === 0, checkedAt: this.deps.now(), chains: heads.length, entries, first, broken };
  }

  private async verifyChain({ _id: chain, floor, ...head }: AuditHead, anchored: Head | undefined): Promise<{ entries: number; broken: Break | null }> {
    if (floor && !sameText(floor.signature, this.floorSignature(chain, floor))) return { entries: 0, broken: { chain, sequence: floor.sequence, problem: 'removed' } };
    let last: Head = floor ?? { sequence: 0, hash: GENESIS };
    let entries = 0;
    for await (const entry of this.deps.entries.walk(chain, last.sequence, head.sequence)) {
      const broken = breakAt(last, entry);
      if (broken) return { entries, broken };
      if (anchored?.sequence === entry.sequence && anchored.hash !== entry.hash) return { entries, broken: { chain, sequence: entry.sequence, problem: 'edited', id: entry.id, subject: entry.subject, at: entry.at } };
      last = entry;
      entries += 1;
    }
    const isCut = last.sequence < head.sequence || last.sequence < (anchored?.sequence ?? 0);
    if (isCut) return { entries, broken: { chain, sequence: last.sequence + 1, problem: 'removed' } };
    return { entries, broken: last.hash === head.hash ? null : { chain, sequence: head.sequence, problem: 'edited' } };
  }

  /** To the log, which leaves this machine: what was true then cannot be made untrue in the database alone. */
  async anchor(): Promise<number> {
    while (await this.deps.inTransaction(() => this.deps.entries.adopt(ADOPTED_AT_ONCE)) > 0);
    const heads = (await this.deps.entries.allHeads()).filter(({ sequence }) => sequence > 0);
    if (heads.length === 0) return 0;
    const anchor = writeAnchor(new Map(heads.map(({ _id, sequence, hash }) => [_id, { sequence, hash }])));
    const at = this.deps.now().toISOString();
    this.deps.logger.info('audit anchor', { anchor, anchoredAt: at, signature: this.deps.sign(`audit-anchor|${at}|${anchor}`) });
    return 0;
  }

  private floorSignature(chain: number, { sequence, hash }: Head): string {
    return this.deps.sign(`audit-floor|${chain}|${sequence}|${hash}`);
  }
}

/** A log that many may read must not become a store of passwords and tokens, whatever a caller hands over. */
function withoutSecrets(states: { before: unknown; after: unknown }): { before?: unknown; after?: unknown } {
  return redact(JSON.parse(JSON.stringify(states), (_name, value: unknown) => (typeof value === 'string' ? stored(value) : value)) as { before?: unknown; after?: unknown });
}

/** Half a character becomes what the database makes of it, so that the hash is of what is stored. */
const stored = (text: string): string => Buffer.from(text).toString();
