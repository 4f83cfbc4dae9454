import { randomUUID } from 'node:crypto';
import type { Clock } from '../../shared/clock.js';
import { inThread } from '../../shared/thread.js';
import { DocumentPack } from './document-pack.js';
import { trainingTerms } from './embedded-engine.js';
import type { Texts } from './keyword-index.js';
import type { SemanticModelRepository } from './semantic-model.repository.js';
import type { SemanticModel } from './semantic-model.js';

const DAY_MS = 86_400_000;
/** More would take longer without teaching more. */
const LEARNED_FROM = 20_000;
const GROWN = 1.2;

type Deps = { models: SemanticModelRepository; texts: () => AsyncIterable<{ id: string; texts: Texts }>; count: () => Promise<number>; now: Clock };

/** Trains what makes the search find by meaning: once a day, or when the catalogue has grown by a fifth. */
export class ModelTrainer {
  constructor(private readonly deps: Deps) {}

  async trainWhenDue(signal?: AbortSignal): Promise<boolean> {
    const known = await this.deps.models.info();
    const isYoung = known !== null && this.deps.now().getTime() - known.trainedAt.getTime() < DAY_MS;
    if (isYoung && await this.deps.count() < known.documents * GROWN) return false;
    return this.train(signal);
  }

  /** In a thread: the process goes on with its work. False where there is too little to learn from. */
  async train(signal?: AbortSignal): Promise<boolean> {
    const documents = new DocumentPack();
    for await (const { texts } of this.deps.texts()) {
      documents.add(trainingTerms(texts));
      if (documents.size === LEARNED_FROM) break;
    }
    const data = documents.packed();
    const model = await inThread<SemanticModel | null>({ module: new URL('./semantic-model.worker.js', import.meta.url), data, transfer: [data.words.buffer, data.ends.buffer], signal });
    if (!model) return false;
    await this.deps.models.save(model, { revision: randomUUID(), documents: documents.size, trainedAt: this.deps.now() });
    return true;
  }
}
