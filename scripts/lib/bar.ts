import cliProgress from 'cli-progress';

export interface Bar {
  /** `what` stands behind the bar: numbers, a name. */
  at(done: number, what?: string): void;
  end(): void;
}

const EVERY_MS = 2000;

/** A bar on a terminal; elsewhere a JSON line every two seconds, for whoever reads the log. */
export function startBar(name: string, total: number, facts: () => Record<string, unknown> = () => ({})): Bar {
  return process.stderr.isTTY && !process.env['CI'] ? drawnBar(name, total) : toldBar(name, total, facts);
}

function drawnBar(name: string, total: number): Bar {
  const bar = new cliProgress.SingleBar({ format: `  ${name.padEnd(12)} {bar} {percentage} % {what}`, hideCursor: true, clearOnComplete: false }, cliProgress.Presets.shades_classic);
  bar.start(total, 0, { what: '' });
  return { at: (done, what = '') => bar.update(done, { what }), end: () => bar.stop() };
}

function toldBar(name: string, total: number, facts: () => Record<string, unknown>): Bar {
  let toldAt = 0;
  return {
    at: (done) => {
      if (Date.now() - toldAt < EVERY_MS) return;
      toldAt = Date.now();
      process.stdout.write(`${JSON.stringify({ event: 'progress', name, done, total, ...facts() })}\n`);
    },
    end: () => undefined,
  };
}
