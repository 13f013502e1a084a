import { databasePassword } from '../../database-password.js';
import { isLoopback } from '../network.js';
import { advice, failure, type LintCheck, pass, problem } from '../rule.js';
import { shown } from '../shown.js';
import type { LintView } from '../view.js';

/** Directories that are emptied at a boot, or by whoever likes to. */
const PASSING = /^\/(?:tmp|var\/tmp|dev\/shm|run|var\/run)(?:\/|$)/;

/** Where data is, as the reference checks it; its SQLite is our embedded Postgres. */
export const DATABASE_CHECKS: readonly LintCheck[] = [
  {
    id: 'database.dsn',
    demands: 'The driver postgres has a database to use.',
    level: 'failure',
    role: 'control-plane',
    key: 'database.dsn',
    check: ({ settings }) => {
      if (settings['database.driver'] !== 'postgres') return undefined;
      return settings['database.dsn'] === undefined
        ? failure('database.dsn is not set', 'set database.dsn_file, or database.driver to embedded')
        : pass('a database is named');
    },
  },
  {
    id: 'database.driver',
    demands: 'Says that data is kept in an external Postgres.',
    level: 'note',
    role: 'control-plane',
    key: 'database.driver',
    check: ({ settings }) =>
      settings['database.driver'] === 'postgres' && settings['database.dsn'] !== undefined
        ? pass('data is kept in an external Postgres')
        : undefined,
  },
  {
    id: 'database.path',
    demands: 'An embedded database is in a directory of its own that lasts.',
    level: 'problem',
    role: 'control-plane',
    key: 'database.path',
    check: (view) => {
      if (view.settings['database.driver'] !== 'embedded') return undefined;
      const fix = 'set database.path to an absolute path that lasts, such as /var/lib/stacyvm/postgres';
      if (!view.isSet('database.path'))
        return problem(
          'database.path is not set: the database is below the directory that the program is started in',
          fix,
        );
      const path = view.settings['database.path'];
      if (view.loaded.relativeToCwd.includes('database.path'))
        return problem(
          'database.path is relative to the directory that the program is started in: in another one it finds no data',
          fix,
        );
      return PASSING.test(path)
        ? problem(`${shown(path)} does not last: the database is lost at the next boot`, fix)
        : pass(`the database is in ${shown(path)}`);
    },
  },
];

/** What the reference does not look at. */
export const FURTHER_DATABASE_CHECKS: readonly LintCheck[] = [
  {
    id: 'database.embedded',
    demands: 'Data is kept in an external Postgres.',
    level: 'problem',
    role: 'control-plane',
    key: 'database.driver',
    check: ({ settings }) =>
      settings['database.driver'] === 'embedded'
        ? problem(
            'the embedded database cannot be shared by control planes, and is backed up by nobody else',
            'set database.dsn_file to an external Postgres',
          )
        : pass('the database can be shared by control planes'),
  },
  {
    id: 'database.sslmode',
    demands: 'A database on another host is reached by TLS.',
    level: 'problem',
    role: 'control-plane',
    key: 'database.dsn',
    check: sslMode,
  },
];

interface Connection {
  readonly host: string;
  readonly sslMode: string | undefined;
}

function sslMode({ settings }: LintView) {
  const dsn = settings['database.dsn']?.reveal();
  if (dsn === undefined) return undefined;
  const { host, sslMode } = connectionOf(dsn);
  if (host === '' || host.startsWith('/') || isLoopback(host)) return pass('the database is on this host');
  const fix = 'add sslmode=verify-full to database.dsn';
  switch (sslMode?.toLowerCase()) {
    case 'verify-full':
    case 'verify-ca':
      return pass('the database is reached by TLS');
    case 'require':
      return advice('what require checks depends on the client: it may not be the certificate', fix);
    case 'no-verify':
      return problem('the certificate of the database is not checked', fix);
    case undefined:
      return problem(
        'database.dsn has no sslmode: the password and all data may go over the network in clear',
        fix,
      );
    default:
      return problem('the password and all data may go over the network in clear', fix);
  }
}

/** From a URL or from `key=value` words; `host` is empty for the socket of this machine. */
function connectionOf(dsn: string): Connection {
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(dsn)) {
    return { host: word(dsn, 'host') ?? word(dsn, 'hostaddr') ?? '', sslMode: word(dsn, 'sslmode') };
  }
  const [, authority = '', query = ''] = /^[^/]*\/\/([^/?#]*)[^?]*\??(.*)$/s.exec(dsn) ?? [];
  const parameters = new URLSearchParams(query);
  const host = parameters.get('host') ?? authority.replace(/^.*@/s, '').replace(/:\d*$/, '');
  return { host: decodeURIComponentOrKeep(host), sslMode: parameters.get('sslmode') ?? undefined };
}

function word(dsn: string, name: string): string | undefined {
  const [, quoted, plain] = new RegExp(`(?:^|\\s)${name}\\s*=\\s*(?:'([^']*)'|(\\S*))`).exec(dsn) ?? [];
  return quoted ?? plain;
}

function decodeURIComponentOrKeep(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** The password in `database.dsn`, if any. */
export function passwordOf({ settings }: LintView): string | undefined {
  const dsn = settings['database.dsn']?.reveal();
  return dsn === undefined ? undefined : databasePassword(dsn);
}
