import { constants } from 'node:fs';
import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { DatabaseInspection } from '@stacyvm/store/inspection';
import { isThisHost } from '../../this-host.js';
import {
  type Check,
  type CheckGroup,
  type Finding,
  failure,
  note,
  skipped,
  success,
  warning,
  weakness,
} from '../check.js';
import { isWritable } from '../file-access.js';
import { runsControlPlane, type Subject } from '../subject.js';

/** Connections that one control plane opens at most. */
const CONTROL_PLANE_CONNECTIONS = 10;

export function databaseChecks(subject: Subject): CheckGroup {
  return {
    id: 'database',
    title: 'database',
    checks() {
      if (!runsControlPlane(subject)) return skipped('workers have none');
      const embedded = subject.settings['database.driver'] === 'embedded';
      return [
        note('driver', 'driver', embedded ? EMBEDDED : success('postgres')),
        ...(embedded ? [directory(subject), owner(subject)] : []),
        connects(subject),
        seen(subject, 'encrypted', 'connection encrypted', (database) => encrypted(subject, database)),
        seen(subject, 'migrated', 'migrated', migrated),
        seen(subject, 'connections', 'connections left', headroom),
      ];
    },
  };
}

const EMBEDDED = weakness(
  'embedded: one control plane, one host',
  'set database.dsn_file for a Postgres of your own before production',
);

const NOT_RUNNING = skipped('the embedded database does not run');

function connects(subject: Subject): Check {
  return {
    id: 'connects',
    title: 'connects',
    async run() {
      try {
        const database = await subject.database();
        if (database === undefined) return NOT_RUNNING;
        return success(`Postgres ${database.serverVersion}; ${database.description}`);
      } catch (error) {
        return failure(
          error instanceof Error ? error.message : String(error),
          'correct database.dsn, or start the server; it must be Postgres 14 or later',
        );
      }
    },
  };
}

/** A check of what an inspection saw. Why there is none is told by `connects`. */
function seen(
  subject: Subject,
  id: string,
  title: string,
  judge: (database: DatabaseInspection) => Finding,
): Check {
  return {
    id,
    title,
    async run() {
      const database = await subject.database().catch(() => 'unreachable' as const);
      if (database === 'unreachable') return skipped('the database cannot be reached');
      return database === undefined ? NOT_RUNNING : judge(database);
    },
  };
}

function encrypted({ settings }: Subject, database: DatabaseInspection): Finding {
  if (database.encrypted) return success('yes, by TLS');
  if (settings['database.driver'] === 'embedded' || isLocal(settings['database.dsn']?.reveal() ?? '')) {
    return success('no; it does not leave this host');
  }
  return weakness(
    'no: passwords and data cross the network readable',
    'add sslmode=verify-full to database.dsn',
  );
}

function isLocal(dsn: string): boolean {
  const url = URL.canParse(dsn) ? new URL(dsn) : undefined;
  const host = url?.searchParams.get('host') ?? url?.hostname ?? '';
  return host === '' || host.startsWith('/') || isThisHost(host);
}

function migrated({ migrations: { applied, pending, unknown } }: DatabaseInspection): Finding {
  if (unknown.length > 0) {
    return failure(
      `holds what this version does not know: ${unknown.join(', ')}`,
      'use the version of StacyVM that migrated it or a newer one, or an empty database',
    );
  }
  if (pending.length > 0) {
    return warning(
      `${pending.length} to come: ${pending.join(', ')}`,
      'back up the database; the next start of a control plane applies them',
    );
  }
  return success(`${applied.length} applied, the newest is ${applied.at(-1)}`);
}

function headroom({ connections: { used, usable } }: DatabaseInspection): Finding {
  const left = usable - used;
  const message = `${used} of ${usable} in use`;
  if (left >= CONTROL_PLANE_CONNECTIONS) return success(message);
  const advice = `a control plane opens up to ${CONTROL_PLANE_CONNECTIONS}: raise max_connections, or end what holds them`;
  return left <= 0 ? failure(message, advice) : warning(message, advice);
}

function directory(subject: Subject): Check {
  const path = subject.settings['database.path'];
  return {
    id: 'directory',
    title: 'directory',
    async run() {
      const existing = await nearestExisting(path);
      if (!existing.isDirectory)
        return failure(`${existing.path} is not a directory`, 'correct database.path');
      if (!existing.writable) {
        return failure(
          `${existing.path} cannot be written to by this user`,
          'run doctor as the user of the control plane, or give the directory to it',
        );
      }
      if (existing.path !== path) return success(`${path} does not exist yet and can be made`);
      const { foreignEntries, initialised } = await subject.databaseDirectory();
      const [stranger] = foreignEntries;
      if (stranger !== undefined) {
        return failure(
          `${path} holds "${stranger}", which is no part of a database`,
          'name an empty directory',
        );
      }
      const self = process.getuid?.();
      const { uid } = await stat(path);
      if (self !== undefined && self !== 0 && uid !== self) {
        return failure(`${path} belongs to user ${uid}`, 'start the control plane as that user');
      }
      return success(`${path}${initialised ? '' : ' is empty and can be used'}`);
    },
  };
}

function owner(subject: Subject): Check {
  return {
    id: 'owner',
    title: 'opened by',
    async run() {
      const found = await subject.databaseDirectory().catch(() => undefined);
      const pid = found?.ownerPid;
      return success(pid === undefined ? 'nobody' : `process ${pid}, which runs the server`);
    },
  };
}

interface ExistingPath {
  readonly path: string;
  readonly isDirectory: boolean;
  readonly writable: boolean;
}

/** The path, or the nearest above it that exists. */
async function nearestExisting(path: string): Promise<ExistingPath> {
  const stats = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' && dirname(path) !== path) return undefined;
    throw error;
  });
  if (stats === undefined) return nearestExisting(dirname(path));
  const writable = await isWritable(path, constants.X_OK);
  return { path, isDirectory: stats.isDirectory(), writable };
}
