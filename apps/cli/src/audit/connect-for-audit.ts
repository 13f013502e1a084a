import type { ApiClient } from '@stacyvm/api';
import { type ConnectionArguments, connect } from '../connection.js';

/**
 * A client that acts for no tenant: `--tenant` of these commands says whose records are meant. They outlive their tenant,
 * and nobody can act for a tenant that is gone.
 */
export function connectForAudit(args: ConnectionArguments): ApiClient {
  return connect({ ...args, tenant: '' });
}
