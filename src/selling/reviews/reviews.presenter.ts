import type { Review } from './reviews.js';

const saidAt = (said: { text: string; at: Date }) => ({ text: said.text, at: said.at.toISOString() });

/** What everybody sees: the author by the name that he shows, never by his id. */
export function presentReview({ id, productId, authorName, rating, title, text, isVerified, helpful, unhelpful, reply, createdAt, updatedAt, version }: Review) {
  return {
    id, productId, author: authorName, rating, title, text, verified: isVerified, votes: { helpful, unhelpful }, ...(reply && { reply: saidAt(reply) }),
    createdAt: createdAt.toISOString(), updatedAt: updatedAt.toISOString(), version,
  };
}

export function presentOwn(review: Review) {
  const { status, appeal, decision } = review;
  return { ...presentReview(review), status, ...(appeal && { appeal: saidAt(appeal) }), ...(decision && { decision: { at: decision.at.toISOString(), reason: decision.reason } }) };
}

export function presentModerated(review: Review) {
  const { userId, flags, concerns, decision } = review;
  return { ...presentOwn(review), userId, flags, concerns, ...(decision && { decision: { by: decision.by, at: decision.at.toISOString(), reason: decision.reason } }) };
}
