import type { Actor } from '../../shared/actor.js';
import type { RecordAudit } from '../../shared/audit.js';
import type { Clock } from '../../shared/clock.js';
import { retryLostRace } from '../../shared/db/retry.js';
import { afterCommit, type InTransaction } from '../../shared/db/transaction.js';
import type { Outbox } from '../../shared/events/outbox.js';
import type { Page, PageQuery } from '../../shared/http/pagination.js';
import { AlreadyDecided, ContributionNotFound, NothingToAppeal, OwnContribution, QuestionAnswered, ReasonRequired } from './reviews.errors.js';
import { FLAGS_THAT_HIDE, meritsOf, wasTakenAway, type Contribution, type Kind, type Step, type Verdict } from './reviews.js';
import type { ContributionRepository } from './contributions.repository.js';

export type ContributionDeps = Readonly<{
  contributions: ContributionRepository; inTransaction: InTransaction; outbox: Pick<Outbox, 'record'>; now: Clock; audit: RecordAudit;
  /** Inside a transaction: a review shows exactly these files, to everybody or to nobody. */
  showMedia(reviewId: string, mediaIds: readonly string[], options: { isPublic: boolean }): Promise<void>;
  /** For mails; empty where it is gone. */
  productName(productId: string): Promise<string>;
  refreshRating(productId: string): Promise<void>;
}>;
type Author = Readonly<{ userId: string }>;
/** What happened, as in `answer.accepted`. */
export type Happening = 'submitted' | 'changed' | 'deleted' | 'hidden' | 'published' | 'rejected' | 'appealed' | 'replied' | 'accepted' | 'unaccepted';

const TOLD: readonly Happening[] = ['published', 'rejected', 'replied'];

/** What is the same for whatever people write: votes, flags, decisions, appeals, removal. */
export class ContributionService {
  constructor(private readonly deps: ContributionDeps) {}

  /** The last vote of a person counts, whatever the order in which parallel ones arrive. */
  async vote(kind: Kind, id: string, { userId, isHelpful }: Author & { isHelpful: boolean }): Promise<Contribution> {
    const { contributions, now } = this.deps;
    return this.crowded(async () => {
      const found = await this.published(kind, id);
      if (found.userId === userId) throw new OwnContribution(kind);
      const before = await contributions.vote(id, userId, isHelpful, now());
      if (before === isHelpful) return found;
      const [to, from] = isHelpful ? ['helpful', 'unhelpful'] as const : ['unhelpful', 'helpful'] as const;
      return (await contributions.count(id, { [to]: 1, ...(before !== null && { [from]: -1 }) }))!;
    });
  }

  /** Enough different people hide it until a moderator has looked; what one has decided stays. */
  async flag(kind: Kind, id: string, { userId, reason }: Author & { reason: string }): Promise<void> {
    const { contributions, now } = this.deps;
    await this.crowded(async () => {
      const found = await this.published(kind, id);
      if (found.userId === userId) throw new OwnContribution(kind);
      if (!await contributions.flag(id, userId, reason, now())) return;
      const counted = (await contributions.count(id, { flags: 1 }))!;
      if (counted.flags < FLAGS_THAT_HIDE || counted.decision) return;
      await this.settle(await this.move(counted, { status: 'hidden' }, { what: 'hidden', by: null, reason: `flagged by ${counted.flags} people` }), 'hidden');
    });
  }

  appeal(kind: Kind, id: string, { userId, text, actor }: Author & { text: string; actor: Actor }): Promise<Contribution> {
    return this.changing(async () => {
      const found = await this.ofAuthor(kind, id, userId);
      if (found.status !== 'rejected' || found.appeal) throw new NothingToAppeal();
      await this.deps.audit({ actor, action: `${kind}.appealed`, subject: `${kind}:${id}`, about: userId, after: { text } });
      return [await this.move(found, { appeal: { text, at: this.deps.now() }, status: 'pending' }, { what: 'appealed', by: userId, reason: text }), 'appealed'];
    });
  }

  /** Those that wait for a person: new ones with concerns, hidden ones, appeals; the longest waiting first. */
  queue(kind: Kind | undefined, query: PageQuery): Promise<Page<Contribution>> {
    return this.deps.contributions.page({ status: ['pending', 'hidden'], ...(kind && { kind }) }, query, 'updatedAt');
  }

  /** Of two moderators at once one decides, and the other is told. */
  decide(id: string, { verdict, reason, actor }: { verdict: Verdict; reason: string; actor: Actor }): Promise<Contribution> {
    if (verdict === 'reject' && reason === '') throw new ReasonRequired();
    return this.deps.inTransaction(async () => {
      const found = await this.deps.contributions.find(id);
      if (!found) throw new ContributionNotFound('review');
      if (found.status !== 'pending' && found.status !== 'hidden') throw new AlreadyDecided(found.status);
      const status = verdict === 'publish' ? 'published' : 'rejected';
      const decided = await this.move(found, { status, decision: { by: actor.id, at: this.deps.now(), reason } }, { what: status, by: actor.id, reason });
      await this.deps.audit({ actor, action: `${found.kind}.${status}`, subject: `${found.kind}:${id}`, before: { status: found.status }, after: { status, reason } });
      await this.settle(decided, status);
      if (status === 'rejected' && decided.kind === 'question') await this.unaccept(decided);
      return decided;
    });
  }

