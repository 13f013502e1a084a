import type { SettingKey, Settings } from '../../settings.js';
import { type LintCheck, pass, problem } from '../rule.js';

type NumberKey = { [K in SettingKey]: Settings[K] extends number ? K : never }[SettingKey];

const positive = (
  row: { readonly id: string; readonly key: SettingKey; readonly demands: string },
  keys: readonly NumberKey[],
  fix: string,
): LintCheck => ({
  ...row,
  level: 'problem',
  role: 'control-plane',
  check: ({ settings }) => {
    const missing = keys.filter((key) => settings[key] <= 0);
    return missing.length === 0
      ? pass(`${keys.join(' and ')} ${keys.length === 1 ? 'is' : 'are'} set`)
      : problem(`${missing.join(' and ')} ${missing.length === 1 ? 'is' : 'are'} 0`, fix);
  },
});

/** What sandboxes may take, and how logs are written, as the reference checks it. */
export const LIMIT_CHECKS: readonly LintCheck[] = [
  positive(
    {
      id: 'defaults.sandbox_caps',
      key: 'defaults.max_sandboxes',
      demands: 'There is a limit of sandboxes for the fleet and for each owner.',
    },
    ['defaults.max_sandboxes', 'defaults.max_sandboxes_per_owner'],
    'set both, for example to 100 and 10: 0 is no limit',
  ),
  positive(
    {
      id: 'defaults.max_spawn_queue',
      key: 'defaults.max_spawn_queue',
      demands: 'There is room for spawns that wait, and a limit of them.',
    },
    ['defaults.max_spawn_queue'],
    'set it, for example to 100',
  ),
  positive(
    {
      id: 'defaults.exec_timeouts',
      key: 'defaults.default_exec_timeout',
      demands: 'Every exec has a timeout, and there is a longest one.',
    },
    ['defaults.default_exec_timeout', 'defaults.max_exec_timeout'],
    'set both, for example to 30s and 10m',
  ),
  positive(
    { id: 'defaults.max_ttl', key: 'defaults.max_ttl', demands: 'There is a longest life of sandboxes.' },
    ['defaults.max_ttl'],
    'set it, for example to 24h',
  ),
  {
    id: 'logging.format',
    demands: 'Logs are written for machines.',
    level: 'problem',
    role: 'both',
    key: 'logging.format',
    check: ({ settings }) =>
      settings['logging.format'] === 'json'
        ? pass('logs are written as JSON')
        : problem('logs are not written as JSON', 'set logging.format to json'),
  },
];
