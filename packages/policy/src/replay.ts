import { decide } from './decide.js';
import type { PolicyEffect, ResourceType } from './policy-rule.js';
import type { PolicySet } from './policy-set.js';

/** What was once decided about a spawn. */
export interface RecordedDecision {
  readonly tenantId: string | null;
  /** The values that were asked about, as they were resolved. */
  readonly values: readonly { readonly type: ResourceType; readonly value: string }[];
  readonly allowed: boolean;
  /** Ids of the rules that decided then, of all values. */
  readonly ruleIds: readonly string[];
}

/** Decisions about the same values that other rules turn in the same way. */
export interface ReplayedChange {
  readonly tenantId: string | null;
  readonly values: RecordedDecision['values'];
  readonly was: PolicyEffect;
  readonly becomes: PolicyEffect;
  /** What denies: the candidate's rule or reason where it is denied now, else the rules that decided then. */
  readonly because: string;
  readonly count: number;
}

export interface PolicyReplayReport {
  readonly candidateVersion: string;
  readonly decisions: number;
  readonly changed: number;
  readonly newlyDenied: number;
  readonly newlyAllowed: number;
  /** Changed decisions by what denies, most first. */
  readonly byReason: readonly (readonly [because: string, count: number])[];
  /** Changed decisions by tenant, '' for none, most first. */
  readonly byTenant: readonly (readonly [tenantId: string, count: number])[];
  /** Most first; at most `MAX_REPLAYED_CHANGES` different ones. */
  readonly changes: readonly ReplayedChange[];
  /** There were more different changes; all counts are complete. */
  readonly truncated: boolean;
}

export interface PolicyReplay {
  add(decision: RecordedDecision): void;
  report(): PolicyReplayReport;
}

/** So many different changes are kept, whatever is replayed. */
export const MAX_REPLAYED_CHANGES = 1_000;

/** Asks other rules what was once decided, one decision after the other, and keeps what would have been different. */
export function createPolicyReplay(candidate: PolicySet): PolicyReplay {
  const byReason = new Map<string, number>();
  const byTenant = new Map<string, number>();
  const changes = new Map<string, ReplayedChange>();
  let [decisions, newlyDenied, newlyAllowed, truncated] = [0, 0, 0, false];

  return {
    add(decision) {
      decisions += 1;
      const { tenantId, values, allowed } = decision;
      const denial = values
        .map((question) => decide(candidate, { ...question, tenantId }))
        .find((answer) => !answer.allowed);
      if ((denial === undefined) === allowed) return;
      const because =
        denial === undefined ? decision.ruleIds.join(' ') || 'no rule' : (denial.rule?.id ?? denial.reason);
      if (denial === undefined) newlyAllowed += 1;
      else newlyDenied += 1;
      count(byReason, because);
      count(byTenant, tenantId ?? '');
      const key = JSON.stringify([
        tenantId,
        values.map(({ type, value }) => [type, value]),
        allowed,
        because,
      ]);
      const known = changes.get(key);
      if (known === undefined && changes.size >= MAX_REPLAYED_CHANGES) {
        truncated = true;
        return;
      }
      const [was, becomes] = allowed ? (['allow', 'deny'] as const) : (['deny', 'allow'] as const);
      changes.set(key, { tenantId, values, was, becomes, because, count: (known?.count ?? 0) + 1 });
    },

    report: () => ({
      candidateVersion: candidate.version,
      decisions,
      changed: newlyDenied + newlyAllowed,
      newlyDenied,
      newlyAllowed,
      byReason: [...byReason].sort(([, a], [, b]) => b - a),
      byTenant: [...byTenant].sort(([, a], [, b]) => b - a),
      changes: [...changes.values()].sort((a, b) => b.count - a.count),
      truncated,
    }),
  };
}

function count(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
