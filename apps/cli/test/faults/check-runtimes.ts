import type { Violation } from './checker.js';
import type { History, Runtime } from './history.js';

/** A sandbox runs at most once: on one worker, as one process, not again when that has ended, and not after its destruction. */
export function checkRuntimes({ calls, sightings }: History): readonly Violation[] {
  const violations: Violation[] = [];
  const destroyedAt = new Map<string, number>();
  for (const { operation, sandboxId, outcome, endedAt } of calls) {
    if (operation !== 'destroy' || outcome.kind !== 'ok' || sandboxId === undefined) continue;
    destroyedAt.set(sandboxId, Math.min(endedAt, destroyedAt.get(sandboxId) ?? Infinity));
  }
  const known = new Map<string, Runtime>();
  const told = new Set<string>();
  const tell = (rule: string, detail: string): void => {
    if (told.has(`${rule} ${detail}`)) return;
    told.add(`${rule} ${detail}`);
    violations.push({ rule, detail });
  };
  for (const { at, runtimes } of sightings) {
    for (const runtime of runtimes) {
      const { sandboxId, workerId, identity } = runtime;
      const before = known.get(sandboxId);
      if (before === undefined) known.set(sandboxId, runtime);
      else if (before.identity !== identity || before.workerId !== workerId) {
        tell('run_twice', `${sandboxId} on ${before.workerId} and ${workerId}`);
      }
      if (at > (destroyedAt.get(sandboxId) ?? Infinity)) {
        tell('runs_after_its_end', `${sandboxId} on ${workerId}`);
      }
    }
  }
  return violations;
}
