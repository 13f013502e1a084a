import type { Worker } from '@stacyvm/api';
import { localTime } from '../output.js';

/** What a worker does, and everything that keeps new sandboxes away from it; for people. */
export function conditionOf(worker: Worker): string {
  const { status, stale, cordoned, drain_requested: drains, drain_deadline: deadline } = worker;
  const until = deadline === undefined ? '' : ` until ${localTime(deadline)}`;
  const notes = [
    ...(stale ? ['stale'] : []),
    ...(cordoned ? ['cordoned'] : []),
    ...(drains ? [`drain${until}`] : []),
  ];
  return notes.length === 0 ? status : `${status} (${notes.join(', ')})`;
}
