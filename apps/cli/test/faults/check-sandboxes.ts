import type { Violation } from './checker.js';
import type { Call } from './history.js';

/** A sandbox that was acknowledged is there until its destruction is asked for, and gone once that is acknowledged. */
export function checkSandboxes(calls: readonly Call[]): readonly Violation[] {
  const violations: Violation[] = [];
  const shortLived = new Set<string>();
  const destroyAsked = new Map<string, number>();
  const destroyed = new Map<string, number>();
  const spawned = new Set<string>();
  for (const { operation, sandboxId, outcome, startedAt, endedAt, ...call } of calls) {
    if (sandboxId === undefined) continue;
    if (operation === 'spawn' && outcome.kind === 'ok') {
      if (spawned.has(sandboxId)) violations.push({ rule: 'id_given_twice', detail: sandboxId });
      spawned.add(sandboxId);
      if (call.shortLived) shortLived.add(sandboxId);
    }
    if (operation === 'destroy') {
      destroyAsked.set(sandboxId, Math.min(startedAt, destroyAsked.get(sandboxId) ?? Infinity));
      if (outcome.kind === 'ok')
        destroyed.set(sandboxId, Math.min(endedAt, destroyed.get(sandboxId) ?? Infinity));
    }
  }
  for (const { operation, sandboxId, outcome, startedAt, endedAt } of calls) {
    if (sandboxId === undefined || operation === 'spawn') continue;
    const isUnknown = outcome.kind === 'refused' && outcome.reason === 'sandbox_not_found';
    if (isUnknown && !shortLived.has(sandboxId) && endedAt < (destroyAsked.get(sandboxId) ?? Infinity)) {
      violations.push({
        rule: 'sandbox_lost',
        detail: `${sandboxId} is not found, and nobody destroyed it (${operation})`,
      });
    }
    const isThere = outcome.kind === 'ok' && operation !== 'destroy';
    if (isThere && startedAt > (destroyed.get(sandboxId) ?? Infinity)) {
      violations.push({
        rule: 'sandbox_after_its_end',
        detail: `${operation} of ${sandboxId} succeeded after it was destroyed`,
      });
    }
  }
  return violations;
}
