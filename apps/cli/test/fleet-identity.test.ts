import { randomBytes } from 'node:crypto';
import { type ApiClient, createApiClient } from '@stacyvm/api';
import { deriveWorkerKey, keyFingerprint, mintWorkerToken } from '@stacyvm/token';
import { expect } from 'chai';
import { controlPlaneYaml, createSystem, eventually, type System, workerYaml } from './system.js';

const WORKERS = ['worker-a', 'worker-b', 'worker-c'] as const;

/** Of twenty rounds by four callers, which take seconds on a machine that does nothing else. */
const PROGRESS_TIMEOUT_MS = 45_000;

/**
 * For what is promised within two seconds and a heartbeat: the load of this suite runs on the same machine. Whoever did not hear of
 * a revocation would let the token in until it ends, a minute or more later.
 */
const REVOCATION_BOUND_MS = 5_000;

interface Failure {
  readonly workerId: string | undefined;
  readonly message: string;
}

/** Spawns, uses and destroys sandboxes until it is stopped, and remembers what failed. */
function startLoad(clients: readonly ApiClient[]) {
  const failures: Failure[] = [];
  let rounds = 0;
  let stopped = false;
  const loop = async (client: ApiClient): Promise<void> => {
    while (!stopped) {
      let workerId: string | undefined;
      try {
        const sandbox = await client.spawn({ image: 'host' });
        workerId = sandbox.worker_id;
        const result = await client.exec(sandbox.id, { command: 'echo ok' });
        if (result.stdout !== 'ok\n') throw new Error(`the program wrote ${JSON.stringify(result)}`);
        await client.destroy(sandbox.id);
        rounds += 1;
      } catch (error) {
        failures.push({ workerId, message: String(error) });
      }
    }
  };
  const running = Promise.all([...clients, ...clients].map(loop));
  return {
    failures,
    rounds: () => rounds,
    async stop() {
      stopped = true;
      await running;
    },
  };
}

