// `npm test`: sets up and runs every suite. Arguments go to mocha: npm test -- --grep lease
import { join } from 'node:path';
import { runNode } from './run-node.mjs';
import { afterSetup, root, TEST_PACKAGES } from './setup.mjs';

const SUITES = ['packages/*/test/**/*.test.ts', 'apps/*/test/**/*.test.ts', 'scripts/test/**/*.test.ts'];

const mocha = [
  join(root, 'node_modules/mocha/bin/mocha.js'),
  '--reporter',
  join(root, 'scripts/package-reporter.cjs'),
  '--require',
  join(root, 'scripts/test-database.mjs'),
  ...process.argv.slice(2),
  ...SUITES,
];

await afterSetup(() => runNode(mocha, { cwd: root }), TEST_PACKAGES);
