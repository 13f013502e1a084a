import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTestDatabase, type TestDatabase } from '@stacyvm/store/testing';
import { keyFingerprint } from '@stacyvm/token';
import { expect } from 'chai';
import { admin, revoke } from './admin-calls.js';
import { call } from './api-calls.js';
import { secret } from './control-plane-fixture.js';
import { type ControlPlaneProcess, startControlPlaneProcess } from './control-plane-process.js';
import { eventually } from './eventually.js';
import { type ProtocolWorker, startProtocolWorker } from './protocol-worker.js';

describe('a fleet of two control planes and three workers', function () {
  this.timeout(90_000);
  const [first, second, third] = [secret(), secret(), secret()] as const;
  const keys = { apiKey: secret(), adminKey: secret() };
  let directory: string;
  let database: TestDatabase;
  let controlPlanes: ControlPlaneProcess[];
  let workers: ProtocolWorker[];
  const failures: string[] = [];
  let served = 0;
  let load: { stop(): Promise<void> };

  const file = (name: string, text: string) => {
    writeFileSync(join(directory, name), text, { mode: 0o600 });
    return join(directory, name);
  };
  const reachable = (index: number) => ({ url: controlPlanes[index]?.url ?? '', ...keys });
  const keyRing = async (index: number) => {
    const { body } = await admin(reachable(index), '/worker-keys');
    return (body['keys'] as { fingerprint: string }[]).map(({ fingerprint }) => fingerprint);
  };
  /** Rewrites the files, and waits until both control planes have read them. */
  const setKeys = async (active: string, ...verifyOnly: readonly string[]) => {
    file('verify-keys', `${verifyOnly.join('\n')}\n`);
    file('signing-key', `${active}\n`);
    const wanted = [active, ...verifyOnly].map((key) => keyFingerprint(key));
    await eventually(async () => {
      for (const index of [0, 1]) expect(await keyRing(index)).to.deep.equal(wanted);
    });
  };

  before(async () => {
    directory = mkdtempSync(join(tmpdir(), 'rotation-'));
    database = await createTestDatabase();
    file('dsn', database.dsn);
    file('api-key', keys.apiKey);
    file('admin-key', keys.adminKey);
    file('signing-key', first);
    file('verify-keys', `${secret()}\n`);
    const config = file(
      'config.yaml',
      `server: { host: 127.0.0.1, port: 0 }
database: { driver: postgres, dsn_file: dsn }
orchestrator: { reap_interval: 250ms, reconcile_interval: 250ms }
auth:
  api_key_file: api-key
  admin_api_key_file: admin-key
  worker_signing_key_file: signing-key
  worker_signing_keys_file: verify-keys
`,
    );
    controlPlanes = [await startControlPlaneProcess(config), await startControlPlaneProcess(config)];
    const urls = controlPlanes.map(({ url }) => url);
    workers = await Promise.all(
      ['worker-a', 'worker-b', 'worker-c'].map((id) => startProtocolWorker(id, urls, first)),
    );
    await eventually(() => {
      for (const { beats } of workers) expect(beats.accepted).to.be.greaterThan(1);
    });
    load = startLoad();
  });
  after(async () => {
    await load?.stop();
    await Promise.all((workers ?? []).map((worker) => worker.stop()));
    const codes = await Promise.all((controlPlanes ?? []).map((each) => each.stop()));
    await database?.drop();
    rmSync(directory, { recursive: true, force: true });
    expect(codes).to.deep.equal([0, 0]);
  });

  /** Spawns, runs programs and destroys, through one control plane after the other, all the time. */
  function startLoad(): { stop(): Promise<void> } {
    let stopped = false;
    const one = async (turn: number): Promise<void> => {
      const at = (offset: number) => reachable((turn + offset) % 2);
      const spawned = await call(at(0), '/sandboxes', { body: { provider: 'mock', image: 'host' } });
      const id = String(spawned.body['id']);
      const ran = await call(at(1), `/sandboxes/${id}/exec`, { body: { command: 'hello' } });
      const gone = await call(at(0), `/sandboxes/${id}`, { method: 'DELETE' });
      const statuses = [spawned, ran, gone].map(({ status }) => status).join();
      if (statuses === '201,200,200') served += 1;
      else failures.push([spawned, ran, gone].map(({ status, text }) => `${status} ${text}`).join('; '));
    };
    const running = (async () => {
      for (let turn = 0; !stopped; turn += 1) await one(turn);
    })();
    return {
      async stop() {
        stopped = true;
        await running;
      },
    };
  }
  /** Goes on when the load has gone on. */
  const moreLoad = () => {
    const since = served;
    return eventually(() => expect(served).to.be.greaterThan(since + 5));
  };

  it('rotates the key by the book: nothing is refused, and a program that runs goes on', async () => {
    const spawned = await call(reachable(0), '/sandboxes', { body: { provider: 'mock', image: 'host' } });
    const running = call(reachable(0), `/sandboxes/${spawned.body['id']}/exec`, {
      body: { command: 'wait' },
    });
    await setKeys(first, second);
    for (const worker of workers) worker.useMasters(first, second);
    await moreLoad();
    await setKeys(second, first);
    await moreLoad();
    for (const worker of workers) worker.useMasters(second, first);
    await moreLoad();
    for (const worker of workers) worker.endPrograms();
    expect((await running).body).to.include({ exit_code: 0, stdout: 'wait\n' });
    expect(failures).to.deep.equal([]);
    for (const { beats, rpcRefusals } of workers) {
      expect(beats.refused).to.deep.equal([]);
      expect(rpcRefusals).to.deep.equal([]);
    }
  });

  it('rotates it by SIGHUP before the workers know of it: they refuse a call, and no caller notices', async () => {
    file('verify-keys', `${second}\n`);
    file('signing-key', `${third}\n`);
    for (const each of controlPlanes) each.hangUp();
    await eventually(async () => {
      for (const index of [0, 1]) expect((await keyRing(index))[0]).to.equal(keyFingerprint(third));
    });
    await moreLoad();
    for (const worker of workers) worker.useMasters(third, second);
    await moreLoad();
    expect(failures).to.deep.equal([]);
    for (const { beats, rpcRefusals } of workers) {
      expect(beats.refused).to.deep.equal([]);
      for (const reason of rpcRefusals) expect(reason).to.equal('token_bad_signature');
    }
  });

  it('keeps the last good key when a file is broken, and says so without a secret', async () => {
    file('signing-key', 'too-short\n');
    await eventually(() => {
      for (const each of controlPlanes) {
        const [said] = each.records('settings not reloaded; the last good ones stay in force').slice(-1);
        expect(said?.['level']).to.equal('error');
      }
    });
    await moreLoad();
    file('signing-key', `${third}\n`);
    await moreLoad();
    expect(failures).to.deep.equal([]);
    for (const each of controlPlanes) {
      const reloads = each.records('settings reloaded').flatMap((record) => record['changed'] as string[]);
      expect(new Set(reloads)).to.deep.equal(
        new Set(['auth.worker_signing_key', 'auth.worker_signing_keys']),
      );
      for (const key of [first, second, third, keys.apiKey, keys.adminKey, 'too-short']) {
        expect(each.text()).not.to.contain(key);
      }
    }
  });

  it('takes a revoked worker out within two seconds everywhere, and harms no other', async () => {
    const [revoked, ...others] = workers as [ProtocolWorker, ProtocolWorker, ProtocolWorker];
    await load.stop();
    const since = performance.now();
    await revoke(reachable(0), { worker_id: revoked.id });
    // Long enough that both control planes would have let it in again if they could.
    await eventually(() => expect(revoked.beats.refused.length).to.be.greaterThan(50));
    load = startLoad();
    await moreLoad();
    expect(revoked.beats.lastAcceptedAt - since, 'milliseconds until nobody lets it in').to.be.below(2_000);
    expect(new Set(revoked.beats.refused)).to.deep.equal(new Set(['401 token_revoked']));
    const [version] = others.map((worker) => worker.revocationVersion());
    expect(version).to.be.a('number');
    for (const worker of others) {
      expect(worker.beats.refused).to.deep.equal([]);
      await eventually(() => expect(worker.revocationVersion()).to.equal(version));
    }
    expect(failures).to.deep.equal([]);
  });
});
