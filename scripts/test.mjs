// `npm test`: sets up and runs every suite. Arguments go to mocha: npm test -- --grep lease
import { join } from 'node:path';
import { runNode } from './run-node.mjs';
import { afterSetup, root } from './setup.mjs';

const SUITES = ['packages/*/test/**/*.test.ts', 'apps/*/test/**/*.test.ts', 'scripts/test/**/*.test.ts'];

await afterSetup(() =>
  runNode(
    [
      join(root, 'node_modules/mocha/bin/mocha.js'),
      '--reporter',
      join(root, 'scripts/package-reporter.cjs'),
      '--require',
      join(root, 'scripts/test-database.mjs'),
      ...process.argv.slice(2),
      ...SUITES,
    ],
    { cwd: root },
  ),
);
