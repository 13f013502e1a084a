import { hostname } from 'node:os';
import type { LoadedSettings, Settings } from '@stacyvm/config';
import {
  type DatabaseInspection,
  type DirectoryInspection,
  inspectDatabase,
  inspectDatabaseDirectory,
} from '@stacyvm/store/inspection';
import type { Role } from './role.js';

/** What is examined, and what several checks look at, once. */
export interface Subject {
  readonly loaded: LoadedSettings;
  readonly settings: Settings;
  readonly role: Role;
  readonly clock: () => Date;
  /** What each check may take. */
  readonly timeoutMs: number;
  readonly workerId: string;
  /** The directory of the embedded database. Rejects when it cannot be read. */
  databaseDirectory(): Promise<DirectoryInspection>;
  /** Rejects with StoreError when the database cannot be reached; undefined where none runs. */
  database(): Promise<DatabaseInspection | undefined>;
}

export interface SubjectOptions {
  readonly loaded: LoadedSettings;
  readonly role: Role;
  readonly timeoutMs: number;
  readonly clock: () => Date;
}

export function createSubject({ loaded, role, timeoutMs, clock }: SubjectOptions): Subject {
  const { settings } = loaded;
  const databaseDirectory = once(() => inspectDatabaseDirectory(settings['database.path']));
  const dsn = async (): Promise<string | undefined> => {
    if (settings['database.driver'] === 'postgres') return settings['database.dsn']?.reveal();
    return (await databaseDirectory().catch(() => undefined))?.dsn;
  };
  const database = once(async () => {
    const found = await dsn();
    return found === undefined
      ? undefined
      : inspectDatabase({ dsn: found, timeoutMs: part(timeoutMs), clock });
  });
  return {
    loaded,
    settings,
    role,
    clock,
    timeoutMs,
    workerId: settings['worker.id'] || hostname(),
    databaseDirectory,
    database,
  };
}

/** For what several checks wait for, so that they can still tell what it came to. */
export function part(timeoutMs: number): number {
  return Math.ceil(timeoutMs * 0.75);
}

export function runsControlPlane({ role }: Pick<Subject, 'role'>): boolean {
  return role !== 'worker';
}

export function runsWorker({ role }: Pick<Subject, 'role'>): boolean {
  return role !== 'control-plane';
}

/** The same promise for everyone who asks. */
export function once<T>(work: () => Promise<T>): () => Promise<T> {
  let result: Promise<T> | undefined;
  return () => {
    result ??= work();
    return result;
  };
}
