import type { Connection } from 'mongoose';
import type { Subscriber } from '../../shared/events/outbox.js';
import type { PersonalData } from '../../shared/personal-data.js';
import type { Schedule } from '../../shared/schedule.js';
import { ModelHolder } from './model-holder.js';
import { RecommendationModelRepository } from './recommendation-models.repository.js';
import { recommendationRoutes } from './recommendations.routes.js';
import { PERSONALISATION, RecommendationService, type ServiceDeps } from './recommendations.service.js';
import { TRAINING_JOB, TrainerService, type TrainerDeps } from './trainer.service.js';
import { ViewRepository } from './views.repository.js';

type JobContext = Readonly<{ progress(progress: { done: number; total?: number; message?: string }): Promise<void>; signal: AbortSignal }>;
type Deps = Omit<TrainerDeps, 'enqueue'> & ServiceDeps & {
  connection: Connection; report: (error: unknown) => void;
  jobs: { enqueue: TrainerDeps['enqueue']; handle(type: string, work: (job: unknown, context: JobContext) => Promise<unknown>): void };
};

const LOOK_IF_DUE_MS = 60_000;
const TRENDING_MS = 300_000;
const TELL_MS = 2_000;

export function createRecommendations({ connection, report, jobs, ...deps }: Deps) {
  const models = new RecommendationModelRepository(connection);
  const views = new ViewRepository(connection);
  const holder = new ModelHolder({ models, now: deps.now, report });
  const trainer = new TrainerService({ ...deps, models, views, enqueue: jobs.enqueue });
  const service = new RecommendationService({ ...deps, holder, views });

  jobs.handle(TRAINING_JOB, async (_job, { progress, signal }) => {
    let told = 0;
    return trainer.train((share, step) => {
      if (Date.now() - told < TELL_MS) return;
      told = Date.now();
      progress({ done: Math.round(share * 100), total: 100, message: step }).catch(report);
    }, signal);
  });

  const schedules: Schedule[] = [
    { name: 'train-recommendations', everyMs: LOOK_IF_DUE_MS, run: () => trainer.askWhenDue() },
    { name: 'refresh-trending', everyMs: TRENDING_MS, run: () => trainer.refreshTrending() },
  ];
  const subscribers: Subscriber[] = [{
    name: 'recommendations.forget', on: ['consent.withdrawn'],
    handle: async ({ data }) => { if (data['purpose'] === PERSONALISATION) await views.forget(String(data['userId'])); },
  }];
  const personalData: PersonalData = { name: 'productViews', collections: ['product_views'], export: ({ userId }) => views.export(userId), erase: ({ userId }) => views.forget(userId) };
  return {
    routes: recommendationRoutes({ service, trainer, versions: models.versions.bind(models) }), schedules, subscribers, personalData,
    popularIds: holder.popularIds.bind(holder), train: trainer.train.bind(trainer), refreshTrending: trainer.refreshTrending.bind(trainer), lookAgain: holder.lookAgain.bind(holder),
  };
}
