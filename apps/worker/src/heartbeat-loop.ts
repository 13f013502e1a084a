import type { Logger } from '@stacyvm/logging';
import { ControlPlaneError, type HeartbeatReply } from '@stacyvm/worker-rpc';
import { pause, retryPauseMs } from './retry-pause.js';

export interface HeartbeatLoopOptions {
  /** Sends one heartbeat. */
  readonly send: (signal: AbortSignal) => Promise<HeartbeatReply>;
  readonly onReply: (reply: HeartbeatReply) => Promise<void>;
  /** Milliseconds between heartbeats; 0 follows the control plane. */
  readonly intervalMs: number;
  readonly logger: Logger;
  readonly random?: () => number;
}

export interface HeartbeatLoop {
  /** Resolves when the first heartbeat was accepted. */
  readonly registered: Promise<void>;
  stop(): Promise<void>;
}

const DEFAULT_INTERVAL_MS = 30_000;
/** Whatever the control plane asks for: not a flood, and not so seldom that it takes the worker for dead. */
const [MIN_PACE_MS, MAX_PACE_MS] = [200, 60_000];

/** Sends heartbeats for ever: on time while they succeed, with growing pauses while they fail. */
export function startHeartbeatLoop(options: HeartbeatLoopOptions): HeartbeatLoop {
  const { logger, random = Math.random } = options;
  const stopping = new AbortController();
  const registered = deferred();
  let failures = 0;

  const beat = async (): Promise<number> => {
    try {
      const reply = await options.send(stopping.signal);
      if (failures > 0) logger.info('control plane reached again', { failed_heartbeats: failures });
      failures = 0;
      registered.resolve();
      await options.onReply(reply);
      return options.intervalMs || paceOf(reply);
    } catch (error) {
      if (stopping.signal.aborted) return 0;
      failures += 1;
      logger.warn('heartbeat failed', { failed_heartbeats: failures, ...explain(error) });
      return retryPauseMs(failures, random);
    }
  };

  const run = async (): Promise<void> => {
    while (!stopping.signal.aborted) await pause(await beat(), stopping.signal);
  };
  const running = run();

  return {
    registered: registered.promise,
    async stop() {
      stopping.abort();
      await running;
    },
  };
}

function paceOf({ nextHeartbeatMs }: HeartbeatReply): number {
  return Math.min(Math.max(nextHeartbeatMs || DEFAULT_INTERVAL_MS, MIN_PACE_MS), MAX_PACE_MS);
}

function explain(error: unknown): Record<string, unknown> {
  if (!(error instanceof ControlPlaneError)) return { error };
  const { code, status, reason, skewMs, message } = error;
  return {
    code,
    status,
    reason,
    skew_ms: skewMs === undefined ? undefined : Math.round(skewMs),
    cause: message,
  };
}

function deferred(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve = (): void => undefined;
  const promise = new Promise<void>((fulfil) => {
    resolve = fulfil;
  });
  return { promise, resolve };
}
