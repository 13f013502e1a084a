import type { QuotaHolder } from '@stacyvm/api';
import type { Argv } from 'yargs';
import { chosenTenant } from '../../connection.js';
import { CommandFailure } from '../../failure.js';

/** Whose quota a command is about: the owner that it names, or without one the tenant that it acts for. */
export function ownerArgument<T>(yargs: Argv<T>) {
  return yargs.positional('owner', {
    type: 'string',
    describe: 'Owner, such as ada or oidc:ada; without one it is the quota of the tenant as a whole',
  });
}

/** @throws CommandFailure with exit code 2 */
export function holderOf(
  { owner, tenant }: { readonly owner: string | undefined; readonly tenant: string | undefined },
  env = process.env,
): QuotaHolder {
  if (owner !== undefined) return { owner };
  const wholeTenant = chosenTenant(tenant, env);
  if (wholeTenant !== undefined) return { tenant: wholeTenant };
  throw new CommandFailure('name an owner, or --tenant alone for the quota of a tenant as a whole', 2);
}

export function nameOf(holder: QuotaHolder): string {
  return 'owner' in holder ? `owner ${holder.owner}` : `tenant ${holder.tenant}`;
}
