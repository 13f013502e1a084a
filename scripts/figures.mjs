// `npm run figures`: sets up and measures. Arguments choose: npm run figures -- rpc --file-mib 256
import { join } from 'node:path';
import { runNode } from './run-node.mjs';
import { afterSetup, root } from './setup.mjs';

const program = ['--import', 'tsx', join(root, 'apps/cli/test/figures/figures.ts'), ...process.argv.slice(2)];

await afterSetup(() => runNode(program, { cwd: root }));
