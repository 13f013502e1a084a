import { advice, type LintCheck, type Outcome, pass, problem } from '../rule.js';
import type { LintView } from '../view.js';

type DockerCheck = Pick<LintCheck, 'id' | 'demands' | 'key' | 'check'>;

/** A worker does not read which provider is the default, a control plane does not read what workers enable. */
function usesDocker({ role, settings }: LintView): boolean {
  const enabled = settings['providers.docker.enabled'];
  return role === 'worker' ? enabled : enabled && settings['providers.default'] === 'docker';
}

function defaultProvider({ role, settings }: LintView): Outcome {
  const provider = settings['providers.default'];
  const isOffered =
    provider !== 'mock' && (role === 'control-plane' || settings[`providers.${provider}.enabled`]);
  if (isOffered) return pass(`sandboxes run by ${provider} unless a request says otherwise`);
  return provider === 'mock'
    ? advice('sandboxes run by mock, which runs nothing', 'set providers.default to bubblewrap or docker')
    : advice(
        `sandboxes run by ${provider}, which is not enabled here`,
        `set providers.${provider}.enabled to true, or providers.default to another`,
      );
}

const whileDocker = (checks: readonly DockerCheck[]): readonly LintCheck[] =>
  checks.map((check) => ({
    ...check,
    level: 'problem',
    role: 'worker',
    check: (view) => (usesDocker(view) ? check.check(view) : undefined),
  }));

/** What runs sandboxes, and how tightly Docker holds them, as the reference checks it. */
export const SANDBOX_CHECKS: readonly LintCheck[] = [
  {
    id: 'providers.default',
    demands: 'The default provider is bubblewrap or docker, and enabled.',
    level: 'advice',
    role: 'control-plane',
    key: 'providers.default',
    check: defaultProvider,
  },
  ...whileDocker([
    {
      id: 'docker.runtime',
      demands: 'The container runtime is named.',
      key: 'providers.docker.runtime',
      check: ({ settings }) =>
        settings['providers.docker.runtime'].trim() === ''
          ? problem('no container runtime is named', 'set providers.docker.runtime, for example to runc')
          : pass('the container runtime is named'),
    },
    {
      id: 'docker.network_mode',
      demands: 'The network of containers is named.',
      key: 'providers.docker.network_mode',
      check: ({ settings }) =>
        settings['providers.docker.network_mode'].trim() === ''
          ? problem('no network is named', 'set providers.docker.network_mode, for example to none')
          : pass('the network of containers is named'),
    },
    {
      id: 'docker.seccomp_profile',
      demands: 'System calls are filtered.',
      key: 'providers.docker.seccomp_profile',
      check: ({ settings }) =>
        ['', 'unconfined'].includes(settings['providers.docker.seccomp_profile'].trim().toLowerCase())
          ? problem('system calls are not filtered', 'set providers.docker.seccomp_profile to default')
          : pass('system calls are filtered'),
    },
    {
      id: 'docker.added_caps',
      demands: 'Containers get no further capabilities.',
      key: 'providers.docker.added_caps',
      check: ({ settings }) =>
        settings['providers.docker.added_caps'].length > 0
          ? problem('containers get further capabilities', 'empty providers.docker.added_caps')
          : pass('containers get no further capabilities'),
    },
    {
      id: 'docker.dropped_caps',
      demands: 'Containers lose all capabilities.',
      key: 'providers.docker.dropped_caps',
      check: ({ settings }) =>
        settings['providers.docker.dropped_caps'].includes('ALL')
          ? pass('containers lose all capabilities')
          : problem('containers keep capabilities', 'set providers.docker.dropped_caps to [ALL]'),
    },
    {
      id: 'docker.resource_limits',
      demands: 'Containers have limits of memory, CPUs and processes.',
      key: 'providers.docker.pids_limit',
      check: ({ settings }) =>
        settings['providers.docker.memory'].trim() === '' ||
        settings['providers.docker.cpus'].trim() === '' ||
        settings['providers.docker.pids_limit'] <= 0
          ? problem(
              'containers are not limited in memory, CPUs and processes alike',
              'set providers.docker.memory, providers.docker.cpus and providers.docker.pids_limit',
            )
          : pass('containers are limited in memory, CPUs and processes'),
    },
    {
      id: 'docker.user',
      demands: 'Programs in containers run as a user that the configuration names.',
      key: 'providers.docker.user',
      check: ({ settings }) =>
        settings['providers.docker.user'].trim() === ''
          ? problem(
              'programs run as the user of the image, who may be root',
              'set providers.docker.user, for example to 1000:1000',
            )
          : pass('programs run as a user that the configuration names'),
    },
  ]),
];

/** What the reference does not look at. */
export const FURTHER_SANDBOX_CHECKS: readonly LintCheck[] = [
  {
    id: 'providers.mock',
    demands: 'The provider that runs nothing is not in use.',
    level: 'problem',
    role: 'both',
    key: 'providers.mock.enabled',
    check: ({ reads, settings }) => {
      const uses = (
        [
          ['providers.mock.enabled', settings['providers.mock.enabled']],
          ['providers.default', settings['providers.default'] === 'mock'],
        ] as const
      ).filter(([key, isUsed]) => isUsed && reads(key));
      if (uses.length === 0) return pass('the provider that runs nothing is not in use');
      return uses.map(([key]) =>
        problem('mock is for tests: it runs nothing', 'use bubblewrap or docker', { key }),
      );
    },
  },
];
