const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 24 || (major === 24 && minor < 9) || !process.execArgv.join(' ').includes('experimental-vm-modules')) {
  throw new Error('Run the tests with `npm test`: it brings the Node and the flag that Jest needs (Node >= 24.9).');
}

export default {
  testEnvironment: 'node',
  roots: ['<rootDir>/apps', '<rootDir>/libs', '<rootDir>/test'],
  testRegex: '\\.spec\\.ts$',
  moduleFileExtensions: ['ts', 'js', 'mjs', 'json', 'node'],
  extensionsToTreatAsEsm: ['.ts'],
  setupFiles: ['<rootDir>/test/setup.mjs'],
  globalSetup: '<rootDir>/test/global-setup.mjs',
  globalTeardown: '<rootDir>/test/global-teardown.mjs',
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  transform: { '^.+\\.ts$': '@swc/jest' }, // set up in .swcrc, which the build uses too
  workerIdleMemoryLimit: '1GB',
  testTimeout: process.env.RAPPORT_LONG ? 600_000 : 60_000, // for what hangs: a busy machine is no failure
};
