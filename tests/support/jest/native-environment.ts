const { exit } = process;

/** The realm of the worker itself. What Jest replaces in it for a file is put back. */
export default class NativeEnvironment {
  readonly global = globalThis;
  /** Jest asks for one; no test mocks modules. */
  readonly moduleMocker = { restoreAllMocks: () => {} };
  readonly fakeTimers = null;
  readonly fakeTimersModern = null;

  /** Jest's own reading of source maps knows only files that it translated; Node's knows all. */
  async setup(): Promise<void> {
    Reflect.deleteProperty(Error, 'prepareStackTrace');
    process.setSourceMapsEnabled(true);
  }

  async teardown(): Promise<void> {
    process.exit = exit;
  }

  exportConditions(): string[] {
    return ['node', 'node-addons'];
  }

  getVmContext(): null {
    return null;
  }
}
