import type { SpawnVerdict } from '@stacyvm/orchestrator';
import type { Request } from 'express';
import type { AdminAudit } from './admin-audit.js';
import { requesterOf } from './audited-handlers.js';

/** Records what the policies said about a spawn. @throws RequestError `audit_unavailable` in mode `required` */
export type RecordDecision = (request: Request, verdict: SpawnVerdict) => Promise<void>;

/** Allowed or not, with all that it takes to decide the same again with other policies. */
export function policyDecisions(audit: Pick<AdminAudit, 'succeeded' | 'refused'>): RecordDecision {
  return async (request, { policyVersion, allowed, answers }) => {
    const requester = requesterOf(request);
    const value = (type: string) => answers.find((answer) => answer.type === type)?.value;
    const image = value('image');
    const provider = value('provider');
    const network = value('network');
    const action = {
      category: 'policy',
      action: 'policy.decide',
      resource: image === undefined ? '' : `image:${image}`,
      detail: {
        ...(image === undefined ? {} : { image }),
        ...(provider === undefined ? {} : { provider }),
        ...(network === undefined ? {} : { network }),
        tenant: answers.find(({ tenantId }) => tenantId !== null)?.tenantId ?? '',
        policy_version: policyVersion,
        allowed,
        rules: answers.flatMap(({ decision }) => decision.rule?.id ?? []),
        decisions: answers.map(({ type, decision }) => ({
          type,
          allowed: decision.allowed,
          reason: decision.reason,
          mode: decision.mode,
          ...(decision.trial === undefined
            ? {}
            : { trial_allowed: decision.trial.allowed, trial_rule_id: decision.trial.rule?.id ?? '' }),
        })),
      },
    } as const;
    if (allowed) await audit.succeeded(requester, action);
    else await audit.refused(requester, { ...action, outcome: 'denied', reason: 'policy_denied' });
  };
}
