import { authorityOf, compareRules, FIRST_TENANT_PRIORITY, type PolicyAuthority } from '@stacyvm/policy';
import {
  MAX_LIST_LIMIT,
  type NewPolicy,
  type PolicyContent,
  type PolicyRecord,
  type Store,
} from '@stacyvm/store';
import { OrchestratorError } from './errors.js';
import type { PoliciesInForce } from './policies-in-force.js';
import {
  checkPattern,
  type Policy,
  policyNotFound,
  policyOfFile,
  policyOfStore,
  writePolicy,
} from './policy-content.js';

/** The policies of one tenant. Global ones can be seen, and are as if they were not there for what changes or removes. */
export interface TenantPolicies {
  /** The tenant's and the global ones, those from files included, in the order of decision. */
  list(resourceType?: NewPolicy['resourceType']): Promise<readonly Policy[]>;
  /** One of those. @throws OrchestratorError `policy_not_found` */
  get(id: string): Promise<Policy>;
  /** @throws OrchestratorError `tenant_not_found`, `policy_reserved`, `invalid_pattern`, `policy_exists`, `max_policies` */
  create(policy: Omit<NewPolicy, 'tenantId'>): Promise<Policy>;
  /**
   * @throws OrchestratorError `policy_not_found`, `policy_reserved`, `invalid_pattern`, `policy_exists`; `invalid_request` for a
   *   priority on the other side of 0
   */
  update(id: string, change: Partial<PolicyContent>): Promise<Policy>;
  /** @returns what was removed @throws OrchestratorError `policy_not_found`, `policy_reserved` */
  remove(id: string): Promise<Policy>;
}

/**
 * @param authority who is asking: `tenant` may write the tenant's own rules alone, and the platform those below priority 0 as well
 */
export function createTenantPolicies(
  tenantId: string,
  authority: PolicyAuthority,
  { store, inForce }: { readonly store: Pick<Store, 'forTenant'>; readonly inForce: PoliciesInForce },
): TenantPolicies {
  const { policies } = store.forTenant(tenantId);

  function requireAuthority(priority: number): void {
    if (authority === 'tenant' && authorityOf({ tenantId, priority }) === 'platform') {
      throw new OrchestratorError(
        'policy_reserved',
        `policies of a tenant with a priority below ${FIRST_TENANT_PRIORITY} are those of administrators of the platform`,
      );
    }
  }

  async function requireOwn(id: string): Promise<PolicyRecord> {
    const policy = await policies.get(id);
    if (policy === undefined) throw policyNotFound(id);
    requireAuthority(policy.priority);
    return policy;
  }

  async function all(resourceType?: NewPolicy['resourceType']): Promise<readonly Policy[]> {
    const found: Policy[] = inForce.fixed().map(policyOfFile);
    for (let after: string | undefined; ; ) {
      const page = await policies.list({ limit: MAX_LIST_LIMIT, ...(after === undefined ? {} : { after }) });
      found.push(...page.items.map(policyOfStore));
      after = page.nextCursor;
      if (after === undefined) break;
    }
    return found
      .filter((policy) => resourceType === undefined || policy.resourceType === resourceType)
      .sort(compareRules);
  }

  return {
    list: all,

    async get(id) {
      const policy = (await all()).find((each) => each.id === id);
      if (policy === undefined) throw policyNotFound(id);
      return policy;
    },

    async create(policy) {
      requireAuthority(policy.priority);
      checkPattern(policy.pattern);
      return writePolicy(inForce, '', () => policies.create(policy));
    },

    async update(id, changes) {
      const { priority } = await requireOwn(id);
      // So a rule keeps its authority for life, and nobody can lose the right to change it between the look and the change.
      if (
        changes.priority !== undefined &&
        authorityOf({ tenantId, priority: changes.priority }) !== authorityOf({ tenantId, priority })
      ) {
        requireAuthority(changes.priority);
        throw new OrchestratorError(
          'invalid_request',
          `priority: a policy cannot cross ${FIRST_TENANT_PRIORITY}; delete it and create another`,
        );
      }
      if (changes.pattern !== undefined) checkPattern(changes.pattern);
      return writePolicy(inForce, id, () => policies.update(id, changes));
    },

    async remove(id) {
      await requireOwn(id);
      return writePolicy(inForce, id, () => policies.delete(id));
    },
  };
}
