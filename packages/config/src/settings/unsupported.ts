/**
 * Settings of the reference implementation that have no counterpart here, by key or by section (a name that ends in
 * `.*`), and why. The longest name that fits counts.
 */
export const UNSUPPORTED_SETTINGS: Readonly<Record<string, string>> = {
  'server.preview_domain': 'sandboxes have no preview host names',
  'worker.preview_domain': 'sandboxes have no preview host names',
  'rate_limit.bucket_ttl': 'buckets end by themselves when they are full again',
  'rate_limit.cleanup_interval': 'buckets end by themselves when they are full again',
  'defaults.disk_size_mb': 'sandboxes have no disk of their own',
  'defaults.pool_size': 'sandboxes are not started in advance',
  'defaults.pool_template': 'sandboxes are not started in advance',
  'pool.*': 'every user gets a sandbox of their own; virtual machines are not shared',
  'providers.firecracker.*': 'there is no provider firecracker; use bubblewrap or docker',
  'providers.e2b.*': 'there is no provider e2b; use bubblewrap or docker',
  'providers.custom.*': 'there is no provider custom; use bubblewrap or docker',
  'providers.proot.*': 'there is no provider proot; use bubblewrap or docker',
  'providers.docker.pool_security.*':
    'every user gets a sandbox of their own; virtual machines are not shared',
};

const SQLITE = 'data is kept in Postgres; write embedded, and a directory as database.path';

/**
 * Values that settings have in the reference implementation and not here, in small letters, and what to write instead.
 */
export const UNSUPPORTED_VALUES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'providers.default': {
    auto: 'the provider is not guessed; write its name',
    firecracker: 'there is no provider firecracker',
    e2b: 'there is no provider e2b',
    custom: 'there is no provider custom',
    proot: 'there is no provider proot',
  },
  'database.driver': {
    sqlite: SQLITE,
    sqlite3: SQLITE,
    postgresql: 'write postgres',
  },
  'logging.level': {
    trace: 'write debug',
    fatal: 'write error',
    panic: 'write error',
    disabled: 'logs cannot be switched off; write error',
  },
};
