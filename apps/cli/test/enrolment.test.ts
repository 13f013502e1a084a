import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ApiClient, createApiClient } from '@stacyvm/api';
import { deriveWorkerKey, mintWorkerToken, type WorkerAudience } from '@stacyvm/token';
import { expect } from 'chai';
import { runCommand } from './command.js';
import { refusal } from './observe.js';
import { createSystem, entryOf, eventually, type System } from './system.js';

describe('enrolment, with real processes', function () {
  this.timeout(60_000);
  let system: System;
  let admin: ApiClient;
  const children: ChildProcess[] = [];

  before(async () => {
    system = await createSystem();
    await system.startControlPlane();
    admin = createApiClient({ baseUrl: system.url, apiKey: system.adminKey });
  });
  after(async () => {
    for (const child of children) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      child.kill('SIGTERM');
      await once(child, 'exit');
    }
    await system.stop();
  });

  const stacyvm = (...args: readonly string[]) =>
    runCommand([...args, '--server', system.url, '--api-key-file', system.adminKeyFile]);

  /** Starts `stacyvm worker` with nothing but a join token. */
  const joinWith = (tokenFile: string, id: string, stateDir: string, ...more: readonly string[]) => {
    const place = [
      '--id',
      id,
      '--control-plane',
      system.url,
      '--listen',
      '127.0.0.1:0',
      '--state-dir',
      stateDir,
    ];
    const args = [entryOf('cli'), 'worker', ...place, '--join-token-file', tokenFile, ...more];
    const child = spawn(process.execPath, args, {
      env: { PATH: process.env['PATH'], HOME: '/nonexistent', STACYVM_WORKER_HEARTBEAT_INTERVAL: '250ms' },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    children.push(child);
    let log = '';
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      log += chunk;
    });
    system.otherLogs.push(() => log);
    // Not before all that it wrote is here.
    const exitCode = once(child, 'close').then(([code]) => code as number | null);
    return { child, log: () => log, exitCode };
  };

  it('takes a worker from a join token to a running sandbox, and tells of a second use', async () => {
    const tokenFile = join(system.directory, 'join-token');
    const created = await stacyvm(
      'worker',
      'join-token',
      'create',
      '--worker-id',
      'Joined.1',
      '--out',
      tokenFile,
    );
    expect(created.code, created.stderr).to.equal(0);
    expect(statSync(tokenFile).mode & 0o777).to.equal(0o600);
    const token = readFileSync(tokenFile, 'utf8').trim();

    const stateDir = join(system.directory, 'joined-state');
    const first = joinWith(tokenFile, 'Joined.1', stateDir);
    await eventually(() => first.log().includes('worker joined'), first.log);
    const sandbox = await system.client.spawn({ image: 'host' });
    expect(sandbox.worker_id).to.equal('Joined.1');
    expect((await system.client.exec(sandbox.id, { command: 'echo ran' })).stdout).to.equal('ran\n');
    await system.client.destroy(sandbox.id);
    first.child.kill('SIGTERM');
    await first.exitCode;

    const again = joinWith(tokenFile, 'Joined.1', stateDir);
    await eventually(() => again.log().includes('worker joined'), again.log);
    const thief = joinWith(tokenFile, 'Joined.1', join(system.directory, 'thief-state'));
    expect(await thief.exitCode).to.equal(1);
    expect(thief.log()).to.match(/redeemed before/);
    const listed = await stacyvm('worker', 'join-token', 'list', '--format', 'json');
    expect(JSON.parse(listed.stdout)[0]).to.include({ state: 'redeemed', refused_redemptions: 1 });
    await eventually(() => system.programs[0]!.log().includes('join token redeemed twice'));
    expect(listed.stdout + first.log() + again.log() + thief.log()).not.to.contain(token);
  });

  it('does not let another worker use the token, and a deleted one nobody', async () => {
    const tokenFile = join(system.directory, 'other-token');
    const { id, token } = await admin.workerIdentity.createJoinToken({ worker_id: 'meant' });
    writeFileSync(tokenFile, `${token}\n`, { mode: 0o600 });
    const other = joinWith(tokenFile, 'not-meant', join(system.directory, 'other-state'));
    expect(await other.exitCode).to.equal(1);
    expect(await stacyvm('worker', 'join-token', 'delete', id)).to.include({ code: 0 });
    const late = joinWith(tokenFile, 'meant', join(system.directory, 'late-state'));
    expect(await late.exitCode).to.equal(1);
    expect(existsSync(join(system.directory, 'late-state', 'identity', 'meant.key'))).to.equal(false);
  });

  it('serves a worker that presents tokens of the control plane’s issuing', async () => {
    const tokenFile = join(system.directory, 'issuer-token');
    const { token } = await admin.workerIdentity.createJoinToken({ worker_id: 'issued' });
    writeFileSync(tokenFile, `${token}\n`, { mode: 0o600 });
    const config = system.write('issued.yaml', 'worker: { token_source: issuer }\n');
    const worker = joinWith(tokenFile, 'issued', join(system.directory, 'issued-state'), '--config', config);
    await eventually(() => worker.log().includes('worker joined'), worker.log);
    const issuances = [];
    for await (const issuance of admin.workerIdentity.issuances({ workerId: 'issued' }))
      issuances.push(issuance);
    expect(issuances).to.have.length(1);
    expect(issuances[0]).to.include({ method: 'worker', audience: 'worker:control-plane' });
  });

  describe('a worker that holds only its derived key', () => {
    const post = async (path: string, workerId: string, audience: WorkerAudience, body: unknown) => {
      const key = deriveWorkerKey(system.masterKey, 'mine');
      const { token } = mintWorkerToken({ key, workerId, audience, ttlSeconds: 60 });
      const response = await fetch(path, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-worker-id': workerId, 'x-worker-token': token },
        body: JSON.stringify(body),
      });
      return { status: response.status, reason: ((await response.json()) as { reason?: string }).reason };
    };

    it('cannot act as another worker, call one, or touch what is another’s', async () => {
      await system.startWorker('other');
      const id = await spawnOn(system.client, 'other');
      const api = `${system.url}/api/v1`;
      const badSignature = { status: 401, reason: 'token_bad_signature' };
      expect(await post(`${api}/worker/other/heartbeat`, 'other', 'worker:control-plane', {})).to.deep.equal(
        badSignature,
      );
      expect(await post(`${api}/worker/other/heartbeat`, 'mine', 'worker:control-plane', {})).to.deep.equal({
        status: 403,
        reason: 'worker_mismatch',
      });
      const renewal = `${api}/worker/mine/leases/${id}/renew`;
      expect(await post(renewal, 'mine', 'worker:control-plane', { ttl: '1h' })).to.deep.equal({
        status: 409,
        reason: 'lease_conflict',
      });

      let rpcUrl = '';
      for await (const worker of system.client.workers()) {
        if (worker.id === 'other') rpcUrl = String(worker.capacity['rpc_url']);
      }
      const call = { id: 'x', method: 'worker.logs', worker_id: 'other', params: { sandbox_id: id } };
      expect(await post(`${rpcUrl}/rpc`, 'other', 'worker:rpc', call)).to.deep.equal(badSignature);
      expect((await post(`${rpcUrl}/rpc`, 'mine', 'worker:rpc', call)).reason).to.equal('worker_mismatch');

      const key = deriveWorkerKey(system.masterKey, 'mine');
      const { token } = mintWorkerToken({
        key,
        workerId: 'mine',
        audience: 'worker:control-plane',
        ttlSeconds: 60,
      });
      const asCaller = createApiClient({ baseUrl: system.url, apiKey: token });
      expect((await refusal(asCaller.get(id))).status).to.equal(401);
      await system.client.destroy(id);
    });
  });
});

/** Spawns until a sandbox is on the worker; the others are destroyed. */
async function spawnOn(client: ApiClient, workerId: string): Promise<string> {
  const others: string[] = [];
  try {
    for (;;) {
      const sandbox = await client.spawn({ image: 'host' });
      if (sandbox.worker_id === workerId) return sandbox.id;
      others.push(sandbox.id);
    }
  } finally {
    for (const id of others) await client.destroy(id);
  }
}
