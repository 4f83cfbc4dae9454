import { requireVersion } from '../../shared/http/etag.js';
import { retryLostRace } from '../../shared/db/retry.js';
import type { Page, PageQuery } from '../../shared/http/pagination.js';
import { AlreadyAnswered, ContributionNotFound, NotBought, OwnContribution, ReviewedProductNotFound } from './reviews.errors.js';
import type { Contribution, Kind, Official } from './reviews.js';
import type { ReviewDeps } from './reviews.service.js';

type Deps = Omit<ReviewDeps, 'ratings' | 'requireFree' | 'showMedia' | 'refreshRating'>;
type Author = Readonly<{ userId: string }>;
type InChannel = Readonly<{ productId: string; channel: string | null }>;
export type Asked = Contribution & Readonly<{ answers: number }>;

/** What people want to know of a product, and what those who have it and the seller know. */
export class QuestionService {
  constructor(private readonly deps: Deps) {}

  async list({ productId, channel }: InChannel, query: PageQuery): Promise<Page<Asked>> {
    if (!await this.deps.isShown(productId, channel)) throw new ReviewedProductNotFound();
    return this.counted(await this.deps.contributions.page({ kind: 'question', productId, status: 'published' }, query));
  }

  async listOwn(userId: string, query: PageQuery): Promise<Page<Asked>> {
    return this.counted(await this.deps.contributions.page({ kind: 'question', userId }, query));
  }

  listOwnAnswers(userId: string, query: PageQuery): Promise<Page<Contribution>> {
    return this.deps.contributions.page({ kind: 'answer', userId }, query);
  }

  async get(id: string, channel: string | null): Promise<Asked> {
    const question = await this.shown(id, channel);
    return { ...question, answers: (await this.deps.contributions.answered([id])).get(id) ?? 0 };
  }

  async answers(id: string, channel: string | null, query: PageQuery): Promise<Page<Contribution>> {
    await this.shown(id, channel);
    return this.deps.contributions.page({ questionId: id, status: 'published' }, query, 'createdAt');
  }

  async ask({ userId, productId, channel, text }: Author & InChannel & { text: string }): Promise<Contribution> {
    const { contributions, common, isShown, nameOf } = this.deps;
    if (!await isShown(productId, channel)) throw new ReviewedProductNotFound();
    const authorName = await nameOf(userId);
    const id = contributions.newId();
    return common.changing(async () => [await contributions.insert({ ...this.drafted(text), kind: 'question', productId, userId, authorName, purchase: `question:${id}`, isVerified: false }, id), 'submitted']);
  }

  /** `official` for whom somebody speaks who need not have bought it. */
  async answer(questionId: string, { userId, channel, text, official }: Author & { channel: string | null; text: string; official: (productId: string) => Promise<Official | null> }): Promise<Contribution> {
    const { contributions, common, nameOf, purchasesOf } = this.deps;
    const { productId } = await this.shown(questionId, channel);
    const speaker = await official(productId);
    const bought = speaker === null && (await purchasesOf(userId, productId)).length > 0;
    if (speaker === null && !bought) throw new NotBought();
    const purchase = `answer:${questionId}`;
    if ((await contributions.spokenOf(userId, [purchase])).has(purchase)) throw new AlreadyAnswered();
    const authorName = speaker === null ? await nameOf(userId) : '';
    return common.changing(async () => {
      // Its question may have been taken away since: then nobody could see it.
      await common.published('question', questionId);
      return [await contributions.insert({ ...this.drafted(text, speaker), kind: 'answer', questionId, productId, userId, authorName, purchase, isVerified: bought }), 'submitted'];
    });
  }

  change(kind: Extract<Kind, 'question' | 'answer'>, id: string, { userId, text, ifMatch }: Author & { text: string; ifMatch: number | undefined }): Promise<Contribution> {
    const { contributions, common } = this.deps;
    return common.changing(async () => {
      const found = await common.ofAuthor(kind, id, userId);
      requireVersion(ifMatch, found.version);
      const { createdAt: _at, status: drafted, official: _o, ...content } = this.drafted(text, found.official ?? null);
      return [await contributions.save(found, { ...content, status: found.status === 'published' && !found.decision ? drafted : 'pending' }), 'changed'];
    });
  }

  /** Only who asked knows what helped; another choice takes the place of the first. */
  accept(id: string, { userId, answerId }: Author & { answerId: string }): Promise<Contribution> {
    const { contributions, common, now } = this.deps;
    return retryLostRace(() => this.deps.inTransaction(async () => {
      const question = await common.ofAuthor('question', id, userId);
      const answer = await common.published('answer', answerId);
      if (answer.questionId !== id || question.status !== 'published') throw new ContributionNotFound('answer');
      if (answer.userId === userId) throw new OwnContribution('answer');
      if (question.acceptedId === answerId) return question;
      const free = await common.unaccept(question);
      await common.settle(await contributions.save(answer, { isAccepted: true, updatedAt: now() }), 'accepted');
      return contributions.save(free, { acceptedId: answerId });
    }));
  }

  unaccept(id: string, { userId }: Author): Promise<Contribution> {
    const { common } = this.deps;
    return retryLostRace(() => this.deps.inTransaction(async () => common.unaccept(await common.ofAuthor('question', id, userId))));
  }

  private async shown(id: string, channel: string | null): Promise<Contribution> {
    const question = await this.deps.common.published('question', id);
    if (!await this.deps.isShown(question.productId, channel)) throw new ContributionNotFound('question');
    return question;
  }

  private async counted(page: Page<Contribution>): Promise<Page<Asked>> {
    const answers = await this.deps.contributions.answered(page.items.map(({ id }) => id));
    return { ...page, items: page.items.map((question) => ({ ...question, answers: answers.get(question.id) ?? 0 })) };
  }

  /** What the seller says needs nobody's look. */
  private drafted(text: string, official: Official | null = null) {
    const at = this.deps.now();
    const concerns = official === null ? this.deps.screen({ text }) : [];
    return { title: '', text, concerns, status: concerns.length > 0 ? 'pending' as const : 'published' as const, ...(official && { official }), createdAt: at, updatedAt: at };
  }
}
