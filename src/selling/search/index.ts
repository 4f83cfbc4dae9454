import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Connection } from 'mongoose';
import type { Clock } from '../../shared/clock.js';
import type { Schedule } from '../../shared/schedule.js';
import type { Catalog } from '../catalog/index.js';
import { CatalogueFollower } from './catalogue-follower.js';
import { EmbeddedEngine } from './embedded-engine.js';
import { ModelTrainer } from './model-trainer.js';
import { createRecogniser } from './recogniser.js';
import { searchRoutes } from './search.routes.js';
import { SearchService, type FindArrangement } from './search.service.js';
import { SemanticModelRepository } from './semantic-model.repository.js';
import { VoiceService } from './voice.service.js';

export type { Arrangement } from './arrangement.js';
export type { SearchEntry } from './search.js';
export type { PreviewSearch } from './search.service.js';
export { termsOf as wordKey } from './text.js';

type Deps = {
  connection: Connection; now: Clock; catalog: Pick<Catalog, 'changedAfter' | 'categoryTree' | 'summariesOf' | 'countProducts'>; market: Readonly<{ defaultCurrency: string }>;
  voice: Readonly<{ command: string; ffmpegDirectory: string }>; uploadFolder?: string;
  /** The rules that the shop has set for what is asked. */
  arrangementFor: FindArrangement;
};

const LOOK_AT_MODEL_MS = 60_000;

export function createSearch({ connection, now, catalog, market, voice: voiceConfig, arrangementFor, uploadFolder = join(tmpdir(), 'kontor-uploads') }: Deps) {
  const models = new SemanticModelRepository(connection);
  const engine = new EmbeddedEngine();
  const follower = new CatalogueFollower({ catalog, engine, models });
  const service = new SearchService({ engine, arrangementFor, nameOf: (id) => engine.find(id)?.name, sellsIn: engine.sellsIn.bind(engine), follower, catalog, defaultCurrency: market.defaultCurrency });
  const voice = new VoiceService({ search: service, hearing: engine.hearing.bind(engine), recogniser: createRecogniser(voiceConfig) });
  const trainer = new ModelTrainer({ models, texts: follower.texts.bind(follower), count: catalog.countProducts, now });

  const schedules: Schedule[] = [{ name: 'train-search-model', everyMs: LOOK_AT_MODEL_MS, run: () => trainer.trainWhenDue() }];
  return { routes: searchRoutes({ search: service, voice, uploadFolder }), schedules, warm: service.warm.bind(service), preview: service.preview.bind(service), train: trainer.train.bind(trainer), lookAgain: follower.lookAgain.bind(follower) };
}
