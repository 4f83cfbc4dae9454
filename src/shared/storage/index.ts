import type { Clock } from '../clock.js';
import type { Route } from '../http/route.js';
import { createLocalStorage } from './local-storage.js';
import { createS3Storage, type S3Config } from './s3-storage.js';
import { signedRoutes } from './signed-routes.js';
import type { Storage } from './storage.js';

export type StorageConfig = Readonly<{ kind: 'local' | 's3'; directory: string; s3: S3Config }>;

/** Links to a folder of ours lead to routes of ours. */
export function createStorage({ config: { kind, directory, s3 }, publicUrl, sign, now }: { config: StorageConfig; publicUrl: string; sign: (text: string) => string; now: Clock }): { storage: Storage; rootRoutes: Route[] } {
  if (kind === 's3') return { storage: createS3Storage({ config: s3, now }), rootRoutes: [] };
  const storage = createLocalStorage({ directory, publicUrl, sign, now });
  return { storage, rootRoutes: signedRoutes(storage) };
}
