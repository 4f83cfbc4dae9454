import { DomainError, RuleViolation, UnavailableError } from '../../shared/errors.js';

export class SearchStarting extends UnavailableError {
  readonly code = 'search_starting';
  constructor() { super('The search is still reading the catalogue. Try again in a moment, or list products with GET /products?q=.'); }
}

export class NothingSaid extends RuleViolation {
  readonly code = 'nothing_said';
  constructor() { super('Send what was said: transcript, or a recording in the field file.', {}, [{ pointer: '#/body/transcript', code: 'any.required', message: 'transcript or file is required' }]); }
}

export class NothingHeard extends RuleViolation {
  readonly code = 'nothing_heard';
  constructor() { super('No words were heard in this recording. Record again, nearer to the microphone, or send the transcript.'); }
}

export class RecordingUnreadable extends RuleViolation {
  readonly code = 'recording_unreadable';
  constructor() { super('This is no recording that can be read. Send WAV, WebM, Ogg, MP3 or M4A of at most 15 seconds.'); }
}

/** Whoever runs the server can install one; whoever calls can send the words. */
export class NoRecogniser extends DomainError {
  readonly status = 501;
  readonly code = 'no_recogniser';
  constructor() {
    super('This server has no speech recogniser. Install one, such as pocketsphinx with pocketsphinx-en-us or whisper.cpp, and ffmpeg, and name its command in VOICE_RECOGNISER_COMMAND; or send the transcript that the device has made.');
  }
}

export class RecogniserBusy extends UnavailableError {
  readonly code = 'recogniser_busy';
  constructor() { super('Others are being listened to. Try again in a moment, or send the transcript.'); }
}
