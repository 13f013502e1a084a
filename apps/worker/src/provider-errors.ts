import { ProviderError, type ProviderErrorCode } from '@stacyvm/providers';
import { RpcMethodError, type RpcMethodErrorCode } from '@stacyvm/worker-rpc';

const CODES: Readonly<Record<ProviderErrorCode, RpcMethodErrorCode>> = {
  sandbox_not_found: 'not_found',
  image_unknown: 'image_unknown',
  network_unknown: 'network_unknown',
  invalid_request: 'invalid_request',
  unavailable: 'unavailable',
  limit_exceeded: 'capacity_exhausted',
  spawn_failed: 'internal',
  exec_failed: 'internal',
  destroy_failed: 'internal',
  state_directory_in_use: 'unavailable',
  cancelled: 'unavailable',
  file_not_found: 'file_not_found',
  is_directory: 'is_directory',
  not_a_directory: 'not_a_directory',
  not_a_file: 'not_a_file',
  directory_not_empty: 'directory_not_empty',
  permission_denied: 'permission_denied',
  no_space: 'no_space',
  too_large: 'too_large',
  file_failed: 'file_failed',
};

/** Errors of a provider as errors of the protocol. */
export async function translated<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof ProviderError)
      throw new RpcMethodError(CODES[error.code], error.message, { cause: error });
    throw error;
  }
}
