import { createBubblewrapProvider } from '../../src/index.js';
import { spec } from '../sandbox-run.js';

// A worker of its own, to be killed by the test: two sandboxes with a running exec and a background process each.
const [stateDir = ''] = process.argv.slice(2);
const provider = createBubblewrapProvider({ stateDir });
const started: Promise<void>[] = [];
for (const sandboxId of ['killed-a', 'killed-b']) {
  await provider.spawn(spec(sandboxId));
  started.push(
    new Promise((resolve) => {
      const command = '(setsid sleep 779001 >/dev/null 2>&1 &); echo up; sleep 779002';
      provider.exec(sandboxId, { command }, { onOutput: () => resolve() }).catch(() => {});
    }),
  );
}
await Promise.all(started);
process.stdout.write('killed-a,killed-b\n');
setInterval(() => {}, 60_000);
