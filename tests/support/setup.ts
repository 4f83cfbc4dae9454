/**
 * CI runs on two shared cores where a pause of seconds is ordinary: a test that lost its patience is tried once more, and
 * the first failure is printed all the same. Locally a failure is a failure.
 */
const runner = (import.meta as ImportMeta & { jest: typeof jest }).jest;
if (process.env['CI']) runner.retryTimes(1, { logErrorsBeforeRetry: true });
