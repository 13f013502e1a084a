import type { Settings } from '@stacyvm/config';
import { createKeyring, createWorkerTokenVerifier, type RevocationCheck } from '@stacyvm/token';
import {
  type AuthenticateWorker,
  type Clock,
  type CredentialSource,
  createControlPlaneClient,
  createTokenBinding,
  createWorkerAuthenticator,
  fileCredentialSource,
  issuerCredentialSource,
  keyCredentialSource,
  staticCredentialSource,
  type TlsCredentials,
  type TokenBinding,
} from '@stacyvm/worker-rpc';

/** The worker has no usable credential; the message says which settings give one. */
export class WorkerCredentialError extends Error {
  override readonly name = 'WorkerCredentialError';
}

export interface CredentialOptions {
  readonly settings: Settings;
  readonly workerId: string;
  /** The key that the worker got when it enrolled; a configured one comes before it. */
  readonly enrolledKey?: string | undefined;
  /** What the control plane is spoken with. */
  readonly tls?: TlsCredentials | undefined;
  readonly clock?: Clock | undefined;
}

/**
 * How the worker proves itself to the control plane: a token file comes first, then the signing key, by itself or by
 * way of the control plane's issuer, then the static token. With a signing key those that only verify are tried when it is refused, so that it does not matter which side
 * of a rotation learns of the new key first.
 *
 * @throws WorkerCredentialError, CredentialError
 */
export function outgoingCredentials(
  options: CredentialOptions & { readonly onWarning?: ((message: string) => void) | undefined },
): CredentialSource {
  const { settings, workerId, clock, onWarning } = options;
  const key = signingKeyOf(options);
  const staticToken = staticTokenOf(options);
  if (settings['worker.token_file'] !== '')
    return fileCredentialSource({ path: settings['worker.token_file'], onWarning });
  if (key !== undefined) {
    const own = keyCredentialSource({
      key,
      fallbackKeys: verifyOnlyKeysOf(settings),
      workerId,
      binding: tokenBindingOf(options),
      clock,
    });
    return settings['worker.token_source'] === 'issuer' ? issuedCredentials(own, options) : own;
  }
  if (staticToken !== undefined && !refusesStatic(settings))
    return staticCredentialSource({ token: staticToken });
  throw new WorkerCredentialError(
    staticToken === undefined
      ? 'the worker has no credential: set worker.join_token_file to enrol it, or auth.worker_signing_key_file, worker.token_file or auth.worker_token_file'
      : STATIC_ALONE,
  );
}

/**
 * What the tokens are bound to that the worker signs.
 *
 * @throws WorkerCredentialError when they must be bound, and the worker has no certificate
 */
function tokenBindingOf({
  settings,
  tls,
  clock,
  onWarning,
}: Pick<CredentialOptions, 'settings' | 'tls' | 'clock'> & {
  readonly onWarning?: ((message: string) => void) | undefined;
}): TokenBinding | undefined {
  const binding = settings['auth.worker_token_binding'];
  if (binding === 'required' && tls?.current().thumbprint === undefined) {
    throw new WorkerCredentialError(
      'auth.worker_token_binding is required, and the worker has no client certificate: set worker.control_plane_client_cert_file and worker.control_plane_client_key_file',
    );
  }
  if (binding === 'off' || tls === undefined) return undefined;
  return createTokenBinding({ credentials: tls, required: binding === 'required', clock, onWarning });
}

/** Tokens of the control plane's issuing, each asked for with a token that the worker signs itself. */
function issuedCredentials(
  own: CredentialSource,
  {
    settings,
    workerId,
    tls,
    clock,
    onWarning,
  }: CredentialOptions & { readonly onWarning?: ((message: string) => void) | undefined },
): CredentialSource {
  const client = createControlPlaneClient({
    baseUrl: settings['worker.control_plane_url'],
    workerId,
    credentials: own,
    tls,
    clock,
  });
  return issuerCredentialSource({
    fetchToken: (signal) => client.issueToken({ signal }),
    certificateThumbprint: () => tls?.current().thumbprint,
    clock,
    onWarning,
  });
}

/**
 * Whom the worker lets in: tokens of the audience worker:rpc for this worker, and its static token if it has one.
 *
 * @throws WorkerCredentialError, WorkerTokenError `weak_key`
 */
export function incomingAuthenticator(
  options: CredentialOptions & { readonly isRevoked?: RevocationCheck | undefined },
): AuthenticateWorker {
  const { settings, workerId, clock, isRevoked } = options;
  const key = signingKeyOf(options);
  const staticToken = staticTokenOf(options);
  if (key === undefined && (staticToken === undefined || refusesStatic(settings))) {
    throw new WorkerCredentialError(
      staticToken === undefined
        ? 'the worker cannot tell who calls it: set worker.join_token_file to enrol it, or auth.worker_signing_key_file, or auth.worker_token_file for static tokens'
        : STATIC_ALONE,
    );
  }
  const requireCertificate = settings['auth.worker_token_binding'] === 'required';
  if (key !== undefined && requireCertificate && !settings['worker.rpc_tls.enabled']) {
    throw new WorkerCredentialError(
      'auth.worker_token_binding is required, and no call could be bound to a certificate: set worker.rpc_tls.enabled, or auth.worker_token_binding when_presented',
    );
  }
  const verifier =
    key === undefined
      ? undefined
      : createWorkerTokenVerifier({
          keyring: createKeyring({ active: key, verifyOnly: verifyOnlyKeysOf(settings) }),
          audience: 'worker:rpc',
          profile: settings['auth.worker_token_profile'],
          requireCertificate,
          isRevoked,
          clock,
        });
  return createWorkerAuthenticator({
    verifier,
    workerId,
    workerTokens: staticToken === undefined ? new Map() : new Map([[workerId, staticToken]]),
    staticTokens: refusesStatic(settings) ? 'refuse' : 'accept',
  });
}

/** The worker's signing key: the configured one, else the one it enrolled for. */
export function signingKeyOf({
  settings,
  enrolledKey,
}: Pick<CredentialOptions, 'settings' | 'enrolledKey'>): string | undefined {
  return settings['auth.worker_signing_key']?.reveal() ?? enrolledKey;
}

export function verifyOnlyKeysOf(settings: Settings): readonly string[] {
  return settings['auth.worker_signing_keys'].map((key) => key.reveal());
}

/** A worker that has a static token of its own is not let in by the shared one, and so does not accept it either. */
function staticTokenOf({
  settings,
  workerId,
}: Pick<CredentialOptions, 'settings' | 'workerId'>): string | undefined {
  return (settings['auth.worker_tokens'].get(workerId) ?? settings['auth.worker_token'])?.reveal();
}

function refusesStatic(settings: Settings): boolean {
  return settings['auth.worker_token_migration'] === 'strict';
}

const STATIC_ALONE =
  'the worker has a static token alone, which auth.worker_token_migration strict refuses: set worker.join_token_file to enrol it, or auth.worker_signing_key_file';
