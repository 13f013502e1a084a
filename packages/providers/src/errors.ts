/**
 * `sandbox_not_found`: no such sandbox here. `image_unknown`, `network_unknown`: the message lists those there are. `invalid_request`:
 * the caller's input. `unavailable`: the provider cannot work on this host, is closed, or the sandbox has stopped. `limit_exceeded`: a limit of
 * the sandbox or of the provider is reached. `spawn_failed`, `exec_failed`, `destroy_failed`: the operation broke on the host.
 * `state_directory_in_use`: another live provider owns the state directory. `cancelled`: the caller's signal ended a spawn or an
 * operation on a file. `file_not_found`, `is_directory`, `not_a_directory`, `not_a_file` (a device, a pipe or a socket),
 * `directory_not_empty`, `permission_denied`, `no_space`: what the sandbox answers about a path. `too_large`: a list. `file_failed`: any
 * other failure within the sandbox.
 */
export type ProviderErrorCode =
  | 'sandbox_not_found'
  | 'image_unknown'
  | 'network_unknown'
  | 'invalid_request'
  | 'unavailable'
  | 'limit_exceeded'
  | 'spawn_failed'
  | 'exec_failed'
  | 'destroy_failed'
  | 'state_directory_in_use'
  | 'cancelled'
  | 'file_not_found'
  | 'is_directory'
  | 'not_a_directory'
  | 'not_a_file'
  | 'directory_not_empty'
  | 'permission_denied'
  | 'no_space'
  | 'too_large'
  | 'file_failed';

/** What a provider refuses or fails to do. Messages never contain a command, an environment value or a program's output. */
export class ProviderError extends Error {
  override readonly name = 'ProviderError';

  constructor(
    readonly code: ProviderErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

export function sandboxNotFound(sandboxId: string): ProviderError {
  return new ProviderError('sandbox_not_found', `sandbox not found: ${sandboxId}`);
}

export function imageUnknown(image: string, known: readonly string[]): ProviderError {
  return new ProviderError(
    'image_unknown',
    `unknown image ${JSON.stringify(image.slice(0, 128))}; known images: ${known.join(', ')}`,
  );
}

export function networkUnknown(network: string, known: readonly string[]): ProviderError {
  return new ProviderError(
    'network_unknown',
    `network ${JSON.stringify(network.slice(0, 64))} is not offered; these are: ${known.join(', ')}`,
  );
}
