import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import type jestRuntime from 'jest-runtime';

const load = createRequire(import.meta.url);
const { default: JestRuntime } = load('jest-runtime') as typeof jestRuntime;
const EVENT_HANDLERS = Symbol.for('EVENT_HANDLERS');
let runs = 0;

/**
 * Runs test files in Node's own realm, where the sources are loaded once per worker. Jest's own runtime links and evaluates
 * all of them anew for each file, which was 2 s of processor a file: nothing here has module state that a test could leave behind.
 */
export default class NativeRuntime extends JestRuntime {
  /** Jest's circus keeps its tests and handlers in module and global state, so each file gets a copy of its own. */
  override requireInternalModule<T>(name: string): T {
    delete (globalThis as Record<symbol, unknown>)[EVENT_HANDLERS];
    delete load.cache[name];
    return load(name) as T;
  }

  override unstable_shouldLoadAsEsm(): boolean {
    return true;
  }

  override async unstable_importModule(path: string): Promise<void> {
    await import(`${pathToFileURL(path).href}?run=${runs += 1}`);
  }
}
