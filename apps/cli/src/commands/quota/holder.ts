import type { QuotaHolder } from '@stacyvm/api';
import type { Argv } from 'yargs';
import { CommandFailure } from '../../failure.js';

/** Whose quota a command is about: the owner that it names, or with `--tenant` alone that tenant as a whole. */
export function holderOptions<T>(yargs: Argv<T>) {
  return yargs
    .positional('owner', { type: 'string', describe: 'Owner, such as ada or oidc:ada' })
    .option('tenant', {
      type: 'string',
      requiresArg: true,
      describe: 'Tenant whose own quota it is',
    });
}

/** @throws CommandFailure with exit code 2 */
export function holderOf({
  owner,
  tenant,
}: {
  readonly owner: string | undefined;
  readonly tenant: string | undefined;
}): QuotaHolder {
  if (owner !== undefined && tenant === undefined) return { owner };
  if (tenant !== undefined && owner === undefined) return { tenant };
  throw new CommandFailure('name an owner, or --tenant for the quota of a tenant as a whole', 2);
}

export function nameOf(holder: QuotaHolder): string {
  return 'owner' in holder ? `owner ${holder.owner}` : `tenant ${holder.tenant}`;
}
