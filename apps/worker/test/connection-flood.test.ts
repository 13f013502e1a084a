import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deriveWorkerKey } from '@stacyvm/token';
import { createRpcClient, type RpcClient } from '@stacyvm/worker-rpc';
import { expect } from 'chai';
import { type Headquarters, secret, startHeadquarters } from './headquarters.js';
import { endWorkerProcesses, startLimitedWorkerProcess, type WorkerProcess } from './worker-process.js';

const WORKER_ID = 'worker-1';
const OPEN_FILES = 256;

describe('a worker whose port is flooded by connections without a credential', () => {
  let directory: string;
  let headquarters: Headquarters;
  let worker: WorkerProcess;
  let client: RpcClient;
  let rpcUrl: string;
  const flood: Socket[] = [];
  before(async () => {
    directory = mkdtempSync(join(tmpdir(), 'stacyvm-flood-'));
    const master = secret();
    const key = deriveWorkerKey(master, WORKER_ID);
    headquarters = await startHeadquarters(master);
    const keyFile = join(directory, 'key');
    writeFileSync(keyFile, key, { mode: 0o600 });
    worker = startLimitedWorkerProcess(
      OPEN_FILES,
      ...['--id', WORKER_ID, '--control-plane', headquarters.url, '--listen', '127.0.0.1:0'],
      ...['--worker-signing-key-file', keyFile, '--state-dir', join(directory, 'state')],
    );
    await worker.logged(/worker joined/);
    rpcUrl = headquarters.heartbeats[0]?.capacity.rpc_url ?? '';
    client = createRpcClient({ workerId: WORKER_ID, rpcUrl, credential: { kind: 'signed', key } });
  });
  after(async () => {
    for (const socket of flood) socket.destroy();
    client?.close();
    await endWorkerProcesses();
    await headquarters?.close();
    rmSync(directory, { recursive: true, force: true });
  });

  it('starts sandboxes and programs all the same, for who had a connection before', async () => {
    const target = { sandboxId: 'sb-flood', command: 'echo works' };
    const expiresAt = new Date(Date.now() + 60_000);
    const lease = { resourceId: target.sandboxId, holderId: WORKER_ID, generation: 1, expiresAt };
    await client.spawn({ ...target, image: 'host', memoryMb: 64, vcpus: 1 }, lease);
    for (let opened = 0; opened < OPEN_FILES + 50; opened += 1) {
      const socket = connect(Number(new URL(rpcUrl).port), '127.0.0.1').on('error', () => undefined);
      flood.push(socket);
      await new Promise((resolve) => socket.once('connect', resolve).once('close', resolve));
    }
    const { exitCode, stdout } = await client.exec(target);
    expect([exitCode, stdout]).to.deep.equal([0, 'works\n']);
    await worker.logged(/connections refused: too many are open/);
    await client.destroy(target, { ...lease, generation: 2 });
  });
});
