import type { Tenant, TenantsClient } from '@stacyvm/api';
import { type ConnectionArguments, connect } from './connection.js';
import { CommandFailure } from './failure.js';
import { localTime, print, printJson } from './output.js';
import { printable } from './worker-token/printable.js';

/** The client of tenants. Their commands name the tenant, so that none is acted for beside it unless --tenant says so. */
export function tenantsOf(args: ConnectionArguments): TenantsClient {
  return connect({ ...args, tenant: args.tenant ?? null }).tenants;
}

/** @throws CommandFailure with exit code 2 */
export function parseSettings(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new CommandFailure('--settings must be JSON, such as \'{"tier":"gold"}\'', 2, { cause: error });
  }
}

export function printTenant(tenant: Tenant, format: 'text' | 'json'): void {
  if (format === 'json') {
    printJson(tenant);
    return;
  }
  const lines = [
    ['id', tenant.id],
    ['name', printable(tenant.name)],
    ['owner', tenant.owner_id === '' ? '-' : printable(tenant.owner_id)],
    ['state', tenant.state],
    ['settings', printable(tenant.settings)],
    ['created', localTime(tenant.created_at)],
    ['updated', localTime(tenant.updated_at)],
  ];
  print(lines.map(([name = '', value = '']) => `${name.padEnd(8)}  ${value}`).join('\n'));
}
