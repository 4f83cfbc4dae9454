export default {
  // sources and tests run in Node itself, translated by tsx: see the runtime's comment
  runtime: '<rootDir>/tests/support/jest/native-runtime.ts',
  testEnvironment: '<rootDir>/tests/support/jest/native-environment.ts',
  transform: {},
  roots: ['<rootDir>/tests'],
  testMatch: ['**/*.test.ts'],
  // planted violations of the boundaries: they must be wrong, and they are no tests
  testPathIgnorePatterns: ['/node_modules/', '/tests/architecture/violations/'],
  modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/.kontor/'],
  setupFilesAfterEnv: ['<rootDir>/tests/support/setup.ts'],
  // what hangs is ended; what is slow on a loaded machine is not
  testTimeout: 180_000,
  // of two cores a tenth is idle while two files wait for a database or a process that they started
  maxWorkers: 3,
  workerIdleMemoryLimit: '900MB',
};
