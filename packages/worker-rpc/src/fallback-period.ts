/**
 * How long a fallback key serves before the preferred one is tried again, in milliseconds: the peer may have learnt it
 * by now, and an old key must come out of use before it can be removed.
 */
export const FALLBACK_PERIOD_MS = 15_000;
