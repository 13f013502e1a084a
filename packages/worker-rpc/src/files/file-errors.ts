/** What a sandbox may answer about a path. */
export type RpcFileErrorCode =
  | 'file_not_found'
  | 'is_directory'
  | 'not_a_directory'
  | 'not_a_file'
  | 'directory_not_empty'
  | 'permission_denied'
  | 'no_space'
  | 'too_large'
  | 'file_failed';

/** HTTP status and reason of each: they have the same name. */
export const FILE_ERRORS: Readonly<
  Record<RpcFileErrorCode, { readonly status: number; readonly reason: string }>
> = {
  file_not_found: { status: 404, reason: 'file_not_found' },
  is_directory: { status: 400, reason: 'is_directory' },
  not_a_directory: { status: 400, reason: 'not_a_directory' },
  not_a_file: { status: 400, reason: 'not_a_file' },
  directory_not_empty: { status: 409, reason: 'directory_not_empty' },
  permission_denied: { status: 403, reason: 'permission_denied' },
  no_space: { status: 507, reason: 'no_space' },
  too_large: { status: 413, reason: 'too_large' },
  file_failed: { status: 500, reason: 'file_failed' },
};

/** Whether a reason says what a sandbox answered about a path. */
export function isFileErrorReason(reason: string | undefined): reason is RpcFileErrorCode {
  return reason !== undefined && Object.hasOwn(FILE_ERRORS, reason);
}
