import { deriveWorkerKey } from '@stacyvm/token';
import { createRpcClient, type RpcClient } from '@stacyvm/worker-rpc';
import type { Fixture } from './control-plane-fixture.js';

/** Calls a worker without the control plane. */
export async function rpcClient(fixture: Fixture, workerId: string): Promise<RpcClient> {
  const worker = await fixture.store.workers.get(workerId);
  return createRpcClient({
    workerId,
    rpcUrl: worker?.rpcUrl ?? '',
    credential: { kind: 'signed', key: deriveWorkerKey(fixture.signingKey, workerId) },
  });
}
