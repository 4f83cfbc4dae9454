#!/usr/bin/env node
// Runs scripts/<name>.ts. Plain JavaScript without dependencies and with old syntax: it must work before `npm ci` and on a Node that is too old.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { clearInterval, setInterval } from 'node:timers';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const readJson = (file) => JSON.parse(readFileSync(join(root, file), 'utf8'));

function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}

function checkNode() {
  const needed = readJson('package.json').engines.node.replace('>=', '');
  const parts = (version) => version.split('.').map(Number);
  const [have, want] = [parts(process.versions.node), parts(needed)];
  const differing = want.findIndex((part, i) => part !== have[i]);
  if (differing >= 0 && have[differing] < want[differing]) {
    fail(`Kontor needs Node ${needed} or newer; this is ${process.versions.node} (${process.execPath}).\nInstall a newer one, for example: nvm install 22 && nvm use 22`);
  }
}

/** Compares what is installed with what is locked: file times lie after a checkout, and npm writes the two files in either order. */
function dependenciesAreInstalled() {
  if (!existsSync(join(root, 'node_modules/.package-lock.json'))) return false;
  const locked = readJson('package-lock.json').packages;
  const installed = readJson('node_modules/.package-lock.json').packages;
  return Object.keys(locked).every((path) => {
    if (path === '' || locked[path].optional || locked[path].devOptional) return true;
    return installed[path] !== undefined && installed[path].version === locked[path].version;
  });
}

/** One line that counts the seconds on a terminal. Resolves with npm's complaint, or '' when all went well. */
function npm(args) {
  const started = Date.now();
  const isTerminal = process.stderr.isTTY;
  const progress = () => `Installing dependencies (npm ${args.join(' ')}) ... ${Math.round((Date.now() - started) / 1000)} s`;
  process.stderr.write(isTerminal ? progress() : `Installing dependencies (npm ${args.join(' ')}) ...\n`);
  const ticker = isTerminal ? setInterval(() => process.stderr.write(`\r${progress()}`), 1000) : undefined;
  // our own `npm --silent` would silence this one too, and with it the reason of a failure
  const child = spawn('npm', args.concat('--loglevel=error'), { cwd: root, stdio: ['ignore', 'pipe', 'pipe'], shell: process.platform === 'win32' });
  let output = '';
  child.stdout.on('data', (chunk) => { output += chunk; });
  child.stderr.on('data', (chunk) => { output += chunk; });
  return new Promise((resolve) => {
    const finish = (complaint) => {
      clearInterval(ticker);
      if (isTerminal) process.stderr.write('\n');
      if (!complaint) process.stderr.write(`Dependencies installed in ${((Date.now() - started) / 1000).toFixed(1)} s\n`);
      resolve(complaint);
    };
    child.on('error', (error) => finish(error.message));
    child.on('close', (code) => finish(code === 0 ? '' : output || `exit code ${code}`));
  });
}

/**
 * `npm ci` refuses a lock file without the binaries of every other system, and a registry that does not carry those cannot make a
 * fuller one. `npm install --no-save` takes the same versions from the same lock file and leaves it as it is.
 */
async function installDependencies() {
  if (!(await npm(['ci']))) return;
  const complaint = await npm(['install', '--no-save']);
  if (complaint) fail(`${complaint}\nnpm could not install the dependencies. Run it yourself to see why, then start again:\n  cd ${root}\n  rm -rf node_modules && npm ci`);
}

/** In this process, not in a child: one process less between a Ctrl-C and the databases, and the exit code is the script's own. */
async function runScript(name, args) {
  const script = join(root, 'scripts', `${name}.ts`);
  if (!/^[a-z-]+$/.test(name) || !existsSync(script)) fail(`There is no script "${name}" (looked for scripts/${name}.ts)`);
  process.chdir(root);
  process.argv = [process.execPath, script].concat(args);
  process.setSourceMapsEnabled(true);
  const { register } = await import('tsx/esm/api');
  register();
  await import(pathToFileURL(script).href);
}

/** npm starts a shell, which starts us: the shell does not pass on the signal it dies of, and nobody passes on a kill -9. */
function endWithNpm() {
  if (!process.env.npm_lifecycle_event || process.platform === 'win32') return;
  const lineage = () => `${process.ppid} ${parentOfShell(process.ppid)}`;
  const born = lineage();
  setInterval(() => { if (lineage() !== born) process.kill(process.pid, 'SIGTERM'); }, 200).unref();
}

function parentOfShell(pid) {
  try {
    const shell = /^\d+ \((?:sh|dash|ash|bash|zsh)\) \S (\d+)/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'));
    return shell ? shell[1] : '';
  } catch {
    return '';
  }
}

const [name = '', ...args] = process.argv.slice(2);
checkNode();
if (!dependenciesAreInstalled()) await installDependencies();
endWithNpm();
await runScript(name, args);
