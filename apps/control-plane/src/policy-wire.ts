import type { CreatePolicy, components, Policy as PolicyDocument } from '@stacyvm/api';
import type { Policy, PolicyEvaluation } from '@stacyvm/orchestrator';

type Schemas = components['schemas'];

const DEFAULT_PRIORITY = 10;

/** What a new policy says, with what the request leaves out. */
export function newPolicyContent({ resource_type: resourceType, ...content }: CreatePolicy) {
  return { priority: DEFAULT_PRIORITY, mode: 'enforce', description: '', ...content, resourceType } as const;
}

/** A policy as the contract shows it. */
export function policyJson(policy: Policy): PolicyDocument {
  return {
    id: policy.id,
    tenant_id: policy.tenantId ?? '',
    source: policy.source,
    authority: policy.authority,
    resource_type: policy.resourceType,
    effect: policy.effect,
    pattern: policy.pattern,
    priority: policy.priority,
    mode: policy.mode,
    description: policy.description,
    created_by: policy.createdBy,
    created_at: policy.createdAt.toISOString(),
    updated_at: policy.updatedAt.toISOString(),
  };
}

/** A dry run as the contract shows it. */
export function evaluationJson({
  allowed,
  version,
  explanations,
}: PolicyEvaluation): Schemas['PolicyEvaluation'] {
  return { allowed, policy_version: version, answers: explanations.map(answerJson) };
}

function answerJson({
  question,
  decision,
  spellings,
  deniableSpellings,
  rules,
}: PolicyEvaluation['explanations'][number]): Schemas['PolicyAnswer'] {
  return {
    resource_type: question.type,
    value: question.value,
    ...verdictJson(decision),
    default: decision.default,
    mode: decision.mode,
    ...(decision.trial === undefined ? {} : { trial: verdictJson(decision.trial) }),
    spellings: [...spellings],
    deniable_spellings: [...deniableSpellings],
    policies: rules.map(({ rule, authority, outcome, spelling }) => ({
      policy_id: rule.id,
      authority,
      outcome,
      ...(spelling === undefined ? {} : { spelling }),
    })),
  };
}

type Verdict = Pick<
  PolicyEvaluation['explanations'][number]['decision'],
  'allowed' | 'authority' | 'reason' | 'rule' | 'spelling'
>;

function verdictJson({ allowed, authority, reason, rule, spelling }: Verdict): Schemas['PolicyVerdict'] {
  return {
    allowed,
    authority,
    reason,
    ...(rule === undefined ? {} : { policy_id: rule.id }),
    ...(spelling === undefined ? {} : { spelling }),
  };
}
