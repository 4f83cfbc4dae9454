import { Router, type RequestHandler } from 'express';
import helmet from 'helmet';
import swaggerUi from 'swagger-ui-express';
import { send, storeBody, type StoredBody } from './reply.js';

/** The page needs its own inline styles, which the API's policy forbids; its assets are ours, so it works offline. */
export function docsPage(): Router {
  const router = Router();
  router.use(helmet.contentSecurityPolicy({ directives: { 'script-src': ["'self'"], 'style-src': ["'self'", "'unsafe-inline'"], 'upgrade-insecure-requests': null } }));
  router.use(swaggerUi.serve, swaggerUi.setup(undefined, { swaggerOptions: { url: '/openapi.json', persistAuthorization: true }, customSiteTitle: 'Kontor API' }));
  return router;
}

/** The contract, made, tagged and compressed once: it does not change while we run. */
export function contractPage(make: () => unknown): RequestHandler {
  let made: Promise<StoredBody> | undefined;
  return async (req, res) => {
    made ??= storeBody(make(), 1);
    await send(req, res, { status: 200, bytes: await made, cache: 'public' });
  };
}
