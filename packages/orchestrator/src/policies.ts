import { compareRules, explain, type PolicyAuthority, type PolicyExplanation } from '@stacyvm/policy';
import {
  DEFAULT_LIST_LIMIT,
  MAX_LIST_LIMIT,
  type NewPolicy,
  type Page,
  type PolicyContent,
  type PolicyFilter,
  type PolicyRecord,
  policyCursor,
  policyPosition,
  type Store,
} from '@stacyvm/store';
import { OrchestratorError } from './errors.js';
import type { FixedPolicy, PoliciesInForce, PoliciesStatus } from './policies-in-force.js';
import {
  checkPattern,
  type Policy,
  policyNotFound,
  policyOfFile,
  policyOfStore,
  tenantNotFound,
  writePolicy,
} from './policy-content.js';
import { questionsOf } from './policy-gate.js';
import { resolveSpawnRequest, type SpawnDefaults } from './spawn-request.js';
import { createTenantPolicies, type TenantPolicies } from './tenant-policies.js';

/** What a spawn would use; what is absent is taken from the defaults. */
export interface PolicyTrial {
  readonly image?: string | undefined;
  readonly provider?: string | undefined;
  readonly network?: string | undefined;
  /** Null: global rules alone. */
  readonly tenantId?: string | null | undefined;
}

export interface PolicyEvaluation {
  readonly allowed: boolean;
  /** Of the set that was asked. */
  readonly version: string;
  readonly explanations: readonly PolicyExplanation[];
}

/** The global policies, for administrators, and those of tenants. Every method throws OrchestratorError or StoreError. */
export interface Policies {
  /** In the order of decision, those from files included. */
  list(filter?: PolicyFilter): Promise<Page<Policy>>;
  /** @throws OrchestratorError `policy_not_found` */
  get(id: string): Promise<Policy>;
  /** @throws OrchestratorError `invalid_pattern`, `policy_exists`, `max_policies` */
  create(policy: Omit<NewPolicy, 'tenantId'>): Promise<Policy>;
  /** @throws OrchestratorError `policy_not_found`, `policy_from_file`, `invalid_pattern`, `policy_exists` */
  update(id: string, change: Partial<PolicyContent>): Promise<Policy>;
  /** @returns what was removed @throws OrchestratorError `policy_not_found`, `policy_from_file` */
  remove(id: string): Promise<Policy>;
  /** Those of one tenant, for who has this authority over them. @throws StoreError `invalid_input` when it can be no tenant */
  ofTenant(tenantId: string, authority: PolicyAuthority): TenantPolicies;
  /** What would be decided about a spawn, and why; nothing is spawned. @throws OrchestratorError `policy_unavailable`, `tenant_not_found` */
  evaluate(trial: PolicyTrial): Promise<PolicyEvaluation>;
  /** Checks other rules from files and tells how to put them in force. @throws PolicyError */
  prepareFixed(rules: readonly FixedPolicy[]): () => void;
  status(): PoliciesStatus;
}

export function createPolicies(options: {
  readonly store: Pick<Store, 'policies' | 'tenants' | 'forTenant'>;
  readonly inForce: PoliciesInForce;
  readonly defaults: SpawnDefaults;
}): Policies {
  const { store, inForce } = options;

  /** Global rules only: those of tenants are none of this interface's business. */
  async function requireStored(id: string): Promise<PolicyRecord> {
    if (inForce.fixed().some((rule) => rule.id === id)) {
      throw new OrchestratorError(
        'policy_from_file',
        `policy ${id} is in a file of policy.files, where it has to be changed`,
      );
    }
    const policy = await store.policies.get(id);
    if (policy === undefined || policy.tenantId !== null) throw policyNotFound(id);
    return policy;
  }

  return {
    async list({ limit, after, resourceType } = {}) {
      const page = await store.policies.list({
        ...(limit === undefined ? {} : { limit }),
        ...(after === undefined ? {} : { after }),
        ...(resourceType === undefined ? {} : { resourceType }),
      });
      const position = after === undefined ? undefined : policyPosition(after);
      const fixed = inForce
        .fixed()
        .filter((rule) => resourceType === undefined || rule.resourceType === resourceType)
        .map(policyOfFile)
        .filter((rule) => position === undefined || compareRules(rule, { ...rule, ...position }) > 0);
      const stored = page.items.map(policyOfStore);
      const all = [...fixed, ...stored].sort(compareRules);
      const items = all.slice(0, Math.min(limit ?? DEFAULT_LIST_LIMIT, MAX_LIST_LIMIT));
      const last = items.at(-1);
      const more = all.length > items.length || page.nextCursor !== undefined;
      return more && last !== undefined ? { items, nextCursor: policyCursor(last) } : { items };
    },

    async get(id) {
      const fixed = inForce.fixed().find((rule) => rule.id === id);
      if (fixed !== undefined) return policyOfFile(fixed);
      return policyOfStore(await requireStored(id));
    },

    async create(policy) {
      checkPattern(policy.pattern);
      return writePolicy(inForce, '', () => store.policies.create({ ...policy, tenantId: null }));
    },

    async update(id, changes) {
      await requireStored(id);
      if (changes.pattern !== undefined) checkPattern(changes.pattern);
      return writePolicy(inForce, id, () => store.policies.update(id, changes));
    },

    async remove(id) {
      await requireStored(id);
      return writePolicy(inForce, id, () => store.policies.delete(id));
    },

    ofTenant: (tenantId, authority) => createTenantPolicies(tenantId, authority, { store, inForce }),

    async evaluate({ image, provider, network, tenantId = null }) {
      if (tenantId !== null && (await store.tenants.get(tenantId)) === undefined) throw tenantNotFound();
      const set = await inForce.current();
      const request = { image, provider, networkMode: network, tenantId: tenantId ?? '' };
      const spawn = resolveSpawnRequest(request, options.defaults);
      const explanations = questionsOf(spawn).map((question) => explain(set, question));
      const allowed = explanations.every(({ decision }) => decision.allowed);
      return { allowed, version: set.version, explanations };
    },

    prepareFixed: inForce.prepareFixed,
    status: inForce.status,
  };
}
