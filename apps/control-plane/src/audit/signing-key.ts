import { readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { type AuditSigningKey, generateSigningKey, readSigningKey } from '@stacyvm/audit';
import type { Settings } from '@stacyvm/config';
import type { Logger } from '@stacyvm/logging';

/**
 * The key that signs what is said about the audit: that of `audit.signing_key`, else one that is kept beside the
 * embedded database, which knows nobody but this machine. Several control planes on one database need the former.
 *
 * @throws AuditError `invalid_key` when it must not go live
 */
export function openSigningKey(settings: Settings, logger: Logger): AuditSigningKey | undefined {
  const configured = settings['audit.signing_key'];
  if (configured !== undefined) return readSigningKey(configured.reveal());
  const isEmbedded = settings['database.driver'] === 'embedded';
  const key = isEmbedded ? keyBeside(settings['database.path'], logger) : undefined;
  if (key === undefined) {
    logger.warn('the audit is not signed: who can write to the database can make its chains anew', {
      fix: 'set audit.signing_key_file; openssl genpkey -algorithm ed25519 makes a key',
    });
  }
  return key;
}

function keyBeside(databasePath: string, logger: Logger): AuditSigningKey | undefined {
  const path = join(dirname(databasePath), `${basename(databasePath)}.audit-key.pem`);
  try {
    return readSigningKey(existing(path) ?? created(path));
  } catch (error) {
    logger.error('the signing key of the audit cannot be kept', { path, error });
    return undefined;
  }
}

function existing(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function created(path: string): string {
  const pem = generateSigningKey();
  writeFileSync(path, pem, { flag: 'wx', mode: 0o600 });
  return pem;
}
