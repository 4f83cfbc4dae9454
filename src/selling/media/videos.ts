import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { MAX_PIXELS, MAX_VIDEO_SECONDS } from './media.js';
import { damaged, MediaRefused, unsupported, videoUnavailable } from './media.errors.js';

const run = promisify(execFile);
const PROBE_MS = 20_000;
const COPY_MS = 120_000;
/** What browsers play in the container that it is put into. */
const CONTAINERS = [
  { type: 'video/mp4', extension: 'mp4', video: ['h264', 'hevc', 'av1'], audio: ['aac', 'mp3', 'opus'] },
  { type: 'video/webm', extension: 'webm', video: ['vp8', 'vp9', 'av1'], audio: ['opus', 'vorbis'] },
] as const;

export type CleanVideo = Readonly<{ path: string; poster: string; contentType: string; extension: string; width: number; height: number; durationSeconds: number }>;
type Stream = { codec_type?: string; codec_name?: string; width?: number; height?: number };
type Probe = { streams?: Stream[]; format?: { duration?: string } };

/** ffmpeg and ffprobe, from a folder or from the PATH. */
export function createVideos(directory: string) {
  const tool = (name: 'ffmpeg' | 'ffprobe') => (directory === '' ? name : join(directory, name));
  let available: Promise<boolean> | undefined;
  const isAvailable = () => (available ??= Promise.all((['ffmpeg', 'ffprobe'] as const).map((name) => run(tool(name), ['-version'], { timeout: PROBE_MS }))).then(() => true, () => false));

  async function probe(path: string): Promise<Probe> {
    const { stdout } = await run(tool('ffprobe'), ['-v', 'error', '-protocol_whitelist', 'file', '-show_entries', 'stream=codec_type,codec_name,width,height:format=duration', '-of', 'json', path], { timeout: PROBE_MS })
      .catch(() => { throw damaged(); });
    return JSON.parse(stdout) as Probe;
  }

  return {
    isAvailable,
    /**
     * The same pictures and sound without anything else: no place, no device, no chapters, no subtitles. The streams are copied, not
     * made anew, which would take minutes. Writes into `folder`.
     */
    async clean(path: string, contentType: string, folder: string): Promise<CleanVideo> {
      if (!await isAvailable()) throw videoUnavailable();
      const { streams = [], format } = await probe(path);
      const video = streams.find(({ codec_type: type }) => type === 'video');
      const audio = streams.find(({ codec_type: type }) => type === 'audio');
      const durationSeconds = Math.round(Number(format?.duration ?? 0) * 10) / 10;
      const { width = 0, height = 0 } = video ?? {};
      if (!video || width * height === 0 || width * height > MAX_PIXELS) throw damaged();
      if (!(durationSeconds <= MAX_VIDEO_SECONDS)) throw new MediaRefused(413, 'video_too_long', `This video takes ${durationSeconds} s; at most ${MAX_VIDEO_SECONDS} are taken.`, { durationSeconds, limit: MAX_VIDEO_SECONDS });
      const container = containerFor(video.codec_name ?? '', audio?.codec_name, contentType);
      const clean = join(folder, `clean.${container.extension}`);
      const poster = join(folder, 'poster.png');
      const input = ['-nostdin', '-v', 'error', '-y', '-protocol_whitelist', 'file', '-i', path];
      await run(tool('ffmpeg'), [...input, '-map', '0:v:0', '-map', '0:a:0?', '-c', 'copy', '-map_metadata', '-1', '-map_chapters', '-1', '-fflags', '+bitexact', '-movflags', '+faststart', clean], { timeout: COPY_MS }).catch(() => { throw damaged(); });
      // Not the very first picture, which is often black.
      await run(tool('ffmpeg'), [...input, '-ss', String(Math.min(1, durationSeconds / 4)), '-frames:v', '1', poster], { timeout: PROBE_MS }).catch(() => { throw damaged(); });
      return { path: clean, poster, contentType: container.type, extension: container.extension, width, height, durationSeconds };
    },
  };
}

export type Videos = ReturnType<typeof createVideos>;

function containerFor(video: string, audio: string | undefined, contentType: string) {
  const fitting = CONTAINERS.filter((one) => (one.video as readonly string[]).includes(video) && (audio === undefined || (one.audio as readonly string[]).includes(audio)));
  const found = fitting.find(({ type }) => type === contentType) ?? fitting[0];
  if (!found) throw unsupported(`${video}${audio === undefined ? '' : ` with ${audio}`}`, CONTAINERS.flatMap((one) => [...one.video]));
  return found;
}
