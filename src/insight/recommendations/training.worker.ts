import { parentPort, workerData } from 'node:worker_threads';
import { trainRecommendations, type Corpus, type Settings } from './training.js';

/** The thread of one training: tells its progress, answers the model or null, ends. */
const { corpus, settings } = workerData as { corpus: Corpus; settings: Settings };
parentPort!.postMessage({ result: trainRecommendations(corpus, settings, (share, step) => { parentPort!.postMessage({ news: { share, step } }); }) });
