import { ConflictError, DomainError, NotFoundError, RuleViolation } from '../../shared/errors.js';

export class MediaNotFound extends NotFoundError {
  readonly code = 'media_not_found';
  constructor() { super('There is no such file.'); }
}

/** The file itself is not taken; the status says whether of its kind or of its size. */
export class MediaRefused extends DomainError {
  constructor(readonly status: 413 | 415, readonly code: string, message: string, facts: Readonly<Record<string, unknown>> = {}) { super(message, facts); }
}

export const unsupported = (found: string, allowed: readonly string[]) =>
  new MediaRefused(415, 'unsupported_media', `This file is ${found}. Only these are taken: ${allowed.join(', ')}.`, { found, allowed });
export const damaged = () => new MediaRefused(415, 'damaged_media', 'This file cannot be read to its end. Save it again, as JPEG or PNG, and send that.');
export const polyglot = (found: string) => new MediaRefused(415, 'polyglot_refused', `This picture holds something else as well: ${found}. Save it again with a picture editor and send that.`, { found });
export const tooManyPixels = (pixels: number, limit: number) =>
  new MediaRefused(413, 'too_many_pixels', `This picture has ${pixels} pixels; at most ${limit} are taken. Make it smaller.`, { pixels, limit });
export const tooLarge = (bytes: number, limit: number) => new MediaRefused(413, 'media_too_large', `This file has ${bytes} bytes; at most ${limit} are taken.`, { bytes, limit });
export const malwareFound = (name: string) => new MediaRefused(415, 'malware_found', 'The scanner refuses this file. It was not kept.', { name });
export const videoUnavailable = () =>
  new MediaRefused(415, 'video_not_supported', 'This server takes no videos: ffmpeg, which takes the place out of them, is not installed (FFMPEG_DIR).');

export class FileRequired extends RuleViolation {
  readonly code = 'file_required';
  constructor() { super('Send the file in the field file of a multipart/form-data body.', {}, [{ pointer: '#/body/file', code: 'file_required', message: '"file" is required' }]); }
}

export class QuotaExceeded extends ConflictError {
  readonly code = 'quota_exceeded';
  constructor(limit: number, bytes: number) { super(`There is not enough room: all your files together may have ${limit} bytes. Delete some that you do not need.`, { limit, bytes }); }
}

export class UploadMissing extends ConflictError {
  readonly code = 'upload_missing';
  constructor() { super('The bytes have not arrived. Send them to the link first; if it expired, ask for a new upload.'); }
}

export class MediaInUse extends ConflictError {
  readonly code = 'media_in_use';
  constructor() { super('Something shows this file. Take it away there first.'); }
}

/** Named files that are not there, not ready, not a picture, or somebody else's. */
export class UnknownMedia extends RuleViolation {
  readonly code = 'unknown_media';
  constructor(mediaIds: readonly string[]) { super('Some of these files cannot be used: they are not there, not ready, or not yours.', { mediaIds }); }
}
