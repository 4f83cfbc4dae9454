import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { later, type Clock } from '../../shared/clock.js';
import { retryLostRace } from '../../shared/db/retry.js';
import type { InTransaction } from '../../shared/db/transaction.js';
import { ObjectMissing } from '../../shared/storage/storage.errors.js';
import type { Storage } from '../../shared/storage/storage.js';
import type { FileRepository } from './files.repository.js';
import type { MediaMaker } from './maker.service.js';
import { incomingKey, type Refusal, type UploadedFile } from './media.js';
import { malwareFound, MediaRefused } from './media.errors.js';
import type { Scanner } from './scanner.js';

/** A worker that died leaves its file to the next one after that. */
const LEASE_MS = 5 * 60_000;
const RETRY_MS = 5_000;
const SCANNER_AWAY_MS = 30_000;
const MAX_ATTEMPTS = 6;

type Deps = { files: FileRepository; storage: Storage; maker: MediaMaker; scan: Scanner | null; now: Clock; inTransaction: InTransaction; report(error: unknown): void };

/** Looks at what lies in quarantine, one file after the other. */
export class ProcessingService {
  constructor(private readonly deps: Deps) {}

  async processDue(stop?: AbortSignal): Promise<number> {
    for (let done = 0; ; done++) {
      if (stop?.aborted) return done;
      const file = await this.deps.files.takeDue('quarantined', this.deps.now(), later(this.deps.now(), LEASE_MS));
      if (!file) return done;
      await this.process(file);
    }
  }

  private async process(file: UploadedFile): Promise<void> {
    const folder = await mkdtemp(join(tmpdir(), 'kontor-media-'));
    try {
      const path = join(folder, 'incoming');
      await pipeline(await this.deps.storage.open(incomingKey(file.id)), createWriteStream(path, { mode: 0o600 }));
      if (!await this.isClean(file, path)) return;
      await this.finish(file, path);
    } catch (error) {
      await this.fail(file, error);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  /** False while nobody can tell: closed, not open, is how this door fails. */
  private async isClean(file: UploadedFile, path: string): Promise<boolean> {
    const { scan, files, now, report } = this.deps;
    if (!scan) return true;
    let found: string | null;
    try {
      found = await scan(path);
    } catch (error) {
      report(error);
      // Not the file's fault: it has as many attempts as before.
      await files.move(file, { dueAt: later(now(), SCANNER_AWAY_MS), attempts: 0, note: 'It waits for the malware scanner, which is away.' });
      return false;
    }
    if (found !== null) throw malwareFound(found);
    return true;
  }

  private async finish(file: UploadedFile, path: string): Promise<void> {
    const { maker, files, inTransaction, storage, now } = this.deps;
    await retryLostRace(() => maker.make(path, file.profile, (content) => inTransaction(async () => {
      const { objects: _objects, generation: _generation, isNew: _isNew, ...facts } = content;
      const ready = await files.move(file, { ...facts, state: 'ready', dueAt: null, note: '', touchedAt: now(), updatedAt: now() });
      // Else it was deleted meanwhile, or finished by a worker that was thought dead.
      if (ready) await maker.keep(content, now());
    })));
    await storage.delete([incomingKey(file.id)]);
  }

  private async fail(file: UploadedFile, error: unknown): Promise<void> {
    if (error instanceof MediaRefused) return this.refuse(file, { code: error.code, message: error.message });
    if (error instanceof ObjectMissing) return this.refuse(file, { code: 'upload_lost', message: 'The file is gone from the storage. Send it again.' });
    this.deps.report(error);
    if (file.attempts >= MAX_ATTEMPTS) return this.refuse(file, { code: 'processing_failed', message: 'This file could not be worked on. Send it again, or another one.' });
    await this.deps.files.move(file, { dueAt: later(this.deps.now(), RETRY_MS * 2 ** file.attempts) });
  }

  private async refuse(file: UploadedFile, refusal: Refusal): Promise<void> {
    const { files, inTransaction, storage, now } = this.deps;
    await inTransaction(async () => {
      if (await files.move(file, { state: 'refused', refusal, dueAt: null, touchedAt: now(), updatedAt: now() })) await files.release(file.owner, file.bytes);
    });
    await storage.delete([incomingKey(file.id)]);
  }
}
