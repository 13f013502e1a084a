import type { CreatePolicy, UpdatePolicy } from '@stacyvm/api';
import type { Orchestrator, TenantPolicies } from '@stacyvm/orchestrator';
import type { Store } from '@stacyvm/store';
import type { Request } from 'express';
import type { AuditedHandler } from '../audit/audited-handlers.js';
import { newPolicyContent, policyJson } from '../policy-wire.js';
import { contextOf } from '../request-context.js';
import { type Handlers, pathParameter } from './handler.js';
import { tenantOfPath } from './tenant-members.js';

export type TenantPolicyOperation =
  | 'listTenantPolicies'
  | 'createTenantPolicy'
  | 'getTenantPolicy'
  | 'updateTenantPolicy'
  | 'deleteTenantPolicy';

export interface TenantPoliciesState {
  readonly store: Pick<Store, 'forTenant'>;
  readonly orchestrator: Pick<Orchestrator, 'policies'>;
}

/** The guard of the contract has let in only those who may manage the tenant of the path. */
export function tenantPolicyHandlers(
  { store, orchestrator }: TenantPoliciesState,
  audited: AuditedHandler,
): Handlers<TenantPolicyOperation> {
  async function policiesOf(request: Request): Promise<TenantPolicies> {
    const { tenantId } = await tenantOfPath(request, store);
    const isAdmin = contextOf(request).principal?.scopes.includes('admin:*') ?? false;
    return orchestrator.policies.ofTenant(tenantId, isAdmin ? 'platform' : 'tenant');
  }

  return {
    listTenantPolicies: audited('listTenantPolicies', async (request) => {
      const policies = await policiesOf(request);
      const type = request.query['resource_type'] as CreatePolicy['resource_type'] | undefined;
      return { body: { policies: (await policies.list(type)).map(policyJson) } };
    }),

    createTenantPolicy: audited('createTenantPolicy', async (request, { actor }) => {
      const policies = await policiesOf(request);
      const content = newPolicyContent(request.body as CreatePolicy);
      const policy = policyJson(await policies.create({ ...content, createdBy: actor.id }));
      return {
        status: 201,
        body: { policy },
        headers: { Location: `/api/v1/admin/tenants/${policy.tenant_id}/policies/${policy.id}` },
        resource: resourceOf(request, policy.id),
        detail: policy,
      };
    }),

    getTenantPolicy: audited('getTenantPolicy', async (request) => {
      const id = pathParameter(request, 'id');
      const policy = policyJson(await (await policiesOf(request)).get(id));
      return { body: { policy }, resource: resourceOf(request, id) };
    }),

    updateTenantPolicy: audited('updateTenantPolicy', async (request) => {
      const id = pathParameter(request, 'id');
      const policies = await policiesOf(request);
      const before = policyJson(await policies.get(id));
      const policy = policyJson(await policies.update(id, request.body as UpdatePolicy));
      return { body: { policy }, resource: resourceOf(request, id), detail: { before, after: policy } };
    }),

    deleteTenantPolicy: audited('deleteTenantPolicy', async (request) => {
      const id = pathParameter(request, 'id');
      const removed = await (await policiesOf(request)).remove(id);
      return { status: 204, resource: resourceOf(request, id), detail: policyJson(removed) };
    }),
  };
}

function resourceOf(request: Request, id: string): string {
  return `tenant:${pathParameter(request, 'tenant_id')}/policy:${id}`;
}
