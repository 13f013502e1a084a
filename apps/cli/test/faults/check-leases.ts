import type { Violation } from './checker.js';
import type { Lease, Sighting } from './history.js';

/** A lease has one holder, its generation never goes back, and who runs a sandbox is who holds its lease. */
export function checkLeases(sightings: readonly Sighting[]): readonly Violation[] {
  const violations: Violation[] = [];
  let previous = new Map<string, Lease>();
  const generations = new Map<string, number>();
  for (const { leases, runtimes } of sightings) {
    if (leases === undefined) continue;
    const current = new Map<string, Lease>();
    for (const lease of leases.held) {
      const { resourceId, holderId, generation } = lease;
      if (current.has(resourceId)) violations.push({ rule: 'lease_held_by_two', detail: resourceId });
      current.set(resourceId, lease);
      if (generation < (generations.get(resourceId) ?? 0)) {
        violations.push({ rule: 'generation_went_back', detail: `${resourceId} to ${generation}` });
      }
      generations.set(resourceId, generation);
      const before = previous.get(resourceId);
      if (before === undefined || before.holderId === holderId) continue;
      if (generation <= before.generation) {
        violations.push({
          rule: 'holder_without_generation',
          detail: `${resourceId}: ${before.holderId}, then ${holderId}`,
        });
      }
    }
    for (const { sandboxId, workerId } of runtimes) {
      const holder = current.get(sandboxId)?.holderId;
      if (holder !== undefined && holder !== workerId) {
        violations.push({
          rule: 'runs_without_lease',
          detail: `${sandboxId} on ${workerId}, held by ${holder}`,
        });
      }
    }
    previous = current;
  }
  return violations;
}
