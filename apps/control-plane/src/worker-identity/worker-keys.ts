import type { Secret, Settings } from '@stacyvm/config';
import { createKeyring, type Keyring, keyFingerprint, type ListedKeyRole } from '@stacyvm/token';

/** A signing key of the control plane. */
export interface RingKey {
  readonly role: ListedKeyRole;
  readonly fingerprint: string;
  readonly secret: Secret;
}

/** The keys of one configuration. */
export interface WorkerKeys {
  /** Undefined: there is no active key, so no signed token is accepted. */
  readonly keyring: Keyring | undefined;
  /** The active key first; a key that is listed twice counts at its first place. */
  readonly ring: readonly RingKey[];
}

/** @throws WorkerTokenError `weak_key` */
export function workerKeysOf(settings: Settings): WorkerKeys {
  const active = settings['auth.worker_signing_key'];
  const verifyOnly = settings['auth.worker_signing_keys'];
  if (active === undefined) return { keyring: undefined, ring: [] };
  const keyring = createKeyring({
    active: active.reveal(),
    verifyOnly: verifyOnly.map((key) => key.reveal()),
    workerKeyScope: settings['auth.worker_key_scope'],
  });
  const ring = new Map<string, RingKey>();
  for (const [role, secret] of [
    ['active', active] as const,
    ...verifyOnly.map((key, index) => [`verify_only[${index}]`, key] as const),
  ]) {
    const fingerprint = keyFingerprint(secret.reveal());
    if (!ring.has(fingerprint)) ring.set(fingerprint, { role, fingerprint, secret });
  }
  return { keyring, ring: [...ring.values()] };
}
