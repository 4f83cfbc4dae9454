import { actorOf } from '../../shared/http/caller.js';
import { defineRoute } from '../../shared/http/route.js';
import { pageOf, problems, success, successOf } from '../../shared/http/schemas.js';
import type { AssessService } from './assess.service.js';
import { MOST_HISTORY } from './assess.service.js';
import type { BackTestService } from './back-test.service.js';
import { networkOf, type createKeys, type KeyKind } from './keys.js';
import type { RegistryService } from './registry.service.js';
import { signalsOf } from './signals.js';
import {
  backTestBody, backTestReply, engineReply, modelBody, modelParams, modelQuery, modelReply, oneQuery, presentSettings, refusalQuery, refusalReply, settingsBody, settingsReply, signalQuery, signalReply,
} from './risk.schemas.js';

type Services = { registry: RegistryService; assess: AssessService; backTests: BackTestService; keys: ReturnType<typeof createKeys>; now: () => Date };
const tag = 'Fraud';
const [reading, writing] = [{ permission: 'risk:review' }, { permission: 'risk:write' }] as const;
const MODEL_BYTES = 2_000_000;

export const riskRoutes = (services: Services) => [...settingsRoutes(services), ...modelRoutes(services), ...evidenceRoutes(services)];

function settingsRoutes({ registry }: Services) {
  return [
    defineRoute({
      method: 'get', path: '/admin/fraud/settings', summary: 'Thresholds, rules and the active model', tag, access: reading, query: oneQuery,
      responses: { 200: successOf(settingsReply), ...problems(400, 401, 403) },
      handle: async () => {
        const settings = await registry.settings();
        return { status: 200, version: settings.version, body: success('The settings.', presentSettings(settings)) };
      },
    }),
    defineRoute({
      method: 'put', path: '/admin/fraud/settings', summary: 'Change thresholds and rules; felt by every process within a second', tag, access: writing, body: settingsBody, bodyLimitBytes: MODEL_BYTES,
      responses: { 200: successOf(settingsReply), ...problems(400, 401, 403, 409, 412, 413, 415) },
      handle: async ({ body }, { caller, ifMatch }) => {
        const settings = await registry.choose(body, { actor: actorOf(caller), ifMatch });
        return { status: 200, version: settings.version, body: success('The settings were changed.', presentSettings(settings)) };
      },
    }),
  ];
}

function modelRoutes({ registry }: Services) {
  return [
    defineRoute({
      method: 'get', path: '/admin/fraud/engine', summary: 'What judges orders right now: a model, or rules alone and why', tag, access: reading, query: oneQuery,
      responses: { 200: successOf(engineReply), ...problems(400, 401, 403) },
      handle: async () => {
        const { model, fallback } = await registry.current();
        return { status: 200, body: success('The engine.', { engine: model ? 'model' : 'rules', model: model?.version ?? null, fallback: fallback ?? null }) };
      },
    }),
    defineRoute({
      method: 'get', path: '/admin/fraud/models', summary: 'Trained models with their measures', tag, access: reading, query: modelQuery,
      responses: { 200: pageOf(modelReply), ...problems(400, 401, 403) },
      handle: async ({ query }) => {
        const [page, { model: { active, previous } }] = [await registry.models(query), await registry.settings()];
        const stateOf = (version: string) => (version === active ? 'active' : version === previous ? 'previous' : 'kept');
        return { status: 200, body: success('Models.', { ...page, items: page.items.map(({ createdAt, ...model }) => ({ ...model, state: stateOf(model.version), createdAt: createdAt.toISOString() })) }) };
      },
    }),
    defineRoute({
      method: 'post', path: '/admin/fraud/models', summary: 'Register a model file that training wrote; it judges nothing until it is activated', tag, access: writing, body: modelBody, bodyLimitBytes: MODEL_BYTES,
      responses: { 201: successOf(engineReply), ...problems(400, 401, 403, 409, 413, 415) },
      handle: async ({ body }, { caller }) => {
        await registry.register(body, { actor: actorOf(caller) });
        const { model, fallback } = await registry.current();
        return { status: 201, body: success(`Model ${body.version} is registered.`, { engine: model ? 'model' : 'rules', model: model?.version ?? null, fallback: fallback ?? null }) };
      },
    }),
    defineRoute({
      method: 'post', path: '/admin/fraud/models/:version/activation', summary: 'Let this model judge orders', tag, access: writing, params: modelParams,
      responses: { 200: successOf(settingsReply), ...problems(400, 401, 403, 404, 409, 412, 413, 415) },
      handle: async ({ params }, { caller, ifMatch }) => {
        const settings = await registry.activate(params.version, { actor: actorOf(caller), ifMatch });
        return { status: 200, version: settings.version, body: success(`Model ${params.version} is active.`, presentSettings(settings)) };
      },
    }),
    defineRoute({
      method: 'post', path: '/admin/fraud/models/rollback', summary: 'Back to the model before', tag, access: writing,
      responses: { 200: successOf(settingsReply), ...problems(400, 401, 403, 409, 412, 413, 415) },
      handle: async (_input, { caller, ifMatch }) => {
        const settings = await registry.rollBack({ actor: actorOf(caller), ifMatch });
        return { status: 200, version: settings.version, body: success(`Model ${settings.model.active} is active again.`, presentSettings(settings)) };
      },
    }),
  ];
}

function evidenceRoutes({ assess, backTests, keys, now }: Services) {
  return [
    defineRoute({
      method: 'post', path: '/admin/fraud/back-tests', summary: "What a model and thresholds would have done with the shop's own orders", tag, access: reading, body: backTestBody,
      description: 'At most 20,000 orders. Each sees only what was known when it was placed. Nothing is stored.',
      responses: { 200: successOf(backTestReply), ...problems(400, 401, 403, 404, 413, 415) },
      handle: async ({ body }) => {
        const result = await backTests.run({ ...body, from: new Date(body.from), to: new Date(body.to) });
        return { status: 200, body: success('Tested on past orders.', { ...result, weeks: result.weeks.map(({ from, ...week }) => ({ from: from.toISOString(), ...week })) }) };
      },
    }),
    defineRoute({
      method: 'get', path: '/admin/fraud/signals', summary: 'What came from one address, mailbox, device or card', tag, access: reading, query: signalQuery,
      responses: { 200: successOf(signalReply), ...problems(400, 401, 403) },
      handle: async ({ query }) => {
        const [kind, text] = Object.entries(query)[0] as [KeyKind, string];
        const seen = await assess.seenFrom(keys.keyFor(kind, kind === 'ip' ? networkOf(text) ?? text : text));
        return { status: 200, body: success('Signals.', { kind, ...signalsOf(seen, now()), isCut: seen.length >= MOST_HISTORY }) };
      },
    }),
    defineRoute({
      method: 'get', path: '/admin/fraud/refusals', summary: 'Orders that were not accepted, kept for 90 days', tag, access: reading, query: refusalQuery,
      responses: { 200: pageOf(refusalReply), ...problems(400, 401, 403) },
      handle: async ({ query }) => {
        const page = await assess.refusals(query);
        return { status: 200, body: success('Refusals.', { ...page, items: page.items.map(({ id, score, engine, rules, features, total, at }) => ({ id, score, engine, rules, features, total, at: at.toISOString() })) }) };
      },
    }),
  ];
}
