import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Connection } from 'mongoose';
import { createBreaker } from '../../shared/breaker.js';
import type { Clock } from '../../shared/clock.js';
import type { Logger } from '../../shared/logging/logger.js';
import type { Metrics } from '../../shared/metrics/metrics.js';
import type { Schedule } from '../../shared/schedule.js';
import type { Catalog } from '../catalog/index.js';
import type { createSearchAnalytics } from '../search-analytics/index.js';
import { CatalogueFollower } from './catalogue-follower.js';
import { EmbeddedEngine } from './embedded-engine.js';
import { FallbackEngine } from './fallback-engine.js';
import { ModelTrainer } from './model-trainer.js';
import { SHAPE } from './opensearch/index-shape.js';
import { OpenSearchEngine } from './opensearch/opensearch-engine.js';
import { SearchServer, type ServerConfig } from './opensearch/search-server.js';
import { Readiness } from './readiness.js';
import { createRecogniser } from './recogniser.js';
import { ZeroResults } from './recovery.js';
import { SearchIndexer } from './search-indexer.js';
import { SearchIndexRepository } from './search-indexes.repository.js';
import { searchRoutes } from './search.routes.js';
import { SearchService, type FindArrangement } from './search.service.js';
import { SemanticModelRepository } from './semantic-model.repository.js';
import type { SynonymGroup } from './synonyms.js';
import { Tongues } from './tongues.js';
import { VoiceService } from './voice.service.js';

export type { Arrangeable, Arrangement } from './arrangement.js';
export type { PreviewSearch } from './search.service.js';
export { termsOf as wordKey } from './text.js';

type Deps = {
  connection: Connection; now: Clock; catalog: Pick<Catalog, 'changesSince' | 'categoryTree' | 'categoryTreeFor' | 'attributesCalled' | 'findCategoryPage' | 'summariesOf' | 'countProducts'>; market: Readonly<{ defaultCurrency: string }>;
  voice: Readonly<{ command: string; ffmpegDirectory: string }>; uploadFolder?: string;
  config: Readonly<{ engine: 'embedded' | 'opensearch'; indexPrefix: string } & ServerConfig>;
  /** Counts what is searched for. */
  analytics: ReturnType<typeof createSearchAnalytics>;
  /** What sells and trends, for searches that find nothing. */
  popularIds: (most: number) => Promise<readonly string[]>;
  metrics: Pick<Metrics, 'searchDegraded'>; logger: Pick<Logger, 'warn'>;
  /** The rules that the shop has set for what is asked. */
  arrangementFor: FindArrangement;
  /** The words that the shop says for one thing; the same list as long as they may be used. */
  synonyms: () => Promise<readonly SynonymGroup[]>;
};

const LOOK_AT_MODEL_MS = 60_000;
/** Half of what a change may take until it is found. */
const INDEX_MS = 500;

export function createSearch({ connection, now, catalog, market, voice: voiceConfig, arrangementFor, synonyms, config, metrics, logger, popularIds, analytics, uploadFolder = join(tmpdir(), 'kontor-uploads') }: Deps) {
  const models = new SemanticModelRepository(connection);
  const embedded = new EmbeddedEngine();
  const tongues = new Tongues();
  const follower = new CatalogueFollower({ catalog, engine: embedded, tongues, models });
  const readiness = new Readiness(follower);
  const embeddedReady = readiness.ready.bind(readiness);
  const degraded = (cause: string) => { metrics.searchDegraded(); logger.warn('the search server did not answer, the embedded engine did', { cause }); };
  const remote = config.engine === 'embedded' ? null : connectServer({ config, connection, catalog, embedded, embeddedReady, degraded });
  // A server answers at once; what this process knows of the words, it learns meanwhile.
  const indexReady = remote ? async () => { readiness.warm().catch(() => {}); } : embeddedReady;
  let learnt: readonly SynonymGroup[] | undefined;
  const learn = async () => {
    const groups = await synonyms();
    if (groups !== learnt) embedded.learn(groups);
    learnt = groups;
  };
  const ready = async () => { await indexReady(); await learn(); };

  const engine = remote?.engine ?? embedded;
  const find = embedded.find.bind(embedded);
  const service = new SearchService({
    engine, ready, searched: analytics.searched, zeroResults: new ZeroResults({ engine, find, otherwise: embedded.otherwise.bind(embedded), popularIds }), arrangementFor, tongues, catalog, nameOf: (id) => find(id)?.name, sellsIn: embedded.sellsIn.bind(embedded), defaultCurrency: market.defaultCurrency,
  });
  const voice = new VoiceService({ search: service, ready: async () => { await embeddedReady(); await learn(); }, hearing: embedded.hearing.bind(embedded), recogniser: createRecogniser(voiceConfig) });
  const trainer = new ModelTrainer({ models, texts: follower.texts.bind(follower), count: catalog.countProducts, now });

  const schedules: Schedule[] = [{ name: 'train-search-model', everyMs: LOOK_AT_MODEL_MS, run: (stop) => trainer.trainWhenDue(stop) }];
  if (remote) schedules.push({ name: 'index-search', everyMs: INDEX_MS, run: (stop) => remote.indexer.follow(stop) });
  return {
    routes: [...searchRoutes({ search: service, voice, uploadFolder }), ...analytics.routes], schedules, flushAnalytics: analytics.flush, warm: readiness.warm.bind(readiness), preview: service.preview.bind(service), train: () => trainer.train(), lookAgain: follower.lookAgain.bind(follower),
    /** What keeps the search server up to date; null where the search needs none. */
    indexer: remote?.indexer ?? null, close: async (): Promise<void> => { await remote?.server.close(); },
  };
}

type Remote = Pick<Deps, 'connection' | 'catalog' | 'config'> & { embedded: EmbeddedEngine; embeddedReady: () => Promise<void>; degraded: (cause: string) => void };

function connectServer({ config, connection, catalog, embedded, embeddedReady, degraded }: Remote) {
  const server = new SearchServer(config);
  const alias = `${config.indexPrefix}-products-v${SHAPE}`;
  const asked = new OpenSearchEngine({ server, alias, language: embedded });
  // The machine's clock: how long a server is spared has nothing to do with the shop's.
  const breaker = createBreaker({ name: 'search server', now: () => new Date() });
  return {
    server, indexer: new SearchIndexer({ catalog, server, indexes: new SearchIndexRepository(connection), alias }),
    engine: new FallbackEngine({ server: asked, embedded, embeddedReady, timeoutMs: config.timeoutMs, breaker, degraded }),
  };
}
