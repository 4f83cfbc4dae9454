/**
 * CI runs on two shared cores where a pause of seconds is ordinary: a test that lost its patience is tried once more, and
 * the first failure is printed all the same. Locally a failure is a failure. These are what `jest.retryTimes` sets.
 */
if (process.env['CI']) Object.assign(globalThis, { [Symbol.for('RETRY_TIMES')]: 1, [Symbol.for('LOG_ERRORS_BEFORE_RETRY')]: true });
