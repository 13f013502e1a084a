import type { WorkerRecord } from '@stacyvm/store';
import type { RpcCredential } from '@stacyvm/worker-rpc';

/** What the orchestrator proves itself to workers with. It is asked before each call, so a change counts at once. */
export interface WorkerCredentials {
  /** For calls of the worker, in the form that it used itself. Undefined: there is nothing to call it with. */
  rpcCredential(worker: WorkerRecord): RpcCredential | undefined;
  /** Whether the worker may not be used any more: no sandboxes are placed on it, and it is not called. */
  isRevoked(worker: WorkerRecord): boolean;
}

/** Whether two credentials prove calls in the same way. */
export function isSameCredential(a: RpcCredential, b: RpcCredential): boolean {
  if (a === b) return true;
  if (a.kind === 'static') return b.kind === 'static' && a.token === b.token;
  if (b.kind === 'static') return false;
  const [keys, others] = [keysOf(a), keysOf(b)];
  return keys.length === others.length && keys.every((key, index) => others[index]?.equals(key));
}

function keysOf({ key, fallbackKeys = [] }: RpcCredential & { readonly kind: 'signed' }): readonly Buffer[] {
  return [key, ...fallbackKeys].map((secret) =>
    typeof secret === 'string' ? Buffer.from(secret, 'utf8') : Buffer.from(secret),
  );
}
