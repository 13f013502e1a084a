import { authorityOf, type PolicyAuthority, PolicyError, validatePattern } from '@stacyvm/policy';
import { type PolicyRecord, StoreError } from '@stacyvm/store';
import { OrchestratorError } from './errors.js';
import type { FixedPolicy, PoliciesInForce } from './policies-in-force.js';

/** A rule, where it can be changed, and whose word it is. */
export interface Policy extends PolicyRecord {
  readonly authority: PolicyAuthority;
  readonly source: 'store' | 'file';
}

export function policyOfFile(rule: FixedPolicy): Policy {
  return { ...rule, createdBy: '', updatedAt: rule.createdAt, source: 'file', authority: 'platform' };
}

export function policyOfStore(policy: PolicyRecord): Policy {
  return { ...policy, source: 'store', authority: authorityOf(policy) };
}

/** @throws OrchestratorError `invalid_pattern` */
export function checkPattern(pattern: string): void {
  try {
    validatePattern(pattern);
  } catch (error) {
    if (!(error instanceof PolicyError)) throw error;
    throw new OrchestratorError('invalid_pattern', `pattern: ${error.message}`, { cause: error });
  }
}

/**
 * Makes, changes or removes a rule; the next decision here knows it.
 *
 * @param id of the rule; '' for a new one
 * @throws OrchestratorError `policy_not_found`, `policy_exists`, `max_policies`, `tenant_not_found`
 */
export async function writePolicy(
  inForce: Pick<PoliciesInForce, 'changed'>,
  id: string,
  write: () => Promise<PolicyRecord>,
): Promise<Policy> {
  const policy = await write().catch((error: unknown) => {
    throw policyRefusal(error, id);
  });
  await inForce.changed();
  return policyOfStore(policy);
}

/** What the store refuses about a rule, in the words of the orchestrator. */
function policyRefusal(error: unknown, id: string): unknown {
  if (!(error instanceof StoreError) || error.cause !== undefined) return error;
  if (error.code === 'not_found') return id === '' ? tenantNotFound(error) : policyNotFound(id);
  if (error.code === 'conflict') {
    return new OrchestratorError('policy_exists', `already exists: ${error.message}`, { cause: error });
  }
  return error.code === 'capacity'
    ? new OrchestratorError('max_policies', `resource limit exceeded: ${error.message}`, { cause: error })
    : error;
}

export function policyNotFound(id: string): OrchestratorError {
  return new OrchestratorError('policy_not_found', `not found: policy "${id}"`);
}

export function tenantNotFound(cause?: unknown): OrchestratorError {
  return new OrchestratorError('tenant_not_found', 'tenant not found', { cause });
}
