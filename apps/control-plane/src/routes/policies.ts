import type { CreatePolicy, EvaluatePolicies, UpdatePolicy } from '@stacyvm/api';
import type { Orchestrator } from '@stacyvm/orchestrator';
import type { AuditedHandler } from '../audit/audited-handlers.js';
import { evaluationJson, newPolicyContent, policyJson } from '../policy-wire.js';
import { type Handlers, nextPage, pageOf, pathParameter } from './handler.js';

export type PolicyOperation =
  | 'createPolicy'
  | 'listPolicies'
  | 'getPolicy'
  | 'updatePolicy'
  | 'deletePolicy'
  | 'evaluatePolicies';

export interface PoliciesState {
  readonly orchestrator: Pick<Orchestrator, 'policies'>;
}

export function policyHandlers(
  { orchestrator: { policies } }: PoliciesState,
  audited: AuditedHandler,
): Handlers<PolicyOperation> {
  return {
    createPolicy: audited('createPolicy', async (request, { actor }) => {
      const content = newPolicyContent(request.body as CreatePolicy);
      const policy = await policies.create({ ...content, createdBy: actor.id });
      const body = policyJson(policy);
      return {
        status: 201,
        body,
        headers: { Location: `/api/v1/admin/policies/${policy.id}` },
        resource: `policy:${policy.id}`,
        detail: body,
      };
    }),

    listPolicies: audited('listPolicies', async (request) => {
      const { resource_type: resourceType } = request.query;
      const page = await policies.list({
        ...pageOf(request),
        ...(resourceType === undefined
          ? {}
          : { resourceType: resourceType as CreatePolicy['resource_type'] }),
      });
      return { body: page.items.map(policyJson), headers: nextPage(page) };
    }),

    getPolicy: audited('getPolicy', async (request) => ({
      body: policyJson(await policies.get(pathParameter(request, 'id'))),
    })),

    updatePolicy: audited('updatePolicy', async (request) => {
      const id = pathParameter(request, 'id');
      const before = policyJson(await policies.get(id));
      const change = request.body as UpdatePolicy;
      const body = policyJson(await policies.update(id, change));
      return { body, detail: { before, after: body } };
    }),

    deletePolicy: audited('deletePolicy', async (request) => {
      const removed = await policies.remove(pathParameter(request, 'id'));
      return { body: { status: 'deleted' }, detail: policyJson(removed) };
    }),

    evaluatePolicies: audited('evaluatePolicies', async (request) => {
      const { tenant_id: tenantId, ...values } = request.body as EvaluatePolicies;
      const body = evaluationJson(await policies.evaluate({ ...values, tenantId }));
      const { allowed, policy_version } = body;
      return { body, detail: { ...values, tenant_id: tenantId, allowed, policy_version } };
    }),
  };
}
