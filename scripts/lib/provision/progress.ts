import cliProgress from 'cli-progress';

export interface Progress {
  at(bytes: number): void;
  end(): void;
}

const megabytes = (bytes: number) => Math.round(bytes / 1e6);

/** A bar on a terminal, nothing in a log file. */
export function progressBar(what: string, totalBytes: number): Progress {
  if (!process.stderr.isTTY || process.env['CI']) return { at: () => undefined, end: () => undefined };
  const bar = new cliProgress.SingleBar({ format: `  ${what} {bar} {value}/{total} MB`, hideCursor: true, clearOnComplete: true }, cliProgress.Presets.shades_classic);
  bar.start(Math.max(1, megabytes(totalBytes)), 0);
  return { at: (bytes) => bar.update(megabytes(bytes)), end: () => bar.stop() };
}
