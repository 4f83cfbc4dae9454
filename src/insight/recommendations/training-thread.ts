import { inThread } from '../../shared/thread.js';
import type { RecommendationModel } from './recommendations.js';
import type { Corpus, OnProgress, Settings } from './training.js';

type News = Readonly<{ share: number; step: string }>;

/** Trains in a thread, so that the process goes on with its work; aborting ends the thread. */
export const trainInThread = (corpus: Corpus, settings: Settings, onProgress: OnProgress, signal?: AbortSignal): Promise<RecommendationModel | null> =>
  inThread<RecommendationModel | null, News>({ module: new URL('./training.worker.js', import.meta.url), data: { corpus, settings }, onNews: ({ share, step }) => { onProgress(share, step); }, signal });
