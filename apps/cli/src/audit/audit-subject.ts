import type { Argv } from 'yargs';
import { chosenTenant } from '../connection.js';
import { CommandFailure } from '../failure.js';

/** What was done to whom: a tenant, also one that is gone; the platform, which is no tenant; or all of them. */
export type AuditSubject =
  | { readonly kind: 'tenant'; readonly tenant: string }
  | { readonly kind: 'platform' }
  | { readonly kind: 'all' };

export interface AuditSubjectArguments {
  readonly tenant?: string | null | undefined;
  readonly platform: boolean;
}

export function auditSubjectOptions<T>(yargs: Argv<T>) {
  return yargs
    .option('tenant', {
      type: 'string',
      requiresArg: true,
      describe:
        'What was done to this tenant, for its own administrators as well; without it STACYVM_TENANT, which is none when empty',
    })
    .option('platform', { type: 'boolean', default: false, describe: 'What was done to no tenant' });
}

/**
 * @param unnamed what it is where neither the arguments nor the environment name anything
 * @throws CommandFailure with exit code 2
 */
export function auditSubject(
  { tenant, platform }: AuditSubjectArguments,
  unnamed: AuditSubject,
  env = process.env,
): AuditSubject {
  if (platform && typeof tenant === 'string')
    throw new CommandFailure('--platform and --tenant do not go together', 2);
  if (platform) return { kind: 'platform' };
  const chosen = chosenTenant(tenant, env);
  return chosen === undefined ? unnamed : { kind: 'tenant', tenant: chosen };
}

/** A file is read as a whole, whatever the environment says. @throws CommandFailure with exit code 2 */
export function refuseSubject({ tenant, platform }: AuditSubjectArguments): void {
  if (platform || typeof tenant === 'string')
    throw new CommandFailure(
      '--tenant and --platform are for what the control plane is asked; a file is read whole',
      2,
    );
}
