import type { Clock } from './clock.js';
import { ControlPlaneError } from './errors.js';

/** Beyond it clocks count as different. */
const TOLERANCE_MS = 5_000;
const WARNING_INTERVAL_MS = 60_000;

/** Compares the clock of a peer with this one. */
export interface ClockSkewMeter {
  /** Milliseconds that the peer's clock is ahead, as measured last; undefined before. */
  readonly skewMs: number | undefined;
  /**
   * Begins an exchange. Call the result with the time that the peer tells in its answer: that time is taken for the
   * middle of the exchange, so that the result is wrong by half of its duration at most.
   */
  begin(): (serverTime: Date) => number;
}

/** @param onSkew called with a skew of more than five seconds, at most once a minute */
export function createClockSkewMeter(
  clock: Clock,
  onSkew: ((skewMs: number) => void) | undefined,
): ClockSkewMeter {
  let measured: number | undefined;
  let warnedAtMs: number | undefined;
  return {
    get skewMs() {
      return measured;
    },
    begin() {
      const sentAtMs = clock().getTime();
      return (serverTime) => {
        const receivedAtMs = clock().getTime();
        const skewMs = Math.round(serverTime.getTime() - (sentAtMs + receivedAtMs) / 2);
        measured = skewMs;
        // A clock that was set back must not silence the warning until it catches up.
        const due = warnedAtMs === undefined || Math.abs(receivedAtMs - warnedAtMs) >= WARNING_INTERVAL_MS;
        if (due && Math.abs(skewMs) > TOLERANCE_MS) {
          warnedAtMs = receivedAtMs;
          onSkew?.(skewMs);
        }
        return skewMs;
      };
    },
  };
}

/** What a control plane says of a token whose times do not fit its clock: it cannot know whose clock is wrong. */
const REFUSED_FOR_ITS_TIMES: ReadonlySet<string | undefined> = new Set([
  'token_expired',
  'token_issued_in_future',
  'token_not_yet_valid',
]);

/** Adds the skew to a refusal, and makes it the reason where it explains the refusal. */
export function explainBySkew(refused: ControlPlaneError, skewMs: number): ControlPlaneError {
  const { code, status, reason, requestId, serverTime, revocations } = refused;
  const details = { status, requestId, serverTime, revocations, skewMs };
  if (Math.abs(skewMs) <= TOLERANCE_MS || !REFUSED_FOR_ITS_TIMES.has(reason)) {
    return new ControlPlaneError(code, refused.message, { ...details, reason, cause: refused.cause });
  }
  const seconds = (Math.abs(skewMs) / 1000).toFixed(1);
  const direction = skewMs > 0 ? 'behind' : 'ahead of';
  return new ControlPlaneError(
    code,
    `control plane: HTTP ${status}: this clock is ${seconds} s ${direction} that of the control plane (${reason}); set it right`,
    { ...details, reason: 'clock_skew', cause: refused },
  );
}
