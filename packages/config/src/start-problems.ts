import { databasePassword } from './database-password.js';
import type { ConfigProblem } from './errors.js';
import type { LoadedSettings } from './load-settings.js';
import { DEFAULT_ORIGIN } from './origin.js';
import { isPlaceholder } from './placeholder.js';
import { Secret } from './secret.js';
import { type Program, SETTINGS, type SettingKey, type Settings } from './settings.js';

/**
 * What keeps a program from starting with settings that are valid by themselves: placeholders as live secrets, and what
 * the settings call for but do not give. A reload that has such a problem is refused as well.
 *
 * @returns the problems by key, none when the program may start
 */
export function startProblems(loaded: LoadedSettings, program: Program): readonly ConfigProblem[] {
  const problems = [
    ...placeholders(loaded, program),
    ...(program === 'control-plane'
      ? [
          ...callerProblems(loaded),
          ...databaseProblems(loaded),
          ...serverProblems(loaded),
          ...workerCallProblems(loaded),
        ]
      : workerServerProblems(loaded)),
  ];
  return problems.toSorted((a, b) => (a.key < b.key ? -1 : Number(a.key > b.key)));
}

function placeholders(loaded: LoadedSettings, program: Program): readonly ConfigProblem[] {
  return (Object.keys(SETTINGS) as SettingKey[])
    .filter((key) => SETTINGS[key].readBy === program || SETTINGS[key].readBy === 'both')
    .flatMap((key) =>
      secretsOf(key, loaded.settings[key])
        .filter(([, secret]) => isPlaceholder(secret))
        .map(([name]) =>
          problem(loaded, 'placeholder', key, `${name}is a placeholder; ${CURE[key] ?? GENERATE}`),
        ),
    );
}

const GENERATE = 'generate a secret, for example: openssl rand -hex 32';
const CURE: Readonly<Partial<Record<SettingKey, string>>> = {
  'database.dsn': 'give the database user a password of its own',
};

function secretsOf(
  key: SettingKey,
  value: Settings[SettingKey],
): readonly (readonly [name: string, secret: string])[] {
  if (key === 'database.dsn' && value instanceof Secret) {
    const password = databasePassword(value.reveal());
    return password === undefined ? [] : [['the password in it ', password]];
  }
  if (value instanceof Secret) return [['', value.reveal()]];
  if (value instanceof Map)
    return [...(value as ReadonlyMap<string, Secret>)].map(([name, secret]) => [`${name} `, secret.reveal()]);
  if (!Array.isArray(value)) return [];
  return (value as readonly unknown[]).flatMap((member, index) =>
    member instanceof Secret ? [[`number ${index + 1} `, member.reveal()] as const] : [],
  );
}

function callerProblems(loaded: LoadedSettings): readonly ConfigProblem[] {
  const { settings } = loaded;
  const problems: ConfigProblem[] = [];
  const hasKey = settings['auth.api_key'] !== undefined || settings['auth.admin_api_key'] !== undefined;
  if (settings['auth.enabled'] && !hasKey && !settings['auth.oidc_enabled']) {
    problems.push(
      problem(
        loaded,
        'missing',
        'auth.enabled',
        'is true, and there is nothing to authenticate with; set auth.admin_api_key_file, auth.api_key_file or auth.oidc_enabled',
      ),
    );
  }
  const hasIssuer = settings['auth.oidc_issuer'] !== '' || settings['auth.oidc_issuers'].length > 0;
  if (settings['auth.oidc_enabled'] && !hasIssuer) {
    problems.push(needs(loaded, 'auth.oidc_issuer', 'auth.oidc_enabled'));
  }
  return problems;
}

/** The client of Postgres knows no other form. */
function databaseProblems(loaded: LoadedSettings): readonly ConfigProblem[] {
  const dsn = loaded.settings['database.dsn']?.reveal();
  return dsn === undefined || /^postgres(ql)?:\/\//i.test(dsn)
    ? []
    : [problem(loaded, 'not_allowed', 'database.dsn', 'must be a URL that begins with postgres://')];
}

function serverProblems(loaded: LoadedSettings): readonly ConfigProblem[] {
  if (!loaded.settings['server.tls.enabled']) return [];
  return missingPaths(loaded, 'server.tls.enabled', ['server.tls.cert_file', 'server.tls.key_file']);
}

function workerCallProblems(loaded: LoadedSettings): readonly ConfigProblem[] {
  const { settings } = loaded;
  if (!settings['worker.rpc_tls.enabled']) return [];
  const unchecked = settings['worker.rpc_tls.insecure_skip_verify'];
  const problems = [
    ...missingPaths(loaded, 'worker.rpc_tls.enabled', [
      ...(unchecked ? [] : (['worker.rpc_tls.ca_file'] as const)),
      'worker.rpc_tls.client_cert_file',
      'worker.rpc_tls.client_key_file',
    ]),
  ];
  if (unchecked && settings['worker.rpc_tls.server_name'] !== '') {
    problems.push(
      problem(
        loaded,
        'inconsistent',
        'worker.rpc_tls.insecure_skip_verify',
        'is true, so that worker.rpc_tls.server_name would never be checked; remove one of them',
      ),
    );
  }
  return problems;
}

function workerServerProblems(loaded: LoadedSettings): readonly ConfigProblem[] {
  if (!loaded.settings['worker.rpc_tls.enabled']) return [];
  return missingPaths(loaded, 'worker.rpc_tls.enabled', [
    'worker.rpc_tls.server_cert_file',
    'worker.rpc_tls.server_key_file',
    'worker.rpc_tls.client_ca_file',
  ]);
}

function missingPaths(
  loaded: LoadedSettings,
  reason: SettingKey,
  keys: readonly SettingKey[],
): readonly ConfigProblem[] {
  return keys.filter((key) => loaded.settings[key] === '').map((key) => needs(loaded, key, reason));
}

/** The value is not there, so the one that calls for it is the place to look at. */
function needs(loaded: LoadedSettings, key: SettingKey, reason: SettingKey): ConfigProblem {
  return {
    code: 'missing',
    key,
    origin: loaded.origins[reason],
    message: `is required while ${reason} is true`,
  };
}

function problem(
  loaded: LoadedSettings,
  code: ConfigProblem['code'],
  key: SettingKey,
  message: string,
): ConfigProblem {
  return { code, key, origin: loaded.origins[key] ?? DEFAULT_ORIGIN, message };
}
