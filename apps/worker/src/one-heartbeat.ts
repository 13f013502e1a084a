import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { Settings } from '@stacyvm/config';
import type { Logger } from '@stacyvm/logging';
import {
  type Clock,
  createControlPlaneClient,
  type HeartbeatReply,
  type TlsCredentials,
} from '@stacyvm/worker-rpc';
import { warnOfClockSkew } from './clock-skew.js';
import { outgoingCredentials } from './credentials.js';
import { obtainEnrolledKey } from './enrolled-key.js';
import { workerIdOf } from './worker-id.js';
import { openControlPlaneTls } from './worker-tls.js';

export interface OneHeartbeatOptions {
  readonly signal: AbortSignal;
  readonly clock?: Clock | undefined;
}

/**
 * Proves to the control plane who the worker is, once, enrolling it before if need be. It says that the worker is
 * offline, for nothing serves what it could offer.
 *
 * @throws what the control plane or the configuration refuses
 */
export async function sendOneHeartbeat(
  settings: Settings,
  logger: Logger,
  options: OneHeartbeatOptions,
): Promise<HeartbeatReply> {
  const tls = openControlPlaneTls(settings, { logger, clock: options.clock });
  try {
    return await sendBy(tls, settings, logger, options);
  } finally {
    tls?.close();
  }
}

async function sendBy(
  tls: TlsCredentials | undefined,
  settings: Settings,
  logger: Logger,
  { signal, clock }: OneHeartbeatOptions,
): Promise<HeartbeatReply> {
  const workerId = workerIdOf(settings);
  const enrolledKey = await obtainEnrolledKey(settings, {
    workerId,
    instanceId: randomUUID(),
    tls,
    logger,
    signal,
    attempts: 'once',
  });
  const onWarning = (message: string): void => logger.warn(message);
  const client = createControlPlaneClient({
    baseUrl: settings['worker.control_plane_url'],
    workerId,
    credentials: outgoingCredentials({ settings, workerId, enrolledKey, tls, clock, onWarning }),
    tls,
    clock,
    onClockSkew: warnOfClockSkew(logger),
  });
  try {
    return await client.heartbeat(
      { hostname: hostname(), status: 'offline', providers: [], capabilities: [], capacity: {} },
      { signal },
    );
  } finally {
    client.close();
  }
}