  /** Everything that is attached to it goes with it. A question that others have answered is theirs as well: only moderators take it away. */
  async delete(kind: Kind, id: string, { userId, staff }: { userId: string | null; staff: boolean }): Promise<void> {
    await retryLostRace(() => this.deps.inTransaction(async () => {
      const found = await this.find(kind, id);
      if (!staff && found.userId !== userId) throw new ContributionNotFound(kind);
      const answers = kind === 'question' ? await this.deps.contributions.answersOf(id) : [];
      if (!staff && answers.some((answer) => answer.userId !== userId)) throw new QuestionAnswered();
      for (const answer of answers) await this.remove(answer);
      if (found.isAccepted && found.questionId !== undefined) await this.withoutAccepted(found.questionId);
      await (!staff && wasTakenAway(found) ? this.empty(found) : this.remove(found));
    }));
  }

  async changing(work: () => Promise<[Contribution, Happening]>): Promise<Contribution> {
    return this.deps.inTransaction(async () => {
      const [contribution, what] = await work();
      await this.settle(contribution, what);
      return contribution;
    });
  }

  /** The event does once more what is done right after the commit, in case this process dies in between. */
  async settle(contribution: Contribution, what: Happening): Promise<void> {
    const { id, kind, productId, userId, status, rating, isVerified, mediaIds, version, reply, decision, official } = contribution;
    if (mediaIds.length > 0) await this.deps.showMedia(id, mediaIds, { isPublic: status === 'published' });
    const isTold = TOLD.includes(what) && official === undefined;
    await this.deps.outbox.record({ type: `${kind}.${what}`, aggregateId: id, data: {
      [`${kind}Id`]: id, productId, userId, status, isVerified, version, merits: meritsOf(contribution), ...(rating !== undefined && { rating }),
      ...(isTold && { product: await this.deps.productName(productId), reason: decision?.reason ?? '', ...(what === 'replied' && { text: reply?.text }) }),
    } });
    if (kind === 'answer' && status === 'published' && (what === 'submitted' || what === 'published')) await this.tellAsker(contribution);
    if (kind === 'review') await afterCommit(() => this.deps.refreshRating(productId));
  }

  async find(kind: Kind, id: string): Promise<Contribution> {
    const found = await this.deps.contributions.find(id);
    if (found?.kind !== kind) throw new ContributionNotFound(kind);
    return found;
  }

  async published(kind: Kind, id: string): Promise<Contribution> {
    const found = await this.find(kind, id);
    if (found.status !== 'published') throw new ContributionNotFound(kind);
    return found;
  }

  async ofAuthor(kind: Kind, id: string, userId: string): Promise<Contribution> {
    const found = await this.find(kind, id);
    if (found.userId !== userId) throw new ContributionNotFound(kind);
    return found;
  }

  /** Inside a transaction: the answer that a question had chosen is chosen no more. */
  async unaccept(question: Contribution): Promise<Contribution> {
    const { contributions } = this.deps;
    if (!question.acceptedId) return question;
    const answer = await contributions.find(question.acceptedId);
    if (answer?.isAccepted) await this.settle(await contributions.save(answer, { isAccepted: false, updatedAt: this.deps.now() }), 'unaccepted');
    return contributions.save(question, { acceptedId: null });
  }

  private async withoutAccepted(questionId: string): Promise<void> {
    const question = await this.deps.contributions.find(questionId);
    if (question) await this.deps.contributions.save(question, { acceptedId: null });
  }

  /** Many people press the same button in the same second; each of them is served. */
  private crowded<T>(work: () => Promise<T>): Promise<T> {
    return retryLostRace(() => this.deps.inTransaction(work));
  }

  private async remove(contribution: Contribution): Promise<void> {
    const { id, mediaIds, version } = contribution;
    if (mediaIds.length > 0) await this.deps.showMedia(id, [], { isPublic: false });
    await this.deps.contributions.delete(contribution);
    await this.settle({ ...contribution, mediaIds: [], status: 'rejected', version: version + 1 }, 'deleted');
  }

  /** Its words and pictures go; that it was taken away stays, or whoever deletes it could write it again. */
  private async empty(found: Contribution): Promise<void> {
    if (found.mediaIds.length > 0) await this.deps.showMedia(found.id, [], { isPublic: false });
    const emptied = await this.move(found, { title: '', text: '', mediaIds: [], status: 'rejected' }, { what: 'deleted', by: found.userId, reason: '' });
    await this.settle(emptied, 'deleted');
  }

  private move(found: Contribution, changes: Partial<Contribution>, step: Omit<Step, 'at'>): Promise<Contribution> {
    const at = this.deps.now();
    return this.deps.contributions.save(found, { ...changes, history: [...found.history, { ...step, at }], updatedAt: at });
  }

  private async tellAsker({ id, questionId, userId, text, productId }: Contribution): Promise<void> {
    const question = questionId === undefined ? null : await this.deps.contributions.find(questionId);
    if (!question || question.userId === userId) return;
    await this.deps.outbox.record({ type: 'question.answered', aggregateId: question.id, data: { questionId: question.id, answerId: id, userId: question.userId, product: await this.deps.productName(productId), text } });
  }
}
