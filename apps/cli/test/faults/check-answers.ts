import type { Violation } from './checker.js';
import type { Call } from './history.js';

/** What may be answered with 5xx while parts of the system fail: each tells the caller what it was. */
const FORESEEN: ReadonlySet<string> = new Set([
  '503 audit_unavailable',
  '503 database_unavailable',
  '503 policy_unavailable',
  '503 worker_unreachable',
  '503 worker_refused',
  '503 shutting_down',
]);

/** A failure of the system is told by a reason that is documented, and is never an internal error. */
export function checkAnswers(calls: readonly Call[]): readonly Violation[] {
  return calls.flatMap(({ operation, sandboxId, controlPlane, outcome }) => {
    const where = `${operation} of ${sandboxId ?? 'a new sandbox'} at control plane ${controlPlane}`;
    if (outcome.kind === 'nonsense') return [{ rule: 'nonsense', detail: `${where}: ${outcome.detail}` }];
    if (outcome.kind !== 'refused' || outcome.status < 500) return [];
    const answer = `${outcome.status} ${outcome.reason}`;
    return FORESEEN.has(answer)
      ? []
      : [{ rule: 'unforeseen_5xx', detail: `${where}: ${answer}, ${outcome.detail}` }];
  });
}
