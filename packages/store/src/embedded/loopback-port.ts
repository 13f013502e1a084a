import { once } from 'node:events';
import { createServer } from 'node:net';
import { StoreError } from '../errors.js';

export const LOOPBACK_HOST = '127.0.0.1';

/** A port nobody listens on now. Someone may take it before it is used, so the caller has to be ready to ask again. */
export async function freeLoopbackPort(): Promise<number> {
  const probe = createServer().listen(0, LOOPBACK_HOST);
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  if (address === null || typeof address === 'string') {
    throw new StoreError('internal', 'no free loopback port');
  }
  return address.port;
}
