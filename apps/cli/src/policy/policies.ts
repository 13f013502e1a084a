import type { CreatePolicy, Policy } from '@stacyvm/api';
import { type ConnectionArguments, chosenTenant, connectAsPlatform } from '../connection.js';
import { collect } from '../output.js';

/** The policies that a command is about: of the tenant that it acts for, beside which the global ones are listed, or the global ones. */
export interface PoliciesOfCommand {
  /** Undefined: they are global. */
  readonly tenant: string | undefined;
  create(request: CreatePolicy): Promise<Policy>;
  /** In the order of decision. */
  list(): Promise<readonly Policy[]>;
  remove(id: string): Promise<void>;
}

/** @throws CommandFailure with exit code 2 */
export function policiesOf(args: ConnectionArguments, env = process.env): PoliciesOfCommand {
  const tenant = chosenTenant(args.tenant, env);
  const { policies } = connectAsPlatform(args, env);
  if (tenant !== undefined) return { tenant, ...policies.ofTenant(tenant) };
  const { create, remove } = policies;
  return { tenant, create, list: () => collect(policies.list()), remove };
}