describe('a fleet of three workers and two control planes', function () {
  this.timeout(300_000);
  let system: System;
  let admins: readonly ApiClient[];
  let load: ReturnType<typeof startLoad> | undefined;

  before(async () => {
    system = await createSystem({ controlPlanes: 2 });
    await system.startControlPlane(0);
    await system.startControlPlane(1);
    for (const [index, id] of WORKERS.entries()) await system.startWorker(id, index % 2);
    admins = system.urls.map((baseUrl) => createApiClient({ baseUrl, apiKey: system.adminKey }));
  });
  after(async () => {
    await load?.stop();
    await system.stop();
  });

  const portOf = (url: string): number => Number(new URL(url).port);
  const progress = async (load: ReturnType<typeof startLoad>): Promise<void> => {
    const goal = load.rounds() + 20;
    await eventually(
      () => load.rounds() >= goal,
      () => `no progress: ${JSON.stringify(load.failures.slice(0, 3))}`,
      PROGRESS_TIMEOUT_MS,
    );
  };

  /** Rewrites the configuration of every program, one after the other; nobody is restarted. */
  const rotate = async (
    generation: number,
    newKey: string,
    oldKey: string,
    load: ReturnType<typeof startLoad>,
  ): Promise<void> => {
    const keyFile = `master-${generation}`;
    const olderKeysFile = `older-${generation}`;
    system.secrets.push(newKey);
    system.write(keyFile, `${newKey}\n`);
    system.write(olderKeysFile, `${oldKey}\n`);
    for (const id of WORKERS) {
      system.write(`${id}-${keyFile}`, `${deriveWorkerKey(newKey, id)}\n`);
      system.write(`${id}-${olderKeysFile}`, `${deriveWorkerKey(oldKey, id)}\n`);
    }
    const controlPlane = (index: number): void => {
      const port = portOf(system.urls[index]!);
      system.write(
        `control-plane-${index}.yaml`,
        controlPlaneYaml({ port, embedded: false, keyFile, olderKeysFile }),
      );
    };
    const worker = (index: number): void => {
      const id = WORKERS[index]!;
      const url = system.urls[index % 2]!;
      const files = { keyFile: `${id}-${keyFile}`, olderKeysFile: `${id}-${olderKeysFile}` };
      system.write(`${id}.yaml`, workerYaml({ id, url, ...files }));
    };
    // A mixed order: each program meets some that have the new key already and some that do not.
    for (const step of [
      () => controlPlane(0),
      () => worker(0),
      () => worker(1),
      () => controlPlane(1),
      () => worker(2),
    ]) {
      step();
      await progress(load);
    }
    const fingerprint = keyFingerprint(newKey);
    for (const admin of admins) {
      await eventually(async () => (await admin.workerIdentity.keys()).keys[0]?.fingerprint === fingerprint);
    }
    // A program that met others without the new key goes on with the old one for a while.
    await eventually(
      async () => (await currentKeys(admins[0]!)).every((key) => key === fingerprint),
      () => 'a worker still uses the old key',
      40_000,
    );
  };

  it('rotates its keys twice and shuts one worker out while it works, and drops no request of the others', async () => {
    load = startLoad(system.clients);
    const first = system.masterKey;
    const second = randomBytes(32).toString('base64url');
    const third = randomBytes(32).toString('base64url');
    await progress(load);
    await rotate(1, second, first, load);
    await rotate(2, third, second, load);
    expect(load.failures, 'failures while keys rotated').to.deep.equal([]);

    const { keys } = await admins[0]!.workerIdentity.keys();
    expect(keys.map(({ role }) => role)).to.deep.equal(['active', 'verify_only[0]']);
    expect(keys[1]).to.include({ fingerprint: keyFingerprint(second), safe_to_remove: false });

    const workerKey = deriveWorkerKey(third, 'worker-c');
    const revokedAt = performance.now();
    await admins[0]!.workerIdentity.revoke({ worker_id: 'worker-c', reason: 'its host was broken into' });
    const lags: number[] = [];
    for (const url of system.urls) {
      await eventually(async () => (await heartbeatReason(url, 'worker-c', workerKey)) === 'token_revoked');
      lags.push(performance.now() - revokedAt);
    }
    expect(
      Math.max(...lags),
      `revoked everywhere after ${lags.map(Math.round).join(' and ')} ms`,
    ).to.be.lessThan(REVOCATION_BOUND_MS);

    // The worker hears of it in the answer to its next heartbeat: whoever has its key cannot call it any more, either.
    const stolen = mintWorkerToken({
      key: workerKey,
      workerId: 'worker-c',
      audience: 'worker:rpc',
      ttlSeconds: 60,
    });
    const rpcUrl = await rpcUrlOf(system.client, 'worker-c');
    await eventually(async () => (await rpcReason(rpcUrl, 'worker-c', stolen.token)) === 'token_revoked');
    expect(performance.now() - revokedAt).to.be.lessThan(REVOCATION_BOUND_MS);

    // What was under way on the revoked worker may fail; nothing may fail on the others.
    await progress(load);
    await load.stop();
    const elsewhere = load.failures.filter(
      ({ workerId, message }) => !`${workerId} ${message}`.includes('worker-c'),
    );
    expect(elsewhere).to.deep.equal([]);
    const sandboxes = await Promise.all(
      Array.from({ length: 6 }, () => system.clients[1]!.spawn({ image: 'host' })),
    );
    expect(sandboxes.map(({ worker_id }) => worker_id)).not.to.include('worker-c');
    await Promise.all(sandboxes.map(({ id }) => system.client.destroy(id)));
  });

  it('refuses a leaked RPC token at the worker with its next heartbeat', async () => {
    const worker = await admins[0]!.workerIdentity.issueToken({
      worker_id: 'worker-a',
      audience: 'worker:rpc',
      ttl: '10m',
    });
    const rpcUrl = await rpcUrlOf(system.client, 'worker-a');
    expect(await rpcReason(rpcUrl, 'worker-a', worker.token)).not.to.equal('token_revoked');
    const revokedAt = performance.now();
    await admins[1]!.workerIdentity.revoke({ token_id: worker.token_id, reason: 'seen in a log' });
    await eventually(async () => (await rpcReason(rpcUrl, 'worker-a', worker.token)) === 'token_revoked');
    expect(performance.now() - revokedAt).to.be.lessThan(REVOCATION_BOUND_MS);
  });

  it('keeps every key and token out of its logs', () => {
    const logs = system.programs.map((program) => program.log()).join('\n');
    for (const secret of [
      system.masterKey,
      system.apiKey,
      system.adminKey,
      deriveWorkerKey(system.masterKey, 'worker-a'),
    ]) {
      expect(logs.includes(secret)).to.equal(false);
    }
    expect(logs).not.to.match(/stacyvm-worker-v1\.[A-Za-z0-9_-]/);
  });
});

/** The key by which each worker that is not revoked signed its last heartbeat. */
async function currentKeys(admin: ApiClient): Promise<readonly (string | undefined)[]> {
  const keys: (string | undefined)[] = [];
  for await (const use of admin.workerIdentity.credentials()) if (use.current) keys.push(use.key_fingerprint);
  return keys;
}

async function heartbeatReason(url: string, workerId: string, key: string): Promise<string | undefined> {
  const { token } = mintWorkerToken({ key, workerId, audience: 'worker:control-plane', ttlSeconds: 60 });
  const response = await fetch(`${url}/api/v1/worker/${workerId}/heartbeat`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-worker-id': workerId, 'x-worker-token': token },
    // Nothing of the worker is changed by it: this one is answered with 400 while the token is still good.
    body: '[]',
  });
  return ((await response.json()) as { reason?: string }).reason;
}

async function rpcReason(rpcUrl: string, workerId: string, token: string): Promise<string | undefined> {
  const response = await fetch(`${rpcUrl}/rpc`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-worker-id': workerId, 'x-worker-token': token },
    body: JSON.stringify({
      id: 'probe',
      method: 'worker.status',
      worker_id: workerId,
      params: { sandbox_id: 'none' },
    }),
  });
  return ((await response.json()) as { reason?: string }).reason;
}

async function rpcUrlOf(client: ApiClient, workerId: string): Promise<string> {
  for await (const worker of client.workers())
    if (worker.id === workerId) return String(worker.capacity['rpc_url']);
  throw new Error(`there is no ${workerId}`);
}
