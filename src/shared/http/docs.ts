import { Router } from 'express';
import helmet from 'helmet';
import swaggerUi from 'swagger-ui-express';

/** The page needs its own inline styles, which the API's policy forbids; its assets are ours, so it works offline. */
export function docsPage(): Router {
  const router = Router();
  router.use(helmet.contentSecurityPolicy({ directives: { 'script-src': ["'self'"], 'style-src': ["'self'", "'unsafe-inline'"], 'upgrade-insecure-requests': null } }));
  router.use(swaggerUi.serve, swaggerUi.setup(undefined, { swaggerOptions: { url: '/openapi.json', persistAuthorization: true }, customSiteTitle: 'Kontor API' }));
  return router;
}
