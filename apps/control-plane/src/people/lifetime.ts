import { durationOf } from '../duration-of.js';
import { badRequest } from '../http-errors.js';

const SHORTEST_MS = 60_000;
const LONGEST_MS = 87_600 * 3_600_000;

/** When a lifetime that begins now ends; undefined without one. @throws RequestError `invalid_ttl` */
export function endOfLifetime(ttl: string | undefined, now: Date): Date | undefined {
  if (ttl === undefined) return undefined;
  const ms = durationOf(ttl);
  if (ms !== undefined && ms >= SHORTEST_MS && ms <= LONGEST_MS) return new Date(now.getTime() + ms);
  throw badRequest('invalid_ttl', 'ttl: must be a duration from 1m to 87600h, such as 2160h');
}
