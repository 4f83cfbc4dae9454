import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { NoRecogniser, NothingHeard, RecogniserBusy, RecordingUnreadable } from './search.errors.js';

const run = promisify(execFile);
const LISTEN_MS = 20_000;
const CONVERT_MS = 10_000;
const LONGEST_SECONDS = 15;
/** Each takes a core for a second or more. */
const AT_ONCE = 2;
const WORDS_IN_GRAMMAR = 2_000;

/** The port: what is said in a recording. `usual` are the words of the catalogue, the most usual first. */
export type Recogniser = (recording: string, usual: (most: number) => readonly string[]) => Promise<string>;
type Options = Readonly<{ command: string; ffmpegDirectory: string }>;

/**
 * A recogniser that runs offline as a command and prints what it heard: `pocketsphinx_continuous -infile {file} -jsgf {grammar}
 * -logfn /dev/null` or `whisper-cli -m base.en.bin -nt -np -f {file}`. `{file}` is a mono WAV of 16 kHz, `{grammar}` a JSGF
 * grammar of the catalogue's words. No shell reads the command.
 */
export function createRecogniser({ command, ffmpegDirectory }: Options): Recogniser {
  const [program, ...args] = command.split(/\s+/).filter(Boolean);
  let listening = 0;

  return async (recording, usual) => {
    if (program === undefined) throw new NoRecogniser();
    if (listening >= AT_ONCE) throw new RecogniserBusy();
    listening += 1;
    const folder = await mkdtemp(join(tmpdir(), 'kontor-voice-'));
    try {
      const [file, grammar] = [join(folder, 'said.wav'), join(folder, 'words.gram')];
      await toWave(join(ffmpegDirectory, 'ffmpeg'), recording, file);
      if (command.includes('{grammar}')) await writeFile(grammar, grammarOf(usual(WORDS_IN_GRAMMAR)));
      const { stdout } = await run(program, args.map((arg) => arg.replaceAll('{file}', file).replaceAll('{grammar}', grammar)), { timeout: LISTEN_MS }).catch(missing);
      const heard = stdout.replace(/\[[^[\]]*\]|<[^<>]*>/g, ' ').replace(/\s+/g, ' ').trim();
      if (heard === '') throw new NothingHeard();
      return heard;
    } finally {
      listening -= 1;
      await rm(folder, { recursive: true, force: true });
    }
  };
}

/** Whatever the browser records; without video, and no longer than a wish takes to say. */
async function toWave(ffmpeg: string, from: string, to: string): Promise<void> {
  await run(ffmpeg, ['-nostdin', '-v', 'error', '-y', '-protocol_whitelist', 'file', '-i', from, '-vn', '-ar', '16000', '-ac', '1', '-t', String(LONGEST_SECONDS), to], { timeout: CONVERT_MS })
    .catch(missing).catch((error: unknown) => { throw error instanceof NoRecogniser ? error : new RecordingUnreadable(); });
}

function missing(error: unknown): never {
  if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw new NoRecogniser();
  throw error;
}

const NUMBERS = 'one two three four five six seven eight nine ten eleven twelve fifteen twenty thirty forty fifty hundred thousand point half'.split(' ');

/** Any words of the catalogue with what people say around them: a small recogniser needs to know what it may hear. */
function grammarOf(words: readonly string[]): string {
  const known = words.filter((word) => /^[a-z]{2,}$/.test(word));
  return `#JSGF V1.0;\ngrammar shop;\npublic <query> = [show me | find | find me | i want | i need | search for] <word>+ [(under | over | below) <number>+ (dollars | euros | pounds)] [please];\n`
    + `<word> = ${[...known, ...NUMBERS, 'for', 'without', 'with', 'and'].join(' | ')};\n<number> = ${NUMBERS.join(' | ')};\n`;
}
