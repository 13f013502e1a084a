import { type KeyObject, timingSafeEqual } from 'node:crypto';
import type { WorkerAudience } from './audience.js';
import { deriveKey, extractDerivationKey } from './derived-key.js';
import { createSigningKey, type KeySecret, macOf, type SigningKey } from './signing-key.js';
import type { TokenParts } from './token-format.js';

/** A key's place in its keyring. `verify_only[i]` counts from 0 in the order given, duplicates included. */
export type ListedKeyRole = 'active' | `verify_only[${number}]`;

/** The key that verified a token: a listed key, or the key derived from it for the worker of the token. */
export type KeyRole = ListedKeyRole | `derived(${ListedKeyRole})`;

/** `any`: listed and derived keys count. `derived`: workers must sign with derived keys. */
export type WorkerKeyScope = 'any' | 'derived';

export interface KeyringOptions {
  /** The key that is in use, at least 32 bytes after trimming. */
  readonly active: KeySecret;
  /** Keys that only verify, tried in this order after the active one: the previous key during a rotation. */
  readonly verifyOnly?: readonly KeySecret[] | undefined;
  /**
   * `derived` refuses tokens of workers (audience `worker:control-plane`) that a listed key signed, so that no worker
   * needs more than its own key. Tokens of the control plane (audience `worker:rpc`) may still be signed with either.
   * Default `any`.
   */
  readonly workerKeyScope?: WorkerKeyScope | undefined;
}

/** Keys to verify with. It shows fingerprints and keeps the keys to itself; it never changes. */
export interface Keyring {
  readonly fingerprints: { readonly active: string; readonly verifyOnly: readonly string[] };
  readonly workerKeyScope: WorkerKeyScope;
}

/** A key that verified a token. */
export interface VerifyingKey {
  readonly role: KeyRole;
  /** Fingerprint of the listed key. */
  readonly listedFingerprint: string;
  /** Fingerprint of the key that made the signature: another one than the listed key if that key was derived. */
  readonly signingFingerprint: string;
}

interface ListedKey {
  readonly role: ListedKeyRole;
  readonly key: SigningKey;
  readonly derivationKey: KeyObject;
}

// Keyed by the public object, so that no inspection, serialization or copy of a keyring can reach a key.
const listedKeys = new WeakMap<Keyring, readonly ListedKey[]>();

/**
 * Prepares keys for verification. To change keys, create another keyring.
 * @throws WorkerTokenError `weak_key` when any key, empty entries included, has fewer than 32 bytes after trimming
 */
export function createKeyring(options: KeyringOptions): Keyring {
  const { active, verifyOnly = [], workerKeyScope = 'any' } = options;
  if (workerKeyScope !== 'any' && workerKeyScope !== 'derived') {
    throw new TypeError('workerKeyScope must be "any" or "derived"');
  }
  const activeKey = createSigningKey(active, 'the active key');
  const verifyOnlyKeys = verifyOnly.map((secret, index) =>
    createSigningKey(secret, `verify-only key ${index}`),
  );
  const keyring: Keyring = Object.freeze({
    fingerprints: Object.freeze({
      active: activeKey.fingerprint,
      verifyOnly: Object.freeze(verifyOnlyKeys.map((key) => key.fingerprint)),
    }),
    workerKeyScope,
  });
  listedKeys.set(keyring, [
    listedKey('active', activeKey),
    ...verifyOnlyKeys.map((key, index) => listedKey(`verify_only[${index}]`, key)),
  ]);
  return keyring;
}

export function isKeyring(value: Keyring): boolean {
  return listedKeys.has(value);
}

/** The first listed key that verifies, unless the keyring wants derived keys where this audience is expected. */
export function findListedKey(
  keyring: Keyring,
  parts: TokenParts,
  audience: WorkerAudience,
): VerifyingKey | undefined {
  if (keyring.workerKeyScope === 'derived' && audience === 'worker:control-plane') return undefined;
  for (const { role, key } of keysOf(keyring)) {
    if (verifies(key.secret, parts)) {
      return { role, listedFingerprint: key.fingerprint, signingFingerprint: key.fingerprint };
    }
  }
  return undefined;
}

/** The first key derived for a worker that verifies. The worker id must be in the grammar. */
export function findDerivedKey(
  keyring: Keyring,
  parts: TokenParts,
  workerId: string,
): VerifyingKey | undefined {
  for (const { role, key, derivationKey } of keysOf(keyring)) {
    const derived = deriveKey(derivationKey, workerId);
    if (verifies(derived.secret, parts)) {
      return {
        role: `derived(${role})`,
        listedFingerprint: key.fingerprint,
        signingFingerprint: derived.fingerprint(),
      };
    }
  }
  return undefined;
}

function listedKey(role: ListedKeyRole, key: SigningKey): ListedKey {
  return { role, key, derivationKey: extractDerivationKey(key) };
}

function verifies(secret: KeyObject, parts: TokenParts): boolean {
  return timingSafeEqual(macOf(secret, parts.signedText), parts.signature);
}

function keysOf(keyring: Keyring): readonly ListedKey[] {
  const keys = listedKeys.get(keyring);
  if (keys === undefined) throw new TypeError('the keyring must come from createKeyring');
  return keys;
}
