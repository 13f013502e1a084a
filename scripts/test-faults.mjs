// `npm run test:faults`: sets up and runs the fault suite in its long form, for STACYVM_FAULTS_MINUTES (10).
import { join } from 'node:path';
import { runNode } from './run-node.mjs';
import { afterSetup, root, TEST_PACKAGES } from './setup.mjs';

process.env.STACYVM_FAULTS_MINUTES ??= '10';

const mocha = [
  join(root, 'node_modules/mocha/bin/mocha.js'),
  '--exit',
  '--reporter',
  'spec',
  '--require',
  join(root, 'scripts/test-database.mjs'),
  ...process.argv.slice(2),
  'apps/cli/test/faults/**/*.test.ts',
];

await afterSetup(() => runNode(mocha, { cwd: root }), TEST_PACKAGES);
