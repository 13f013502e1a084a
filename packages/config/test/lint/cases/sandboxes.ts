import type { RuleCase } from '../rule-case.js';

const DOCKER = { 'providers.default': 'docker', 'providers.docker.enabled': true };

const docker = (key: string, id: string, bad: readonly unknown[], good: unknown): readonly RuleCase[] => [
  {
    rule: `docker.${id}`,
    when: 'docker is not the default',
    says: 'silent',
    settings: { 'providers.docker.enabled': true, [`providers.docker.${key}`]: bad[0] },
  },
  {
    rule: `docker.${id}`,
    when: 'docker is not enabled',
    says: 'silent',
    settings: { 'providers.default': 'docker', [`providers.docker.${key}`]: bad[0] },
  },
  {
    rule: `docker.${id}`,
    when: 'a worker offers docker',
    says: 'problem',
    settings: { 'providers.docker.enabled': true, [`providers.docker.${key}`]: bad[0] },
    options: { role: 'worker' },
  },
  ...bad.map(
    (value): RuleCase => ({
      rule: `docker.${id}`,
      when: `${key} is ${JSON.stringify(value)}`,
      says: 'problem',
      settings: { ...DOCKER, [`providers.docker.${key}`]: value },
    }),
  ),
  {
    rule: `docker.${id}`,
    when: `${key} is ${JSON.stringify(good)}`,
    says: 'note',
    settings: { ...DOCKER, [`providers.docker.${key}`]: good },
  },
];

export const SANDBOX_CASES: readonly RuleCase[] = [
  { rule: 'providers.default', when: 'bubblewrap', says: 'note' },
  {
    rule: 'providers.default',
    when: 'bubblewrap, disabled',
    says: 'advice',
    settings: { 'providers.bubblewrap.enabled': false },
  },
  {
    rule: 'providers.default',
    when: 'docker, disabled',
    says: 'advice',
    settings: { 'providers.default': 'docker' },
  },
  {
    rule: 'providers.default',
    when: 'docker, for a control plane, which does not know',
    says: 'note',
    settings: { 'providers.default': 'docker' },
    options: { role: 'control-plane' },
  },
  { rule: 'providers.default', when: 'docker', says: 'note', settings: DOCKER },
  {
    rule: 'providers.default',
    when: 'mock',
    says: 'advice',
    settings: { 'providers.default': 'mock', 'providers.mock.enabled': true },
  },
  ...docker('runtime', 'runtime', [' '], 'runsc'),
  ...docker('network_mode', 'network_mode', [' '], 'none'),
  ...docker('seccomp_profile', 'seccomp_profile', [' ', 'unconfined'], 'default'),
  ...docker('added_caps', 'added_caps', [['NET_ADMIN']], []),
  ...docker('dropped_caps', 'dropped_caps', [[], ['all'], ['NET_RAW']], ['ALL']),
  ...docker('pids_limit', 'resource_limits', [0], 128),
  ...docker('user', 'user', [''], '1000:1000'),
];
