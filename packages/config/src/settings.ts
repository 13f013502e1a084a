import type { Secret } from './secret.js';

interface Definition<Type extends string, Value> {
  readonly type: Type;
  readonly default: Value;
  readonly doc: string;
}

/** How one setting is read. `duration` values are texts in files and milliseconds in `Settings`. */
export type SettingDefinition =
  | (Definition<'string', string> & { readonly enum?: readonly string[] })
  | Definition<'path', string>
  | (Definition<'integer', number> & { readonly min: number; readonly max: number })
  | Definition<'boolean', boolean>
  | (Definition<'duration', string> & { readonly min?: string })
  | Definition<'strings', readonly string[]>
  | Definition<'paths_by_name', Readonly<Record<string, string>>>
  | Definition<'secret', undefined>
  | Definition<'secrets', undefined>
  | Definition<'secrets_by_name', undefined>;

/**
 * Every setting, by its dotted key. The JSON Schema, the environment names, the defaults and the types come from here.
 * A `secret` may also be given as `<key>_file`; `secrets` as `<key>_file` with one secret a line; `secrets_by_name` as
 * `<key>_dir` with one file a name.
 */
export const SETTINGS = {
  'server.host': {
    type: 'string',
    default: '0.0.0.0',
    doc: 'Address to listen on. Without any API key only loopback is served.',
  },
  'server.port': {
    type: 'integer',
    default: 7423,
    min: 0,
    max: 65535,
    doc: 'Port to listen on; 0 takes a free one.',
  },
  'server.shutdown_timeout': {
    type: 'duration',
    default: '30s',
    doc: 'How long requests in flight may take to end after SIGTERM.',
  },
  'auth.api_key': { type: 'secret', default: undefined, doc: 'Key of ordinary callers (role api).' },
  'auth.admin_api_key': { type: 'secret', default: undefined, doc: 'Key of administrators (role admin).' },
  'auth.worker_token': {
    type: 'secret',
    default: undefined,
    doc: 'Static token shared by workers. Prefer signed tokens.',
  },
  'auth.worker_tokens': {
    type: 'secrets_by_name',
    default: undefined,
    doc: 'Static tokens by worker id. A worker with one of its own is not let in by the shared token.',
  },
  'auth.worker_token_migration': {
    type: 'string',
    default: 'none',
    enum: ['none', 'warn', 'strict'],
    doc: 'What happens to static worker tokens: none accepts them, warn also logs each worker that uses one, strict refuses them.',
  },
  'auth.worker_token_issue_limit': {
    type: 'integer',
    default: 60,
    min: 1,
    max: 100_000,
    doc: 'Worker tokens and join tokens that one credential may have issued in a minute.',
  },
  'auth.worker_signing_key': {
    type: 'secret',
    default: undefined,
    doc: 'Signing key of worker tokens: the master key on the control plane, the derived key on a worker.',
  },
  'auth.worker_signing_keys': {
    type: 'secrets',
    default: undefined,
    doc: 'Further keys that only verify, for rotation.',
  },
  'auth.worker_revoked_token_ids': {
    type: 'strings',
    default: [],
    doc: 'Token ids (jti) that are not accepted any more.',
  },
  'auth.worker_token_profile': {
    type: 'string',
    default: 'strict',
    enum: ['strict', 'compatible'],
    doc: 'strict requires worker_id, jti, aud, iat and exp; compatible accepts what the reference implementation mints.',
  },
  'auth.worker_key_scope': {
    type: 'string',
    default: 'any',
    enum: ['any', 'derived'],
    doc: 'derived refuses worker tokens signed by the master key itself.',
  },
  'database.driver': {
    type: 'string',
    default: 'embedded',
    enum: ['embedded', 'postgres'],
    doc: 'embedded starts a Postgres of its own; postgres uses database.dsn.',
  },
  'database.path': { type: 'path', default: '.stacyvm/postgres', doc: 'Directory of the embedded Postgres.' },
  'database.dsn': {
    type: 'secret',
    default: undefined,
    doc: 'Connection string of an external Postgres, 14 or later.',
  },
  'defaults.ttl': {
    type: 'duration',
    default: '30m',
    min: '1s',
    doc: 'How long a sandbox lives when the request does not say.',
  },
  'defaults.max_ttl': {
    type: 'duration',
    default: '24h',
    min: '1s',
    doc: 'The longest life a request may ask for.',
  },
  'defaults.image': { type: 'string', default: 'host', doc: 'Image when the request names none.' },
  'defaults.memory_mb': {
    type: 'integer',
    default: 1024,
    min: 16,
    max: 1_048_576,
    doc: 'Memory limit of a sandbox in MiB.',
  },
  'defaults.vcpus': { type: 'integer', default: 1, min: 1, max: 256, doc: 'CPU limit of a sandbox.' },
  'defaults.default_exec_timeout': {
    type: 'duration',
    default: '0s',
    doc: 'Timeout of an exec that asks for none; 0s is defaults.max_exec_timeout.',
  },
  'defaults.max_exec_timeout': {
    type: 'duration',
    default: '10m',
    min: '1s',
    doc: 'The longest timeout an exec may ask for.',
  },
  'defaults.max_sandboxes': {
    type: 'integer',
    default: 0,
    min: 0,
    max: 1_000_000,
    doc: 'Limit over the whole fleet; 0 is none.',
  },
  'orchestrator.reap_interval': {
    type: 'duration',
    default: '15s',
    min: '100ms',
    doc: 'How often expired sandboxes are looked for.',
  },
  'orchestrator.reconcile_interval': {
    type: 'duration',
    default: '15s',
    min: '100ms',
    doc: 'How often records and workers are compared.',
  },
  'orchestrator.spawn_timeout': {
    type: 'duration',
    default: '60s',
    min: '1s',
    doc: 'How long a worker may take to start a sandbox.',
  },
  'worker.id': { type: 'string', default: '', doc: 'Identity of the worker; empty is the host name.' },
  'worker.control_plane_url': {
    type: 'string',
    default: 'http://localhost:7423',
    doc: 'Where the control plane listens.',
  },
  'worker.listen_addr': {
    type: 'string',
    default: '127.0.0.1:7430',
    doc: 'Where the worker listens for the control plane; port 0 takes a free one.',
  },
  'worker.advertise_url': {
    type: 'string',
    default: '',
    doc: 'How the control plane reaches the worker; empty is worker.listen_addr.',
  },
  'worker.token_file': {
    type: 'path',
    default: '',
    doc: 'File with the token of the worker, read again for every request.',
  },
  'worker.token_source': {
    type: 'string',
    default: 'key',
    enum: ['key', 'issuer'],
    doc: 'key signs what the worker presents by itself; issuer presents tokens that the control plane issues and records.',
  },
  'worker.join_token_file': {
    type: 'path',
    default: '',
    doc: 'File with a join token, redeemed once for the key of this worker.',
  },
  'worker.heartbeat_interval': {
    type: 'duration',
    default: '0s',
    doc: 'Pace of heartbeats; 0s follows the control plane.',
  },
  'worker.shutdown_timeout': {
    type: 'duration',
    default: '10s',
    doc: 'How long programs in flight may take to end after SIGTERM.',
  },
  'worker.max_sandboxes': {
    type: 'integer',
    default: 50,
    min: 1,
    max: 10_000,
    doc: 'How many sandboxes the worker takes.',
  },
  'worker.state_dir': {
    type: 'path',
    default: '.stacyvm/worker',
    doc: 'Where the worker keeps what it needs to run sandboxes.',
  },
  'providers.default': {
    type: 'string',
    default: 'bubblewrap',
    doc: 'Provider when the request names none.',
  },
  'providers.bubblewrap.enabled': { type: 'boolean', default: true, doc: 'Offer sandboxes by bubblewrap.' },
  'providers.bubblewrap.images': {
    type: 'paths_by_name',
    default: {},
    doc: 'Root file systems by image name, beside the built-in image host.',
  },
  'providers.bubblewrap.pids_limit': {
    type: 'integer',
    default: 256,
    min: 16,
    max: 32_768,
    doc: 'Processes and threads in one sandbox.',
  },
  'providers.mock.enabled': {
    type: 'boolean',
    default: false,
    doc: 'Offer the provider for tests, which runs nothing.',
  },
  'logging.level': {
    type: 'string',
    default: 'info',
    enum: ['debug', 'info', 'warn', 'error'],
    doc: 'The least severe level that is logged.',
  },
  'logging.format': {
    type: 'string',
    default: 'json',
    enum: ['json', 'pretty'],
    doc: 'json for machines, pretty for people.',
  },
} as const satisfies Readonly<Record<string, SettingDefinition>>;

export type SettingKey = keyof typeof SETTINGS;

type ValueOf<D> = D extends { readonly type: 'string'; readonly enum: readonly (infer E)[] }
  ? E
  : D extends { readonly type: 'string' | 'path' }
    ? string
    : D extends { readonly type: 'integer' | 'duration' }
      ? number
      : D extends { readonly type: 'boolean' }
        ? boolean
        : D extends { readonly type: 'strings' }
          ? readonly string[]
          : D extends { readonly type: 'paths_by_name' }
            ? Readonly<Record<string, string>>
            : D extends { readonly type: 'secret' }
              ? Secret | undefined
              : D extends { readonly type: 'secrets' }
                ? readonly Secret[]
                : ReadonlyMap<string, Secret>;

/** The effective configuration by dotted key. Durations are milliseconds; paths are absolute. */
export type Settings = { readonly [K in SettingKey]: ValueOf<(typeof SETTINGS)[K]> };

/** The environment variable of a key: `server.port` is `STACYVM_SERVER_PORT`. */
export function environmentName(key: string): string {
  return `STACYVM_${key.toUpperCase().replaceAll('.', '_')}`;
}
