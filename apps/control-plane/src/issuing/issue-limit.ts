import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { RequestError } from '../http-errors.js';

/** How many credentials one caller may have issued in a minute, on this control plane. */
export interface IssueLimit {
  /** Counts one. @throws RequestError 429 `issue_limit`, with Retry-After */
  take(callerId: string): Promise<void>;
  configure(perMinute: number): void;
}

export function createIssueLimit(perMinute: number): IssueLimit {
  const limiter = new RateLimiterMemory({ points: perMinute, duration: 60 });
  return {
    async take(callerId) {
      try {
        await limiter.consume(callerId);
      } catch (refusal) {
        if (!(refusal instanceof RateLimiterRes)) throw refusal;
        const seconds = Math.max(Math.ceil(refusal.msBeforeNext / 1000), 1);
        throw new RequestError(
          {
            status: 429,
            code: 'RESOURCE_LIMIT',
            reason: 'issue_limit',
            message: `this caller had ${limiter.points} tokens issued within a minute; retry after ${seconds}s`,
          },
          { 'Retry-After': String(seconds) },
        );
      }
    },
    configure(points) {
      limiter.points = points;
    },
  };
}
