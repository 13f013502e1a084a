import { setTimeout as sleep } from 'node:timers/promises';
import { type ApiClient, ApiError } from '@stacyvm/api';
import type { Call, Operation, Outcome } from './history.js';
import type { SeededRandom } from './seeded-random.js';

export interface ClientsOptions {
  /** One for each control plane. */
  readonly clients: readonly ApiClient[];
  readonly count: number;
  /** How many sandboxes there are about. */
  readonly sandboxes: number;
  readonly random: SeededRandom;
  readonly calls: Call[];
}

type Answer = Pick<Call, 'sandboxId' | 'workerId' | 'lines'>;

const CALL_TIMEOUT_MS = 8_000;
/** A control plane that is away is not asked in a tight loop. */
const RETRY_PAUSE_MS = 200;
const FILE = '/workspace/log';
const TTL_OF_SHORT_LIVED = '3s';

/** Clients that use the same sandboxes through all control planes at the same time. */
export interface Clients {
  /** Calls until the signal, then waits for the last answers. */
  run(signal: AbortSignal): Promise<void>;
  /** Makes one call, and records it. */
  call(operation: Operation, controlPlane: number, target?: CallTarget): Promise<Call>;
}

interface CallTarget {
  readonly sandboxId?: string;
  readonly line?: string;
  readonly shortLived?: boolean;
}

export function createClients(options: ClientsOptions): Clients {
  const { clients, calls } = options;
  const live = new Set<string>();
  let lines = 0;

  async function call(
    operation: Operation,
    controlPlane: number,
    { sandboxId, line, shortLived }: CallTarget = {},
  ): Promise<Call> {
    const startedAt = performance.now();
    let answer: Answer = {};
    let outcome: Outcome = { kind: 'ok' };
    try {
      answer = await perform(clients[controlPlane]!, operation, { sandboxId, line, shortLived });
    } catch (error) {
      outcome = outcomeOf(error);
    }
    const endedAt = performance.now();
    const made = { operation, controlPlane, startedAt, endedAt, sandboxId, line, shortLived, ...answer };
    const recorded: Call = { ...made, outcome };
    calls.push(recorded);
    return recorded;
  }

  async function step(random: SeededRandom): Promise<Call> {
    const controlPlane = random.between(0, clients.length - 1);
    const ids = [...live];
    if (ids.length === 0 || (ids.length < options.sandboxes && random.chance(0.4))) {
      const shortLived = random.chance(0.1);
      const spawn = await call('spawn', controlPlane, { shortLived });
      if (spawn.sandboxId !== undefined) live.add(spawn.sandboxId);
      return spawn;
    }
    const sandboxId = random.pick(ids);
    const dice = random.next();
    if (dice < 0.45) {
      lines += 1;
      return call('write', controlPlane, { sandboxId, line: `line-${lines}` });
    }
    if (dice < 0.75) return call('read', controlPlane, { sandboxId });
    if (dice < 0.88) {
      const status = await call('status', controlPlane, { sandboxId });
      if (status.outcome.kind === 'refused' && status.outcome.status === 404) live.delete(sandboxId);
      return status;
    }
    const destroy = await call('destroy', controlPlane, { sandboxId });
    if (destroy.outcome.kind === 'ok') live.delete(sandboxId);
    return destroy;
  }

  return {
    call,
    async run(signal) {
      await Promise.all(
        Array.from({ length: options.count }, async (_, index) => {
          const random = options.random.branch(`client ${index}`);
          while (!signal.aborted) {
            const { outcome } = await step(random);
            const isAway =
              outcome.kind === 'unanswered' || (outcome.kind === 'refused' && outcome.status >= 500);
            await sleep(isAway ? RETRY_PAUSE_MS : random.between(0, 40));
          }
        }),
      );
    },
  };
}

async function perform(
  client: ApiClient,
  operation: Operation,
  target: { [K in keyof CallTarget]: CallTarget[K] | undefined },
): Promise<Answer> {
  const signal = AbortSignal.timeout(CALL_TIMEOUT_MS);
  const { sandboxId = '', line = '' } = target;
  switch (operation) {
    case 'spawn': {
      const ttl = target.shortLived ? TTL_OF_SHORT_LIVED : '30m';
      const { id, worker_id } = await client.spawn({ image: 'host', ttl }, { signal });
      return { sandboxId: id, workerId: worker_id };
    }
    case 'write': {
      const request = { command: `echo ${line} >>${FILE}`, timeout: '5s' };
      const { exit_code } = await client.exec(sandboxId, request, { signal });
      if (exit_code !== 0) throw new Error(`the write exited with ${exit_code}`);
      return {};
    }
    case 'read': {
      const request = { command: `touch ${FILE}; cat ${FILE}`, timeout: '5s' };
      const { exit_code, stdout } = await client.exec(sandboxId, request, { signal });
      if (exit_code !== 0) throw new Error(`the read exited with ${exit_code}`);
      return { lines: stdout.split('\n').filter((text) => text !== '') };
    }
    case 'status': {
      const { worker_id } = await client.get(sandboxId, { signal });
      return { workerId: worker_id };
    }
    case 'destroy':
      await client.destroy(sandboxId, { signal });
      return {};
  }
}

function outcomeOf(error: unknown): Outcome {
  if (!(error instanceof ApiError)) return { kind: 'nonsense', detail: String(error) };
  const { kind, status, reason, message } = error;
  if (kind === 'refused' && status !== undefined) {
    return { kind: 'refused', status, reason: reason ?? '', detail: message };
  }
  return kind === 'protocol' ? { kind: 'nonsense', detail: message } : { kind: 'unanswered', detail: kind };
}
