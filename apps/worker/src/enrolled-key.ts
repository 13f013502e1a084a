import { join } from 'node:path';
import type { Settings } from '@stacyvm/config';
import type { Logger } from '@stacyvm/logging';
import { keyFingerprint } from '@stacyvm/token';
import { type EnrolmentOptions, enrol, readJoinToken } from './enrolment.js';
import { PrivateFileError, readPrivateFile, stagePrivateFile } from './private-file.js';

const KEY_LIMIT_BYTES = 4 * 1024;
const MIN_KEY_BYTES = 32;

/** Where a worker keeps what makes it who it is; nobody else may look into it. */
export function identityFile(settings: Settings, workerId: string, kind: 'key' | 'revocations.json'): string {
  return join(settings['worker.state_dir'], 'identity', `${workerId}.${kind}`);
}

/**
 * The key that this worker got when it enrolled; undefined when it has not.
 *
 * @throws PrivateFileError
 */
export function readEnrolledKey(settings: Settings, workerId: string): string | undefined {
  const path = identityFile(settings, workerId, 'key');
  const key = readPrivateFile(path, KEY_LIMIT_BYTES)?.trim();
  if (key !== undefined && Buffer.byteLength(key) < MIN_KEY_BYTES) {
    throw new PrivateFileError(
      'invalid_content',
      `${path} does not hold a key; remove it and enrol the worker with a new join token`,
    );
  }
  return key;
}

/**
 * Makes sure that the worker has its key where it is to be had: a configured key needs no other, a kept one is used, and
 * only then a join token is redeemed and its key is kept.
 *
 * @returns the kept key; undefined when the worker is to live on its configured credentials
 * @throws EnrolmentError, PrivateFileError, or the reason of the signal
 */
export async function obtainEnrolledKey(
  settings: Settings,
  options: Omit<EnrolmentOptions, 'joinToken' | 'joinTokenFile' | 'baseUrl'> & { readonly logger: Logger },
): Promise<string | undefined> {
  const { workerId, logger } = options;
  const joinTokenFile = settings['worker.join_token_file'];
  if (settings['auth.worker_signing_key'] !== undefined) {
    if (joinTokenFile !== '')
      logger.warn('join token ignored: auth.worker_signing_key is configured and comes first');
    return undefined;
  }
  const kept = readEnrolledKey(settings, workerId);
  if (kept !== undefined) {
    logger.info(
      joinTokenFile === ''
        ? 'worker is enrolled'
        : 'join token ignored: the worker is enrolled already, with the key that it keeps',
      { worker_id: workerId, key_fingerprint: keyFingerprint(kept) },
    );
    return kept;
  }
  if (joinTokenFile === '') return undefined;

  const joinToken = await readJoinToken(joinTokenFile, (message) => logger.warn(message));
  if (crossesNetworkInClear(settings['worker.control_plane_url']))
    logger.warn(
      'the key of the worker will cross the network in clear; use an https URL of the control plane',
    );
  const file = await stagePrivateFile(identityFile(settings, workerId, 'key'));
  try {
    const { key, pool } = await enrol({
      ...options,
      joinToken,
      joinTokenFile,
      baseUrl: settings['worker.control_plane_url'],
    });
    await file.commit(`${key}\n`);
    logger.info('worker enrolled: it needs its join token no more', {
      worker_id: workerId,
      key_fingerprint: keyFingerprint(key),
      ...(pool === '' ? {} : { pool }),
    });
    return key;
  } catch (error) {
    await file.discard();
    throw error;
  }
}

function crossesNetworkInClear(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol, hostname } = new URL(url);
  return protocol === 'http:' && !/^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname);
}
