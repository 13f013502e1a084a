/**
 * `unavailable`: the server cannot be reached or is starting, stopping or too slow; the same call may succeed later.
 * `conflict`: another row, holder or writer was first. `not_found`: the named row is not there.
 * `invalid_input`: the value can never be stored. `capacity`: a limit is reached (`StoreError.limit` says which).
 * `configuration`: an operator has to change something (DSN, credentials, directory, system user, binaries).
 * `in_use`: another process owns the embedded database. `schema`: the database belongs to another program or version.
 * `tenant_closed`: the tenant is not there or is being deleted. `last_admin`: a tenant would be left without administrator.
 * `closed`: the store was closed. `internal`: anything else, a fault of this package.
 */
export type StoreErrorCode =
  | 'unavailable'
  | 'conflict'
  | 'not_found'
  | 'invalid_input'
  | 'capacity'
  | 'configuration'
  | 'in_use'
  | 'schema'
  | 'tenant_closed'
  | 'last_admin'
  | 'closed'
  | 'internal';

/**
 * The limit a reservation ran into; `worker_closed`: an operator lets the worker take no new sandboxes. `owner` is the same
 * for all owners, `owner_quota` and `tenant_quota` are set for this one.
 */
export type CapacityLimit = 'worker' | 'worker_closed' | 'owner' | 'owner_quota' | 'tenant_quota' | 'total';

export interface StoreErrorOptions extends ErrorOptions {
  readonly limit?: CapacityLimit | 'policies';
}

/** Every failure of this package. The message never contains a password or a DSN. */
export class StoreError extends Error {
  override readonly name = 'StoreError';
  /** Set when `code` is `capacity`; `policies` is about their number, the others are about sandboxes. */
  readonly limit: CapacityLimit | 'policies' | undefined;

  constructor(
    readonly code: StoreErrorCode,
    message: string,
    options?: StoreErrorOptions,
  ) {
    super(message, options);
    this.limit = options?.limit;
  }
}
