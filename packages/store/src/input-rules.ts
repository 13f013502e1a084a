import { StoreError } from './errors.js';

/** Ids are chosen by the host; the bound only keeps index rows within a page. */
const MAX_ID_LENGTH = 512;

/** @throws StoreError `invalid_input` */
export function requireId(value: string, name: string): string {
  if (value.trim() === '') {
    throw new StoreError('invalid_input', `${name} is required`);
  }
  if (value.length > MAX_ID_LENGTH) {
    throw new StoreError('invalid_input', `${name} is longer than ${MAX_ID_LENGTH} characters`);
  }
  return value;
}

/** @throws StoreError `invalid_input` */
export function requireTime(value: Date, name: string): Date {
  if (Number.isNaN(value.getTime())) {
    throw new StoreError('invalid_input', `${name} is not a valid time`);
  }
  return value;
}

/** @throws StoreError `invalid_input` */
export function requireCount(value: number, name: string, minimum = 0): number {
  if (!Number.isSafeInteger(value) || value < minimum) {
    throw new StoreError('invalid_input', `${name} must be an integer of at least ${minimum}`);
  }
  return value;
}

/** A number that Postgres keeps as bigint and JavaScript holds exactly. */
export function exactNumber(text: string, name: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) {
    throw new StoreError('internal', `${name} is beyond the range of exact numbers`);
  }
  return value;
}

export function later(time: Date, milliseconds: number): Date {
  return new Date(time.getTime() + milliseconds);
}
