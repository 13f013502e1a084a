import { setTimeout as delay } from 'node:timers/promises';
import { StoreError } from '../errors.js';
import type { StoreLogger } from '../logger.js';
import { freeLoopbackPort } from './loopback-port.js';
import type { Postmaster, PostmasterStart } from './postmaster.js';

const START_ATTEMPTS = 5;
const FIRST_RESTART_DELAY_MS = 100;
const MAX_RESTART_DELAY_MS = 10_000;

export interface SupervisionOptions {
  /** Starts one server process; gives up early when the signal aborts. */
  start(port: number, signal: AbortSignal): Promise<PostmasterStart>;
  /** The only port to use; without it any free one. */
  readonly fixedPort: number | undefined;
  readonly logger: StoreLogger;
}

/** One server that is kept running until it is told to stop. */
export class SupervisedServer {
  readonly #options: SupervisionOptions;
  readonly #stopping = new AbortController();
  readonly #supervision: Promise<void>;
  #port: number;
  #postmaster: Postmaster | undefined;

  private constructor(options: SupervisionOptions, port: number, postmaster: Postmaster) {
    this.#options = options;
    this.#port = port;
    this.#postmaster = postmaster;
    this.#supervision = this.#supervise(postmaster);
  }

  /** @throws StoreError `configuration` when the server does not come up */
  static async start(options: SupervisionOptions): Promise<SupervisedServer> {
    for (let attempt = 1; ; attempt += 1) {
      const port = options.fixedPort ?? (await freeLoopbackPort());
      const result = await options.start(port, new AbortController().signal);
      if (result.started) {
        return new SupervisedServer(options, port, result.postmaster);
      }
      if (!result.portTaken || options.fixedPort !== undefined || attempt === START_ATTEMPTS) {
        throw new StoreError(
          'configuration',
          `embedded Postgres did not start on port ${port}: ${result.reason}`,
        );
      }
    }
  }

  get port(): number {
    return this.#port;
  }

  get pid(): number | undefined {
    return this.#postmaster?.alive === true ? this.#postmaster.pid : undefined;
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#postmaster?.stop();
    await this.#supervision;
  }

  async #supervise(first: Postmaster): Promise<void> {
    let current: Postmaster | undefined = first;
    while (current !== undefined) {
      const how = await current.exited;
      this.#postmaster = undefined;
      if (this.#stopping.signal.aborted) {
        return;
      }
      this.#options.logger.warn('embedded Postgres stopped unexpectedly; restarting it', { how });
      current = await this.#restart();
      this.#postmaster = current;
    }
  }

  /** Tries again for ever, at once and then ever more slowly; undefined when told to stop. */
  async #restart(): Promise<Postmaster | undefined> {
    const { logger, fixedPort } = this.#options;
    const { signal } = this.#stopping;
    let port = this.#port;
    for (let waitMs = 0; !signal.aborted; waitMs = nextDelay(waitMs)) {
      await delay(waitMs, undefined, { signal }).catch(() => {});
      const result = await this.#tryStart(port, signal);
      if (result.started) {
        this.#port = port;
        logger.info('embedded Postgres is running again', { port, pid: result.postmaster.pid });
        return result.postmaster;
      }
      if (!signal.aborted) {
        logger.warn('embedded Postgres could not be restarted', { reason: result.reason });
      }
      if (result.portTaken && fixedPort === undefined) {
        port = await freeLoopbackPort().catch(() => port);
      }
    }
    return undefined;
  }

  async #tryStart(port: number, signal: AbortSignal): Promise<PostmasterStart> {
    if (signal.aborted) {
      return { started: false, portTaken: false, reason: 'stopping' };
    }
    try {
      return await this.#options.start(port, signal);
    } catch (error) {
      const reason = error instanceof Error ? error.message : 'unknown failure';
      return { started: false, portTaken: false, reason };
    }
  }
}

function nextDelay(waitMs: number): number {
  return Math.min(Math.max(waitMs * 2, FIRST_RESTART_DELAY_MS), MAX_RESTART_DELAY_MS);
}
