import { createDockerProvider } from '../../src/index.js';
import { spec } from '../sandbox-run.js';

// A worker of its own, to be killed by the test: a sandbox with a running exec and a background process.
const [stateDir = '', socket = '', defaultImage = ''] = process.argv.slice(2);
const provider = createDockerProvider({ stateDir, socket, defaultImage });
const { runtimeId } = await provider.spawn(spec('killed'));
const command = '(setsid sleep 60 >/dev/null 2>&1 &); echo up; sleep 60';
provider
  .exec('killed', { command }, { onOutput: () => void process.stdout.write(`${runtimeId}\n`) })
  .catch(() => {});
