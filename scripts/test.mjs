// `npm test`: sets up and runs every suite. Arguments go to mocha: npm test -- --grep lease
import { join } from 'node:path';
import { runSuites } from './run-suites.mjs';
import { afterSetup, root, TEST_PACKAGES } from './setup.mjs';

const SUITES = [
  ['packages/*/test/**/*.test.ts'],
  ['apps/cli/test/**/*.test.ts'],
  ['apps/control-plane/test/**/*.test.ts'],
  ['apps/worker/test/**/*.test.ts', 'scripts/test/**/*.test.ts'],
];

const args = ['--require', join(root, 'scripts/test-database.mjs'), ...process.argv.slice(2)];

await afterSetup(() => runSuites(SUITES, { args }), TEST_PACKAGES);
