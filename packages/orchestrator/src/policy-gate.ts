import { decide, type PolicyDecision, type PolicyQuestion, type PolicySet } from '@stacyvm/policy';
import { OrchestratorError } from './errors.js';
import type { Logger } from './host.js';
import type { PoliciesInForce } from './policies-in-force.js';
import type { ResolvedSpawn } from './spawn-request.js';

/** Who is told what about a spawn. */
export interface SpawnContext {
  readonly requestId?: string | undefined;
  /** Hears of policies on trial (mode `warn`) that would not permit the spawn. Printable ASCII. */
  readonly onPolicyWarning?: ((message: string) => void) | undefined;
  /** Hears of every decision before it has an effect; a failure is that of the spawn. */
  readonly onPolicyDecision?: ((verdict: SpawnVerdict) => Promise<void>) | undefined;
}

/** What was decided about one value. */
export interface AnsweredQuestion extends PolicyQuestion {
  readonly decision: PolicyDecision;
}

/** What was decided about a spawn, and by which set of policies. */
export interface SpawnVerdict {
  readonly policyVersion: string;
  readonly allowed: boolean;
  readonly answers: readonly AnsweredQuestion[];
}

/** Lets spawns pass that the policies permit. */
export interface PolicyGate {
  /** @throws OrchestratorError `policy_denied`, `policy_unavailable` */
  pass(spawn: ResolvedSpawn, context: SpawnContext): Promise<PolicyPass>;
}

/** That the policies permit a spawn. */
export interface PolicyPass {
  /** Decides again if other rules are in force now. @throws OrchestratorError `policy_denied`, `policy_unavailable` */
  renew(): Promise<void>;
  /** Whether rules are about the network, so that only a worker will do that gives a sandbox the one that they judged. */
  judgesNetwork(): boolean;
}

/** What a spawn uses, once nothing of it is left open: the very values that its worker will get. */
export function questionsOf({
  image,
  provider,
  networkMode,
  tenantId,
}: Pick<ResolvedSpawn, 'image' | 'provider' | 'networkMode' | 'tenantId'>): readonly PolicyQuestion[] {
  const tenant = tenantOfSpawn({ tenantId });
  return [
    { tenantId: tenant, type: 'provider', value: provider },
    { tenantId: tenant, type: 'image', value: image },
    { tenantId: tenant, type: 'network', value: networkMode },
  ];
}

/** Null: it belongs to no tenant, and global rules alone are asked. */
function tenantOfSpawn({ tenantId }: Pick<ResolvedSpawn, 'tenantId'>): string | null {
  return tenantId === '' ? null : tenantId;
}

export function createPolicyGate({
  policies,
  logger,
}: {
  readonly policies: Pick<PoliciesInForce, 'current'>;
  readonly logger: Logger;
}): PolicyGate {
  async function judge(set: PolicySet, spawn: ResolvedSpawn, context: SpawnContext): Promise<void> {
    const answers = questionsOf(spawn).map((question) => ({ ...question, decision: decide(set, question) }));
    const denial = answers.find(({ decision }) => !decision.allowed);
    record(set, spawn, context, answers);
    await context.onPolicyDecision?.({ policyVersion: set.version, allowed: denial === undefined, answers });
    if (denial !== undefined) throw new OrchestratorError('policy_denied', denialMessage(denial));
    for (const answer of answers) {
      const { mode, trial } = answer.decision;
      if (mode === 'warn' && !trial.allowed) context.onPolicyWarning?.(trialMessage(answer));
    }
  }

  function record(
    set: PolicySet,
    spawn: ResolvedSpawn,
    context: SpawnContext,
    answers: readonly AnsweredQuestion[],
  ): void {
    const allowed = answers.every(({ decision }) => decision.allowed);
    const level = set.rules.length === 0 ? 'debug' : allowed ? 'info' : 'warn';
    logger[level]('policy decision', {
      request_id: context.requestId,
      policy_version: set.version,
      allowed,
      owner_id: spawn.ownerId,
      tenant_id: spawn.tenantId,
      decisions: answers.map(({ type, value, decision }) => ({
        type,
        value: shownValue(value),
        allowed: decision.allowed,
        reason: decision.reason,
        rule_id: decision.rule?.id,
        ...(decision.trial === undefined
          ? {}
          : {
              trial: decision.mode,
              trial_allowed: decision.trial.allowed,
              trial_rule_id: decision.trial.rule?.id,
            }),
      })),
    });
  }

  return {
    async pass(spawn, context) {
      let set = await policies.current();
      await judge(set, spawn, context);
      return {
        async renew() {
          const next = await policies.current();
          if (next.version === set.version) return;
          set = next;
          await judge(set, spawn, context);
        },
        judgesNetwork: () => set.applying('network', tenantOfSpawn(spawn)).rules.length > 0,
      };
    },
  };
}

function denialMessage({ type, value, decision }: AnsweredQuestion): string {
  const what = `${type} ${shownValue(value)} is not permitted by policy`;
  return decision.rule === undefined ? `${what}: ${WHY[decision.reason]}` : `${what} ${decision.rule.id}`;
}

function trialMessage({ type, value, decision }: AnsweredQuestion): string {
  const { rule } = decision.trial ?? {};
  const by = rule === undefined ? 'policies that are on trial' : `policy ${rule.id}, which is on trial`;
  return `${type} ${shownValue(value)} would not be permitted by ${by}`;
}

const WHY: Readonly<Record<PolicyDecision['reason'], string>> = {
  rule_allows: 'a rule allows it',
  rule_denies: 'a rule denies it',
  default_allows: 'nothing denies it',
  default_denies: 'there are rules that allow some, and none of them allows this one',
  invalid_value: 'it cannot be read, so that no rule can allow it',
};

const SHOWN_LENGTH = 200;

/** A value of a request in quotes, fit for headers, logs and terminals. */
function shownValue(value: string): string {
  const cut = value.length > SHOWN_LENGTH ? `${value.slice(0, SHOWN_LENGTH)}...` : value;
  return JSON.stringify(cut.replaceAll(/[^ -~]/g, '?'));
}
