import type { ConfigProblem, ConfigProblemCode } from './errors.js';
import type { Origin } from './origin.js';
import { SETTINGS, type SettingKey, type Settings } from './settings.js';

/** What rules across settings look at. */
export interface RuleSubject {
  readonly settings: Settings;
  readonly originOf: (key: SettingKey) => Origin;
  /** Whether the value is no default. */
  readonly isSet: (key: SettingKey) => boolean;
}

interface Rule {
  /** The key that the problem is told of, and that must be changed. */
  readonly key: SettingKey;
  /** The other keys that it is about; a rule counts only when none of them is broken by itself. */
  readonly others: readonly SettingKey[];
  readonly code: ConfigProblemCode;
  readonly isBroken: (subject: RuleSubject) => boolean;
  readonly message: string;
}

const RULES: readonly Rule[] = [
  {
    key: 'defaults.ttl',
    others: ['defaults.max_ttl'],
    code: 'conflict',
    isBroken: ({ settings }) => settings['defaults.ttl'] > settings['defaults.max_ttl'],
    message: 'is longer than defaults.max_ttl; shorten it, or raise defaults.max_ttl',
  },
  {
    key: 'defaults.default_exec_timeout',
    others: ['defaults.max_exec_timeout'],
    code: 'conflict',
    isBroken: ({ settings }) =>
      settings['defaults.default_exec_timeout'] > settings['defaults.max_exec_timeout'],
    message: 'is longer than defaults.max_exec_timeout; shorten it, or raise defaults.max_exec_timeout',
  },
  {
    key: 'defaults.max_spawn_queue',
    others: ['defaults.spawn_overflow'],
    code: 'conflict',
    isBroken: ({ settings }) =>
      settings['defaults.spawn_overflow'] === 'queue' && settings['defaults.max_spawn_queue'] === 0,
    message: 'is 0, which leaves no place in the queue that defaults.spawn_overflow asks for',
  },
  {
    key: 'database.dsn',
    others: ['database.driver'],
    code: 'missing',
    isBroken: ({ settings }) =>
      settings['database.driver'] === 'postgres' && settings['database.dsn'] === undefined,
    message: 'is required with database.driver postgres; set it, or database.dsn_file',
  },
  {
    key: 'database.driver',
    others: ['database.dsn'],
    code: 'conflict',
    isBroken: ({ settings }) =>
      settings['database.driver'] === 'embedded' && settings['database.dsn'] !== undefined,
    message: 'is embedded, which has no use for database.dsn; set postgres or leave one of them out',
  },
  ...pair('server.tls.cert_file', 'server.tls.key_file'),
  ...pair('audit.syslog_tls.cert_file', 'audit.syslog_tls.key_file'),
  ...pair('worker.control_plane_client_cert_file', 'worker.control_plane_client_key_file'),
  ...pair('worker.rpc_tls.server_cert_file', 'worker.rpc_tls.server_key_file'),
  ...pair('worker.rpc_tls.client_cert_file', 'worker.rpc_tls.client_key_file'),
];

const WARNINGS: readonly Rule[] = [
  {
    key: 'rate_limit.burst',
    others: ['rate_limit.requests_per_minute'],
    code: 'inconsistent',
    isBroken: ({ settings, isSet }) =>
      isSet('rate_limit.burst') && settings['rate_limit.burst'] > settings['rate_limit.requests_per_minute'],
    message:
      'is more than rate_limit.requests_per_minute, so that a full burst is more than a minute may have',
  },
];

/** A certificate and its key come together. */
function pair(certificate: SettingKey, key: SettingKey): readonly Rule[] {
  const half = (set: SettingKey, missing: SettingKey): Rule => ({
    key: set,
    others: [missing],
    code: 'conflict',
    isBroken: ({ settings }) => settings[set] !== '' && settings[missing] === '',
    message: `is set without ${missing}; set both or none`,
  });
  return [half(certificate, key), half(key, certificate)];
}

/** The rules across settings that are broken, by key. @param broken keys that are no good by themselves */
export function checkAcross(
  subject: RuleSubject,
  broken: ReadonlySet<string>,
): { readonly problems: readonly ConfigProblem[]; readonly warnings: readonly ConfigProblem[] } {
  const judge = (rules: readonly Rule[]): readonly ConfigProblem[] =>
    rules
      .filter(({ key, others }) => ![key, ...others].some((name) => broken.has(name)))
      .filter(({ isBroken }) => isBroken(subject))
      .map(({ code, key, message }) => ({ code, key, origin: subject.originOf(key), message }))
      .toSorted((a, b) => POSITIONS.indexOf(a.key) - POSITIONS.indexOf(b.key));
  return { problems: judge(RULES), warnings: judge(WARNINGS) };
}

const POSITIONS: readonly string[] = Object.keys(SETTINGS).sort();
