import { CommandFailure } from '../failure.js';

/** A whole number from 1 to `max`. @throws CommandFailure with exit code 2 */
export function countOf(option: string, value: number, max: number): number {
  if (Number.isInteger(value) && value >= 1 && value <= max) return value;
  throw new CommandFailure(`--${option} must be a whole number from 1 to ${max}`, 2);
}
