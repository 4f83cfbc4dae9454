import type { Contribution, Official } from './reviews.js';
import type { Asked } from './questions.service.js';

/** A file as media tells of it: the addresses of its forms. */
export type MediaView = Readonly<{ id: string; kind: 'image' | 'video'; contentType: string; width: number; height: number; durationSeconds?: number; url: string; urls: Readonly<Record<string, string>> }>;
type UrlsOf = (mediaIds: readonly string[], options?: { signedForSeconds?: number }) => Promise<ReadonlyMap<string, MediaView>>;
type Views = ReadonlyMap<string, MediaView>;

const LINK_SECONDS = 3_600;
const SPEAKERS: Readonly<Record<Official, string>> = { shop: 'Shop', vendor: 'Vendor' };
const saidAt = (said: { text: string; at: Date }) => ({ text: said.text, at: said.at.toISOString() });

/** What everybody sees: the author by the name that he shows, never by his id. */
function presentShown({ id, kind, productId, authorName, rating, title, text, isVerified, helpful, unhelpful, reply, mediaIds, questionId, official, isAccepted, acceptedId, createdAt, updatedAt, version }: Contribution, views: Views) {
  const media = mediaIds.flatMap((one) => views.get(one) ?? []);
  return {
    id, productId, author: official ? SPEAKERS[official] : authorName, text, votes: { helpful, unhelpful },
    ...(kind === 'review' && { rating, title, verified: isVerified, media, ...(reply && { reply: { ...saidAt(reply), ...(reply.official && { official: reply.official }) } }) }),
    ...(kind === 'question' && { ...(acceptedId && { acceptedAnswerId: acceptedId }) }),
    ...(kind === 'answer' && { questionId, verified: isVerified, accepted: isAccepted === true, ...(official && { official }) }),
    createdAt: createdAt.toISOString(), updatedAt: updatedAt.toISOString(), version,
  };
}

function presentOwn(contribution: Contribution, views: Views) {
  const { status, appeal, decision } = contribution;
  return { ...presentShown(contribution, views), status, ...(appeal && { appeal: saidAt(appeal) }), ...(decision && { decision: { at: decision.at.toISOString(), reason: decision.reason } }) };
}

function presentModerated(contribution: Contribution, views: Views) {
  const { kind, userId, flags, concerns, decision, history } = contribution;
  return {
    ...presentOwn(contribution, views), kind, userId, flags, concerns, history: history.map(({ at, ...step }) => ({ ...step, at: at.toISOString() })),
    ...(decision && { decision: { by: decision.by, at: decision.at.toISOString(), reason: decision.reason } }),
  };
}

export const presentQuestion = (question: Asked) => ({ ...presentShown(question, new Map()), answers: question.answers });
export const presentOwnQuestion = (question: Contribution) => presentOwn(question, new Map());

/** `shown` for everybody; `own` and `moderated` also see files that are not public, by links that expire. */
export function createPresenter(urlsOf: UrlsOf) {
  const many = <T>(present: (contribution: Contribution, views: Views) => T, options?: { signedForSeconds: number }) => async (contributions: readonly Contribution[]): Promise<T[]> => {
    const ids = contributions.flatMap(({ mediaIds }) => mediaIds);
    const views: Views = ids.length === 0 ? new Map() : await urlsOf(ids, options);
    return contributions.map((contribution) => present(contribution, views));
  };
  const one = <T>(all: (contributions: readonly Contribution[]) => Promise<T[]>) => async (contribution: Contribution): Promise<T> => (await all([contribution]))[0]!;
  const signed = { signedForSeconds: LINK_SECONDS };
  const [shown, own, moderated] = [many(presentShown), many(presentOwn, signed), many(presentModerated, signed)];
  return { shown, own, moderated, oneShown: one(shown), oneOwn: one(own), oneModerated: one(moderated) };
}

export type Presenter = ReturnType<typeof createPresenter>;
