import express, { Router } from 'express';
import type { Container } from './container.js';
import { contractPage, docsPage } from './shared/http/docs.js';
import { deriveSecret } from './shared/crypto/tokens.js';
import { createAdmission } from './shared/http/admission.js';
import { alive, metricsPage, ready, type Readiness } from './shared/http/health.js';
import { observe } from './shared/http/observe.js';
import { problemHandler, routeNotFound } from './shared/http/problem.js';
import { requestContext } from './shared/http/request-context.js';
import { mount } from './shared/http/route.js';
import { crossOrigin, redirectToHttps, refuseDoubledHeaders, securityHeaders } from './shared/http/security.js';

/** The order of everything a request passes. */
export function createApp(container: Container, readiness: Readiness) {
  const { config, logger, metrics } = container;
  const app = express();
  const admission = createAdmission({ maxInFlight: config.http.maxInFlight, answerWithinMs: config.http.answerWithinMs, ticketSecret: deriveSecret(config.auth.jwtSecret)('admission') });
  app.disable('x-powered-by');
  app.disable('etag');
  app.set('query parser', 'simple');
  app.set('trust proxy', config.http.trustProxy);

  app.use(requestContext);
  app.use(observe({ metrics, logger, countUse: container.apiKeys.countUse }));
  // Before anything that refuses: a browser reads only what says that it may.
  app.use(securityHeaders());
  app.use(crossOrigin(config.http.corsOrigins));
  app.use(admission.admit);
  if (config.http.httpsRedirect) app.use(redirectToHttps(config.http.publicUrl));
  app.use(refuseDoubledHeaders);

  const mountOptions = {
    identify: container.identify, requireStepUp: container.requireStepUp, idempotency: container.idempotency,
    checkReplies: config.http.checkReplies, bodyLimitBytes: config.http.bodyLimitBytes, stopping: readiness.stopping, inTime: admission.inTime,
  };
  const api = Router({ caseSensitive: true });
  mount(api, container.routes, mountOptions);
  app.use(['/api/v1', '/api'], api);

  app.get('/healthz', alive);
  app.get('/readyz', ready(readiness));
  app.get('/metrics', metricsPage(metrics.registry, config.http.metricsToken));
  app.get('/openapi.json', contractPage(container.openApi));
  app.use('/docs', docsPage());

  const root = Router({ caseSensitive: true });
  mount(root, container.rootRoutes, mountOptions);
  app.use(root);

  app.use(routeNotFound);
  app.use(problemHandler(container.report, container.securityEvents.refused));
  return app;
}
