// `npm start`: sets up, brings the whole system up on embedded defaults, proves that it works, and tells how to go on.
import { join } from 'node:path';
import { runNode } from './run-node.mjs';
import { afterSetup, root } from './setup.mjs';

await afterSetup(() =>
  runNode([join(root, 'apps/cli/dist/main.js'), 'dev', '--prove', ...process.argv.slice(2)]),
);
