import { checkAnswers } from './check-answers.js';
import { checkLeases } from './check-leases.js';
import { checkRuntimes } from './check-runtimes.js';
import { checkSandboxes } from './check-sandboxes.js';
import { checkWrites } from './check-writes.js';
import type { History } from './history.js';

export interface Violation {
  readonly rule: string;
  readonly detail: string;
}

/** Everything in a history that must not be, whatever fails. */
export function checkHistory(history: History): readonly Violation[] {
  const violations = [
    ...checkAnswers(history.calls),
    ...checkSandboxes(history.calls),
    ...checkWrites(history.calls),
    ...checkRuntimes(history),
    ...checkLeases(history.sightings),
  ];
  // What is broken for a while is broken the same way many times.
  return [...new Map(violations.map((violation) => [JSON.stringify(violation), violation])).values()];
}
