import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import type { Connection } from 'mongoose';
import type { Catalog } from '../catalog/index.js';
import { PicturesFollower } from './pictures-follower.js';
import { DescriptorRepository } from './visual-search.repository.js';
import { visualSearchRoutes } from './visual-search.routes.js';
import { VisualSearchService } from './visual-search.service.js';

type Deps = {
  connection: Connection; catalog: Pick<Catalog, 'changesSince' | 'summariesOf'>; market: Readonly<{ defaultCurrency: string }>; report(error: unknown): void; uploadFolder?: string;
  /** The bytes of one form of an uploaded picture. */
  openForm(mediaId: string, name: string): Promise<Readable | null>;
};

export function createVisualSearch({ connection, catalog, market, report, openForm, uploadFolder = join(tmpdir(), 'kontor-uploads') }: Deps) {
  const follower = new PicturesFollower({ catalog, descriptors: new DescriptorRepository(connection), report, openForm });
  const service = new VisualSearchService({ follower, catalog, ...market });
  return { routes: visualSearchRoutes(service, uploadFolder), lookAgain: follower.lookAgain.bind(follower) };
}
