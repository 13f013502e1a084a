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
  /** Told when a worker accepted a call by a key that is not the first any more. */
  readonly onFallbackKey?: ((workerId: string, key: UsedKey) => void) | undefined;
}

/** A key of the ring that proved a call, as it is recorded. */
export interface UsedKey {
  readonly role: string;
  readonly fingerprint: string;
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
  { ring, isKeyRevoked, onFallbackKey }: RpcCredentialSource,
): RpcCredential | undefined {
  const shownRole = credential?.form === 'signed' ? credential.keyRole : undefined;
  const masters = ring.map(({ role, secret, fingerprint }) => ({
    role,
    secret: secret.reveal(),
    fingerprint,
  }));
  const derived = masters.map(({ role, secret, fingerprint }) => ({
    role: `derived(${role})`,
    secret: deriveWorkerKey(secret, id),
    fingerprint,
  }));
  // A worker that has only its own key cannot check what the master signed, and a reference worker that has the
  // master key does not know derived ones. Of a worker that has shown neither, both may be true.
  const candidates =
    shownRole === undefined ? [...derived, ...masters] : shownRole.startsWith('derived') ? derived : masters;
  const [first, ...others] = candidates.filter(
    ({ secret, fingerprint }) => !isKeyRevoked(fingerprint, keyFingerprint(secret)),
  );
  if (first === undefined) return undefined;
  const fallbackKeys = others.map(({ secret }) => secret);
  if (onFallbackKey === undefined) return { kind: 'signed', key: first.secret, fallbackKeys };
  const onFallback = (index: number): void => {
    const used = others[index];
    if (used !== undefined) onFallbackKey(id, used);
  };
  return { kind: 'signed', key: first.secret, fallbackKeys, onFallback };
}
