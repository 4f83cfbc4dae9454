import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../scripts/lib/paths.js';
import { emptyFolder } from './support/machine.js';

/** A clone of a project that needs nothing, with our run.mjs. */
function clone({ node = '>=20.0.0', installed = true, locked = {}, dependencies = {} }: { node?: string; installed?: boolean; locked?: object; dependencies?: object } = {}) {
  const folder = emptyFolder();
  const write = (file: string, value: object) => writeFileSync(join(folder, file), JSON.stringify(value));
  mkdirSync(join(folder, 'scripts'));
  copyFileSync(join(root, 'scripts/run.mjs'), join(folder, 'scripts/run.mjs'));
  write('package.json', { name: 'clone', version: '1.0.0', engines: { node }, dependencies });
  write('package-lock.json', { name: 'clone', version: '1.0.0', lockfileVersion: 3, requires: true, packages: { '': { name: 'clone', version: '1.0.0' }, ...locked } });
  if (installed) {
    mkdirSync(join(folder, 'node_modules'));
    write('node_modules/.package-lock.json', { packages: {} });
  }
  return folder;
}

function run(folder: string, args: readonly string[]) {
  const { status, stderr, stdout } = spawnSync(process.execPath, [join(folder, 'scripts/run.mjs'), ...args], { encoding: 'utf8' });
  return { status, stderr, stdout };
}

const INSTALLING = 'Installing dependencies (npm ci) ...\n';

test('a Node that is too old is named, with what is needed', () => {
  const outcome = run(clone({ node: '>=99.1.0' }), ['up']);

  expect(outcome).toMatchObject({ status: 1, stdout: '' });
  expect(outcome.stderr).toBe(`Kontor needs Node 99.1.0 or newer; this is ${process.versions.node} (${process.execPath}).\nInstall a newer one, for example: nvm install 22 && nvm use 22\n`);
});

test.each([
  { _case: 'unknown', name: 'nope' },
  { _case: 'with a path', name: '../up' },
])('a script that does not exist is refused: $_case', ({ name }) => {
  expect(run(clone(), [name])).toEqual({ status: 1, stdout: '', stderr: `There is no script "${name}" (looked for scripts/${name}.ts)\n` });
});

test('missing dependencies are installed first, and it is said', () => {
  const { stderr } = run(clone({ installed: false }), ['nope']);

  expect(stderr.startsWith(INSTALLING)).toBe(true);
  expect(stderr).toMatch(/\nDependencies installed in \d+\.\d s\nThere is no script "nope"/);
});

test('when npm ci refuses the lock file, npm install takes its versions and leaves it as it is', () => {
  const folder = clone({ installed: false, dependencies: { left: 'file:./left' } });
  mkdirSync(join(folder, 'left'));
  writeFileSync(join(folder, 'left/package.json'), '{ "name": "left", "version": "1.0.0" }');
  const lock = readFileSync(join(folder, 'package-lock.json'), 'utf8');

  const { stderr } = run(folder, ['nope']);

  expect(stderr).toMatch(/^Installing dependencies \(npm ci\) \.\.\.\nInstalling dependencies \(npm install --no-save\) \.\.\.\nDependencies installed in /);
  expect(existsSync(join(folder, 'node_modules/left/package.json'))).toBe(true);
  expect(readFileSync(join(folder, 'package-lock.json'), 'utf8')).toBe(lock);
});

test('dependencies that differ from the lock file are installed again; when that fails, the reason and the way out are printed', () => {
  const folder = clone({ locked: { 'node_modules/left': { version: '1.0.0' } }, dependencies: { right: 'file:./no-such-folder.tgz' } });

  const { status, stderr } = run(folder, ['nope']);

  expect(status).toBe(1);
  expect(stderr.startsWith(INSTALLING)).toBe(true);
  expect(stderr).toMatch('ENOENT');
  expect(stderr.slice(stderr.indexOf('npm could not'))).toBe(`npm could not install the dependencies. Run it yourself to see why, then start again:\n  cd ${folder}\n  rm -rf node_modules && npm ci\n`);
});

test('a dependency for another kind of machine is not missed', () => {
  const folder = clone({ locked: { 'node_modules/fsevents': { version: '2.3.3', optional: true } } });

  expect(run(folder, ['nope']).stderr).toBe('There is no script "nope" (looked for scripts/nope.ts)\n');
});
