import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { Settings } from '@stacyvm/config';
import type { Logger } from '@stacyvm/logging';
import { type Clock, createControlPlaneClient, type HeartbeatReply } from '@stacyvm/worker-rpc';
import { warnOfClockSkew } from './clock-skew.js';
import { outgoingCredentials } from './credentials.js';
import { obtainEnrolledKey } from './enrolled-key.js';
import { workerIdOf } from './worker-id.js';

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
  { signal, clock }: OneHeartbeatOptions,
): Promise<HeartbeatReply> {
  const workerId = workerIdOf(settings);
  const enrolledKey = await obtainEnrolledKey(settings, {
    workerId,
    instanceId: randomUUID(),
    logger,
    signal,
    attempts: 'once',
  });
  const onWarning = (message: string): void => logger.warn(message);
  const client = createControlPlaneClient({
    baseUrl: settings['worker.control_plane_url'],
    workerId,
    credentials: outgoingCredentials({ settings, workerId, enrolledKey, clock, onWarning }),
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
