const swc = { jsc: { parser: { syntax: 'typescript' }, target: 'es2023' }, module: { type: 'es6' }, sourceMaps: 'inline' };

export default {
  testEnvironment: 'node',
  roots: ['<rootDir>/tests'],
  testMatch: ['**/*.test.ts'],
  // planted violations of the boundaries: they must be wrong, and they are no tests
  testPathIgnorePatterns: ['/node_modules/', '/tests/architecture/violations/'],
  modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/.kontor/'],
  extensionsToTreatAsEsm: ['.ts'],
  // the sources import './x.js', as nodenext asks; here they are still './x.ts'
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  transform: { '\\.ts$': ['@swc/jest', swc] },
  setupFilesAfterEnv: ['<rootDir>/tests/support/setup.ts'],
  testTimeout: process.env.CI ? 90_000 : 30_000,
  maxWorkers: 2,
  // ES modules of finished files are not freed by --experimental-vm-modules
  workerIdleMemoryLimit: '700MB',
};
