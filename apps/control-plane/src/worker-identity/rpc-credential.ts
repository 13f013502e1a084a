import type { WorkerRecord } from '@stacyvm/store';
import { deriveWorkerKey, isWorkerId, keyFingerprint } from '@stacyvm/token';
import type { RpcCredential } from '@stacyvm/worker-rpc';
import type { StaticTokens } from './static-tokens.js';
import type { RingKey } from './worker-keys.js';

export interface RpcCredentialSource {
  readonly ring: readonly RingKey[];
  readonly staticTokens: StaticTokens;
  /** Whether a key may not sign any more, by its fingerprint and that of the key it was derived from. */
  readonly isKeyRevoked: (keyFingerprint: string, signingKeyFingerprint: string) => boolean;
}

/**
 * How the control plane proves itself to a worker: signed if it can, unless the worker itself uses a static token. The
 * active key comes first; the others follow, for a worker that does not know it yet.
 */
export function rpcCredentialFor(
  worker: Pick<WorkerRecord, 'id' | 'credential'>,
  source: RpcCredentialSource,
): RpcCredential | undefined {
  if (!isWorkerId(worker.id)) return undefined;
  const token = source.staticTokens.of(worker.id);
  const staticCredential: RpcCredential | undefined =
    token === undefined ? undefined : { kind: 'static', token };
  const signed = signedCredential(worker, source);
  return worker.credential?.form === 'static' ? (staticCredential ?? signed) : (signed ?? staticCredential);
}

function signedCredential(
  { id, credential }: Pick<WorkerRecord, 'id' | 'credential'>,
  { ring, isKeyRevoked }: RpcCredentialSource,
): RpcCredential | undefined {
  const role = credential?.form === 'signed' ? credential.keyRole : undefined;
  const masters = ring.map(({ secret, fingerprint }) => ({ secret: secret.reveal(), fingerprint }));
  const derived = masters.map(({ secret, fingerprint }) => ({
    secret: deriveWorkerKey(secret, id),
    fingerprint,
  }));
  // A worker that has only its own key cannot check what the master signed, and a reference worker that has the
  // master key does not know derived ones. Of a worker that has shown neither, both may be true.
  const candidates =
    role === undefined ? [...derived, ...masters] : role.startsWith('derived') ? derived : masters;
  const [key, ...fallbackKeys] = candidates
    .filter(({ secret, fingerprint }) => !isKeyRevoked(fingerprint, keyFingerprint(secret)))
    .map(({ secret }) => secret);
  return key === undefined ? undefined : { kind: 'signed', key, fallbackKeys };
}
