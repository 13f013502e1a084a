import type { components } from '@stacyvm/api';
import { formatDuration } from '@stacyvm/duration';
import type { Logger } from '@stacyvm/logging';
import { isStale, type Orchestrator } from '@stacyvm/orchestrator';
import type { Store } from '@stacyvm/store';
import { type Handlers, handle } from './handler.js';

type Checks = components['schemas']['Readiness']['checks'];

export interface SystemState {
  readonly store: Store;
  readonly orchestrator: Orchestrator;
  readonly logger: Logger;
  readonly version: string;
  readonly startedAt: Date;
  readonly clock: () => Date;
  readonly draining: () => boolean;
}

const PING_TIMEOUT_MS = 2_000;

export function systemHandlers(state: SystemState): Handlers<'getHealth' | 'getLive' | 'getReady'> {
  const about = () => ({
    version: state.version,
    uptime: formatDuration(Math.floor((state.clock().getTime() - state.startedAt.getTime()) / 1000) * 1000),
  });
  return {
    getHealth: handle(async (_request, response) => {
      response.json({ status: 'ok', ...about() });
    }),
    getLive: handle(async (_request, response) => {
      response.json({ status: 'alive', ...about() });
    }),
    getReady: handle(async (_request, response) => {
      const checks = await check(state);
      const ready = checks.database === 'ok' && checks.draining === 'ok';
      response.status(ready ? 200 : 503).json({ status: ready ? 'ready' : 'not_ready', ...about(), checks });
    }),
  };
}

/** A fleet without workers does not make the control plane unready: workers could not join through a balancer otherwise. */
async function check(state: SystemState): Promise<Checks> {
  const draining = state.draining() ? 'draining' : 'ok';
  try {
    await state.store.ping({ timeoutMs: PING_TIMEOUT_MS });
    const { items } = await state.orchestrator.fleet.list({ limit: 1000 });
    const online = items.some((worker) => worker.status === 'online' && !isStale(worker, state.clock()));
    return { database: 'ok', workers: online ? 'ok' : 'none_online', draining };
  } catch (error) {
    state.logger.warn('the database does not answer as it should', { error });
    return { database: 'unavailable', workers: 'unknown', draining };
  }
}
