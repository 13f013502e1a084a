import { setMaxListeners } from 'node:events';
import { Agent, request } from 'node:http';
import { request as requestByTls, Agent as TlsAgent } from 'node:https';
import { setTimeout as delay } from 'node:timers/promises';

export interface HeartbeatLoad {
  /** Of the control plane. */
  readonly server: string;
  readonly workerIds: readonly string[];
  /** The credential of a worker. */
  readonly tokenOf: (workerId: string) => string;
  /** Heartbeats that are under way at once at most; each has a connection of its own. */
  readonly connections: number;
  readonly durationMs: number;
  /** Heartbeats a second over all workers; undefined is as many as are answered. */
  readonly ratePerSecond?: number | undefined;
  readonly signal: AbortSignal;
}

export interface HeartbeatLoadResult {
  readonly accepted: number;
  /** By HTTP status, or by the code of what went wrong without one. */
  readonly refused: Readonly<Record<string, number>>;
  readonly seconds: number;
  /** Of the accepted ones, in milliseconds. With a rate they count from when each was due. */
  readonly latencies: readonly number[];
}

const CALL_TIMEOUT_MS = 30_000;

/** Sends heartbeats of workers that are offline, so that no sandbox is placed on them. */
export async function sendHeartbeats(load: HeartbeatLoad): Promise<HeartbeatLoadResult> {
  const { workerIds, connections, durationMs, ratePerSecond } = load;
  const signal = AbortSignal.any([load.signal]);
  // Each connection may wait for it twice.
  setMaxListeners(2 * connections, signal);
  const send = heartbeatSender({ ...load, signal });
  const latencies: number[] = [];
  const refused: Record<string, number> = {};
  const started = performance.now();
  let sent = 0;

  async function sendOneAfterTheOther(): Promise<void> {
    while (!signal.aborted) {
      const turn = sent;
      sent += 1;
      const due = ratePerSecond === undefined ? performance.now() : started + (turn * 1000) / ratePerSecond;
      if (Math.max(due, performance.now()) - started >= durationMs) return;
      const early = due - performance.now();
      if (early > 0) await delay(early, undefined, { signal }).catch(() => undefined);
      const outcome = await send(workerIds[turn % workerIds.length] ?? '');
      if (outcome === '200') latencies.push(performance.now() - due);
      else refused[outcome] = (refused[outcome] ?? 0) + 1;
    }
  }
  try {
    await Promise.all(Array.from({ length: connections }, sendOneAfterTheOther));
  } finally {
    send.close();
  }
  const seconds = (performance.now() - started) / 1000;
  return { accepted: latencies.length, refused, seconds, latencies };
}

interface HeartbeatSender {
  /** The HTTP status, or the code of what went wrong without one. */
  (workerId: string): Promise<string>;
  close(): void;
}

function heartbeatSender({ server, tokenOf, connections, signal }: HeartbeatLoad): HeartbeatSender {
  const isTls = new URL(server).protocol === 'https:';
  const options = { keepAlive: true, maxSockets: connections, scheduling: 'fifo' } as const;
  const agent = isTls ? new TlsAgent(options) : new Agent(options);
  const call = isTls ? requestByTls : request;
  const base = server.replace(/\/+$/, '');
  const bodies = new Map<string, string>();
  const bodyOf = (workerId: string): string => {
    const body = bodies.get(workerId) ?? JSON.stringify(heartbeatOf(workerId));
    bodies.set(workerId, body);
    return body;
  };

  const send = (workerId: string): Promise<string> =>
    new Promise((resolve) => {
      const body = bodyOf(workerId);
      const outgoing = call(`${base}/api/v1/worker/${workerId}/heartbeat`, {
        method: 'POST',
        agent,
        timeout: CALL_TIMEOUT_MS,
        signal,
        headers: {
          'Content-Type': 'application/json',
          'Content-Length': Buffer.byteLength(body),
          'X-Worker-ID': workerId,
          'X-Worker-Token': tokenOf(workerId),
        },
      });
      const fail = (error: Error): void => resolve((error as NodeJS.ErrnoException).code ?? error.name);
      outgoing.on('timeout', () => outgoing.destroy(new Error('timeout')));
      outgoing.on('error', fail);
      outgoing.on('response', (incoming) => {
        incoming.on('error', fail);
        incoming.on('end', () => resolve(String(incoming.statusCode)));
        incoming.resume();
      });
      outgoing.end(body);
    });
  return Object.assign(send, { close: () => agent.destroy() });
}

function heartbeatOf(workerId: string) {
  return {
    hostname: workerId,
    status: 'offline',
    providers: ['loadtest'],
    capabilities: ['remote_worker', 'heartbeat'],
    capacity: { max_sandboxes: 1 },
    instance_id: workerId,
    sandboxes: [],
  };
}
