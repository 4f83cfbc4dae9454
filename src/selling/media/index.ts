import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Connection } from 'mongoose';
import type { Clock } from '../../shared/clock.js';
import type { InTransaction } from '../../shared/db/transaction.js';
import type { Invariant } from '../../shared/invariant.js';
import { createFetchOutside, type FetchOutside } from '../../shared/outside-fetch.js';
import type { PersonalData } from '../../shared/personal-data.js';
import type { Schedule } from '../../shared/schedule.js';
import type { Storage } from '../../shared/storage/storage.js';
import { AttachmentRepository } from './attachments.repository.js';
import { BlobRepository } from './blobs.repository.js';
import { CollectorService, type ReferenceSource } from './collector.service.js';
import { FileRepository } from './files.repository.js';
import { IntakeService } from './intake.service.js';
import { LibraryService } from './library.service.js';
import { MediaMaker } from './maker.service.js';
import { objectKey, ownerOfUser } from './media.js';
import { mediaRoutes } from './media.routes.js';
import { ProcessingService } from './processing.service.js';
import { createClamd } from './scanner.js';
import { servingRoute } from './serving.routes.js';
import { createVideos } from './videos.js';

type Deps = {
  connection: Connection; now: Clock; inTransaction: InTransaction; report(error: unknown): void; storage: Storage; sign(text: string): string;
  config: Readonly<{ publicUrl: string; maxImageBytes: number; maxVideoBytes: number; quotaBytes: number; orphanHours: number; clamdAddress: string; ffmpegDirectory: string }>;
  /** Where an upload lies while its request lasts. */
  uploadFolder?: string;
  fetchOutside?: FetchOutside;
};

const HOUR_MS = 3_600_000;

export function createMedia({ connection, now, inTransaction, report, storage, sign, config, uploadFolder = join(tmpdir(), 'kontor-uploads'), fetchOutside = createFetchOutside() }: Deps) {
  const files = new FileRepository(connection);
  const blobs = new BlobRepository(connection);
  const attachments = new AttachmentRepository(connection);
  const sources: ReferenceSource[] = [{ name: 'attachments', inUse: attachments.inUse.bind(attachments) }];
  const videos = createVideos(config.ffmpegDirectory);
  const scan = config.clamdAddress === '' ? null : createClamd(config.clamdAddress);
  const maker = new MediaMaker({ storage, blobs, videos, limits: config });
  const collector = new CollectorService({ files, blobs, storage, now, inTransaction, graceMs: config.orphanHours * HOUR_MS, sources: () => sources });
  const library = new LibraryService({ files, blobs, attachments, storage, collector, now, inTransaction, publicUrl: config.publicUrl, sign });
  const intake = new IntakeService({ files, storage, maker, scan, videos, now, inTransaction, report, fetchOutside, uploadFolder, limits: config });
  const processing = new ProcessingService({ files, storage, maker, scan, now, inTransaction, report });

  const schedules: Schedule[] = [
    { name: 'processMedia', everyMs: 500, run: (stop) => processing.processDue(stop) },
    { name: 'collectMedia', everyMs: HOUR_MS / 4, run: (stop) => collector.collect(stop) },
    { name: 'sweepStorage', everyMs: 6 * HOUR_MS, run: (stop) => collector.sweep(stop) },
  ];
  const invariants: Invariant[] = [
    { name: 'media.quota_is_the_sum', check: async () => (await files.findMiscounted()).map(({ owner, counted, actual }) => ({ invariant: 'media.quota_is_the_sum', subject: `media-owner:${owner}`, detail: `counts ${counted} bytes, has ${actual}` })) },
    { name: 'media.ready_is_stored', check: async () => (await files.findWithoutBlob(100)).map((id) => ({ invariant: 'media.ready_is_stored', subject: `media:${id}`, detail: 'its content is not stored' })) },
  ];

  const personalData: PersonalData = {
    name: 'files', collections: ['uploaded_files', 'media_attachments', 'media_usage'],
    export: async ({ userId }) => (await files.ofOwner(ownerOfUser(userId))).map(({ id, name, kind, contentType, bytes, state, createdAt }) => ({ id, name, kind, contentType, bytes, state, createdAt })),
    erase: async ({ userId }) => {
      await inTransaction(() => library.attach('avatar', userId, []));
      return files.abandon(ownerOfUser(userId));
    },
  };

  return {
    personalData,
    routes: mediaRoutes({ intake, library, uploadFolder, maxBytes: Math.max(config.maxImageBytes, config.maxVideoBytes) }),
    rootRoutes: [servingRoute(library, storage)], schedules, invariants,
    attach: library.attach.bind(library),
    requireOwn: library.requireOwn.bind(library), requireFree: library.requireFree.bind(library),
    urlsOf: library.urlsOf.bind(library),
    adopt: library.adopt.bind(library),
    ownerOfUser,
    /** Another place where files are shown; asked before anything is deleted. */
    referencesFrom: (source: ReferenceSource): void => { sources.push(source); },
    /** A square picture of a person, ready at once or refused; call `attach('avatar', …)` in the transaction that shows it. */
    takeAvatar: async (userId: string, path: string, name: string): Promise<{ id: string; url: string } | null> => {
      const file = await intake.take({ path, name, owner: ownerOfUser(userId), profile: 'avatar' });
      return file.hash === null ? null : { id: file.id, url: library.addressOf(file.hash, 'zoom.jpg') };
    },
    /** The bytes of one form of a ready file, for whoever looks at pictures; null when there are none. */
    openForm: async (mediaId: string, name: string) => {
      const hash = (await files.find(mediaId))?.hash;
      const blob = hash === undefined || hash === null ? null : await blobs.find(hash);
      return blob?.state === 'ready' && blob.objects.some((one) => one.name === name) ? storage.open(objectKey(blob, name)) : null;
    },
    processDue: processing.processDue.bind(processing), collect: collector.collect.bind(collector), sweep: collector.sweep.bind(collector),
  };
}
