import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { build, buildIsStale } from '../build.js';
import { root, stateFolder } from '../paths.js';
import { freePort } from '../ports.js';
import { provision, type Provisioned } from '../provision/index.js';
import { runNode } from '../run-child.js';
import { stopOnSignal } from '../signals.js';
import { Advice, note, say, seconds } from '../terminal.js';
import { seedEnvironment, shopEnvironment, type Addresses } from './environment.js';
import { chooseShopPort, parseShopOptions } from './options.js';
import { shopProcesses, startProcess, type Mode } from './processes.js';
import { sayReady, untilReady, writeReadyFile } from './ready.js';
import { loadSecrets, type Secrets } from './secrets.js';
import { supervise, type Supervised } from './supervisor.js';

interface Running {
  databases?: Provisioned;
  readonly processes: Supervised[];
}

/** Everything from nothing to a shop that sells, until a signal ends it. */
export async function runShop(mode: Mode, args: readonly string[]): Promise<never> {
  const begun = Date.now();
  const options = parseShopOptions(mode, args);
  const running: Running = { processes: [] };
  stopOnSignal(async () => {
    say('\nStopping ...');
    await stopAll(running);
    say('Stopped.');
  });
  if (options.readyFile) rmSync(options.readyFile, { force: true });
  const stateDir = stateFolder();
  const logFolder = join(stateDir, 'logs');
  const port = await chooseShopPort(mode, options.port);
  const secrets = await loadSecrets(stateDir);
  try {
    running.databases = await provision({ purpose: 'up', fresh: options.fresh, onDeath: sayDeath });
    const simulatorJournal = join(stateDir, 'data/payments.jsonl');
    if (options.fresh) rmSync(simulatorJournal, { force: true });
    const addresses = await chooseAddresses(port, simulatorJournal, running.databases);
    if (mode === 'up') await buildShop();
    await prepareData(shopEnvironment(addresses, secrets, process.env), secrets);
    const gaveUp = startAll(mode, running, shopEnvironment(addresses, secrets, process.env), logFolder);
    await Promise.race([untilReady(addresses.baseUrl, logFolder), gaveUp]);
    if (options.readyFile) await writeReadyFile(options.readyFile, addresses, secrets);
    sayReady(addresses, secrets, mode === 'up' ? logFolder : undefined, Date.now() - begun);
    return await gaveUp;
  } finally {
    await stopAll(running);
  }
}

const sayDeath = (database: string, how: string) => note(database, `died (${how}); its data are kept: stop with Ctrl-C and start again`);

/** The processes first: they still finish what they have begun, and that needs the databases. */
async function stopAll({ processes, databases }: Running): Promise<void> {
  await Promise.all(processes.map((supervised) => supervised.stop()));
  await databases?.stop();
}

async function chooseAddresses(port: number, simulatorJournal: string, { mongodbUri, redisUrl }: Provisioned): Promise<Addresses> {
  return { port, baseUrl: `http://127.0.0.1:${port}`, simulatorPort: await freePort(), simulatorJournal, mongodbUri, redisUrl };
}

async function buildShop(): Promise<void> {
  if (!buildIsStale()) return note('build', 'dist is up to date');
  const begun = Date.now();
  const complaints = await build();
  if (complaints !== undefined) throw new Advice(`The sources do not compile:\n${complaints}`);
  note('build', `compiled in ${seconds(Date.now() - begun)}`);
}

async function prepareData(env: NodeJS.ProcessEnv, secrets: Secrets): Promise<void> {
  await runStep('migrate', env);
  await runStep('seed', { ...env, ...seedEnvironment(secrets) });
}

async function runStep(name: string, env: NodeJS.ProcessEnv): Promise<void> {
  const begun = Date.now();
  const { code, output } = await runNode(['--import', 'tsx', join(root, 'scripts', `${name}.ts`)], env);
  if (code !== 0) throw new Advice(`${name} failed (exit code ${code}):\n${output}`);
  note(name, `done in ${seconds(Date.now() - begun)}`);
}

/** Answers a promise that only ever fails: when a process died too often. */
function startAll(mode: Mode, running: Running, env: NodeJS.ProcessEnv, logFolder: string): Promise<never> {
  rmSync(logFolder, { recursive: true, force: true });
  return new Promise((_, reject) => {
    for (const name of shopProcesses) {
      running.processes.push(supervise({
        name,
        start: () => startProcess(mode, name, env, logFolder),
        tell: (line) => note(name, line),
        giveUp: () => reject(new Advice(`The ${name} does not stay up.${lastWords(join(logFolder, `${name}.log`))}`)),
      }));
    }
  });
}

const lastWords = (file: string) => (existsSync(file) ? ` Its last words:\n${readFileSync(file, 'utf8').trim().split('\n').slice(-12).join('\n')}` : '');
