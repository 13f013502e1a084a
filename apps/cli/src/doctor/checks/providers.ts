import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createBubblewrapProvider } from '@stacyvm/providers';
import { type CheckGroup, type Finding, failure, skipped, success, weakness } from '../check.js';
import { runsWorker, type Subject } from '../subject.js';

const BUBBLEWRAP = 'providers.bubblewrap.enabled';

/** Whether sandboxes can be started on this host, by starting one and ending it. */
export function providerChecks(subject: Subject): CheckGroup {
  const { settings } = subject;
  return {
    id: 'providers',
    title: 'providers',
    checks() {
      if (!runsWorker(subject)) return skipped('no worker runs here');
      return [
        {
          id: 'bubblewrap',
          title: 'bubblewrap',
          run: async () => (settings[BUBBLEWRAP] ? tryBubblewrap(subject) : skipped('not enabled')),
        },
        {
          id: 'mock',
          title: 'mock',
          run: async () =>
            settings['providers.mock.enabled']
              ? weakness('enabled: its sandboxes run nothing', 'set providers.mock.enabled to false')
              : skipped('not enabled'),
        },
      ];
    },
  };
}

async function tryBubblewrap({ settings }: Subject): Promise<Finding> {
  const provider = createBubblewrapProvider({
    // The trial uses no state directory, and that of a worker which runs must not even be named.
    stateDir: join(tmpdir(), 'stacyvm-doctor'),
    images: settings['providers.bubblewrap.images'],
    pidsLimit: settings['providers.bubblewrap.pids_limit'],
    cgroups: 'off',
  });
  const health = await provider.check();
  return health.available
    ? success(`${health.version}; a trial sandbox ran`)
    : failure(health.reason, 'sandboxes cannot start here before that is put right');
}
