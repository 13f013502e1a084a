import type { Logger } from '@stacyvm/logging';

/** Tells the operator by how much a clock is wrong, before tokens are refused for it. */
export function warnOfClockSkew(logger: Pick<Logger, 'warn'>): (skewMs: number) => void {
  return (skewMs) => {
    const seconds = (Math.abs(skewMs) / 1000).toFixed(1);
    logger.warn(
      `this clock is ${seconds} s ${skewMs > 0 ? 'behind' : 'ahead of'} that of the control plane; set it right`,
      { skew_ms: Math.round(skewMs) },
    );
  };
}
