import type { Settings } from '@stacyvm/config';
import { createKeyring, createWorkerTokenVerifier } from '@stacyvm/token';
import {
  type AuthenticateWorker,
  type CredentialSource,
  createWorkerAuthenticator,
  fileCredentialSource,
  keyCredentialSource,
  staticCredentialSource,
} from '@stacyvm/worker-rpc';

/** The worker has no usable credential; the message says which settings give one. */
export class WorkerCredentialError extends Error {
  override readonly name = 'WorkerCredentialError';
}

/** How the worker proves itself to the control plane: a token file comes first, then the signing key, then the static token. */
export function outgoingCredentials(settings: Settings, workerId: string): CredentialSource {
  const signingKey = settings['auth.worker_signing_key'];
  const staticToken = settings['auth.worker_token'];
  if (settings['worker.token_file'] !== '')
    return fileCredentialSource({ path: settings['worker.token_file'] });
  if (signingKey !== undefined) return keyCredentialSource({ key: signingKey.reveal(), workerId });
  if (staticToken !== undefined) return staticCredentialSource({ token: staticToken.reveal() });
  throw new WorkerCredentialError(
    'the worker has no credential: set auth.worker_signing_key_file, worker.token_file or auth.worker_token_file',
  );
}

/** Whom the worker lets in: tokens of the audience worker:rpc for this worker, and the static token if there is one. */
export function incomingAuthenticator(settings: Settings, workerId: string): AuthenticateWorker {
  const signingKey = settings['auth.worker_signing_key'];
  const sharedToken = settings['auth.worker_token']?.reveal();
  if (signingKey === undefined && sharedToken === undefined) {
    throw new WorkerCredentialError(
      'the worker cannot tell who calls it: set auth.worker_signing_key_file, or auth.worker_token_file for static tokens',
    );
  }
  const revoked = new Set(settings['auth.worker_revoked_token_ids']);
  const verifier =
    signingKey === undefined
      ? undefined
      : createWorkerTokenVerifier({
          keyring: createKeyring({
            active: signingKey.reveal(),
            verifyOnly: settings['auth.worker_signing_keys'].map((key) => key.reveal()),
          }),
          audience: 'worker:rpc',
          profile: settings['auth.worker_token_profile'],
          isRevoked: ({ tokenId }) => tokenId !== undefined && revoked.has(tokenId),
        });
  return createWorkerAuthenticator({ verifier, sharedToken, workerId });
}
