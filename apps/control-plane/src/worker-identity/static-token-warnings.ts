import type { Logger } from '@stacyvm/logging';

const REPEAT_AFTER_MS = 600_000;
/** A shared token proves any id, so the ids are not bounded by the fleet. */
const MAX_REMEMBERED = 10_000;

/** Tells which workers still use static tokens, each once in ten minutes. */
export function createStaticTokenWarnings(
  logger: Pick<Logger, 'warn'>,
  clock: () => Date,
): (workerId: string, kind: 'shared' | 'worker') => void {
  const warnedAt = new Map<string, number>();
  return (workerId, kind) => {
    const now = clock().getTime();
    const last = warnedAt.get(workerId);
    if (last !== undefined && now - last < REPEAT_AFTER_MS) return;
    // Set anew, so that the oldest warning comes first.
    warnedAt.delete(workerId);
    warnedAt.set(workerId, now);
    if (warnedAt.size > MAX_REMEMBERED) {
      const [oldest] = warnedAt.keys();
      if (oldest !== undefined) warnedAt.delete(oldest);
    }
    logger.warn('worker uses a static token; give it a key of its own', { worker_id: workerId, kind });
  };
}
