import { actorOf } from '../../shared/http/caller.js';
import { defineRoute, type Route } from '../../shared/http/route.js';
import { problems, success } from '../../shared/http/schemas.js';
import type { ModelInfo } from './recommendations.js';
import { personalQuery, productParams, productQuery, recommendationsAnswer, trainingAnswer, versionsAnswer, viewAnswer } from './recommendations.schemas.js';
import type { RecommendationService } from './recommendations.service.js';
import type { TrainerService } from './trainer.service.js';

const tag = 'Recommendations';
const reading = { tag, access: { scope: 'catalog:read', user: 'optional' } } as const;

type Deps = { service: RecommendationService; trainer: TrainerService; versions: () => Promise<ModelInfo[]> };

export function recommendationRoutes({ service, trainer, versions }: Deps): Route[] {
  return [
    defineRoute({
      ...reading, method: 'get', path: '/products/:id/recommendations', summary: 'What goes with a product, or is like it', params: productParams, query: productQuery,
      description: 'Only what is shown and in stock. Where the model knows too little, what trends, sells best and is new follows; each says why it is there.',
      responses: { 200: recommendationsAnswer, ...problems(400, 401, 403, 404) },
      handle: async ({ params, query }, { caller }) => ({ status: 200, body: success('Recommended.', await service.forProduct(params.id, query, caller)) }),
    }),
    defineRoute({
      ...reading, method: 'get', path: '/recommendations', summary: 'What trends, what I looked at, what suits me', query: personalQuery,
      description: 'Personal only for whoever is signed in and has granted the consent `personalisation`; everybody else gets the same answer.',
      responses: { 200: recommendationsAnswer, ...problems(400, 401, 403) },
      handle: async ({ query }, { caller }) => ({ status: 200, body: success('Recommended.', await service.forCaller(query, caller)) }),
    }),
    defineRoute({
      ...reading, method: 'post', path: '/products/:id/views', summary: 'A product was looked at', params: productParams,
      description: 'Counted without a name; kept under a name only with the consent `personalisation`, and forgotten when that is withdrawn.',
      responses: { 200: viewAnswer, ...problems(400, 401, 403, 404) },
      handle: async ({ params }, { caller }) => ({ status: 200, body: success('Noted.', { remembered: await service.viewed(params.id, caller) }) }),
    }),
    defineRoute({
      tag, access: { permission: 'jobs:read' }, method: 'get', path: '/admin/recommendations/models', summary: 'The models there are, the one in use first',
      responses: { 200: versionsAnswer, ...problems(400, 401, 403) },
      handle: async () => ({ status: 200, body: success('The models.', { items: await versions() }) }),
    }),
    defineRoute({
      tag, access: { permission: 'jobs:write' }, method: 'post', path: '/admin/recommendations/trainings', summary: 'Train now',
      description: 'The model in use serves until the new one is complete. Follow it at /jobs/:id.', responses: { 202: trainingAnswer, ...problems(400, 401, 403) },
      handle: async (_input, { caller }) => {
        const { id: jobId } = await trainer.ask(actorOf(caller));
        return { status: 202, body: success('The training is queued.', { jobId }), location: `/jobs/${jobId}` };
      },
    }),
  ];
}
