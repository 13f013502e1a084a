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
  return [
    ...checkAnswers(history.calls),
    ...checkSandboxes(history.calls),
    ...checkWrites(history.calls),
    ...checkRuntimes(history),
    ...checkLeases(history.sightings),
  ];
}
