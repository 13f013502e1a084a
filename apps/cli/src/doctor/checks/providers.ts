import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  createBubblewrapProvider,
  createDockerProvider,
  dockerOptions,
  type ProviderLogger,
  type SandboxProvider,
} from '@stacyvm/providers';
import { type CheckGroup, type Finding, failure, skipped, success, warning, weakness } from '../check.js';
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
          id: 'docker',
          title: 'docker',
          run: async () =>
            settings['providers.docker.enabled'] ? tryDocker(subject) : skipped('not enabled'),
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

function tryBubblewrap({ settings }: Subject): Promise<Finding> {
  return tryProvider((stateDir) =>
    createBubblewrapProvider({
      stateDir,
      images: settings['providers.bubblewrap.images'],
      pidsLimit: settings['providers.bubblewrap.pids_limit'],
      cgroups: 'off',
    }),
  );
}

function tryDocker({ settings }: Subject): Promise<Finding> {
  return tryProvider((stateDir, logger) =>
    createDockerProvider({
      stateDir,
      ...dockerOptions(settings),
      logger,
    }),
  );
}

/**
 * Lets a provider try the whole chain. It gets a state directory that is removed afterwards: that of a worker which
 * runs must stay that worker's.
 */
async function tryProvider(
  create: (stateDir: string, logger: ProviderLogger) => SandboxProvider,
): Promise<Finding> {
  const warnings: string[] = [];
  const stateDir = await mkdtemp(join(tmpdir(), 'stacyvm-doctor-'));
  try {
    const provider = create(stateDir, { info: () => {}, warn: (message) => warnings.push(message) });
    const health = await provider.check();
    await provider.close();
    if (!health.available)
      return failure(health.reason, 'sandboxes cannot start here before that is put right');
    const [first] = warnings;
    return first === undefined
      ? success(`${health.version}; a trial sandbox ran`)
      : warning(`${health.version}: ${first}`, 'see the message');
  } finally {
    await rm(stateDir, { recursive: true, force: true });
  }
}
