import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTestDatabase, type TestDatabase } from '@stacyvm/store/testing';
import { expect } from 'chai';
import { call, spawnSandbox } from '../api-calls.js';
import { secret } from '../control-plane-fixture.js';
import { type ControlPlaneProcess, startControlPlaneProcess } from '../control-plane-process.js';
import { eventually } from '../eventually.js';
import { LONG_OUTPUT_BYTES, type ProtocolWorker, startProtocolWorker } from '../protocol-worker.js';

const MIB = 1024 * 1024;
const CALLS = 48;
/** Half of the 64 MiB that a heap of 256 MiB allows for, as they are all of callers without a tenant. */
const SHARE_BYTES = 32 * MIB;

describe('long answers that nobody reads', function () {
  this.timeout(60_000);
  let database: TestDatabase;
  let directory: string;
  let controlPlane: ControlPlaneProcess;
  let worker: ProtocolWorker;
  let caller: { readonly url: string; readonly apiKey: string };
  const ids: string[] = [];
  const sockets: Socket[] = [];
  const adminKey = secret();

  before(async () => {
    directory = mkdtempSync(join(tmpdir(), 'long-answers-'));
    database = await createTestDatabase();
    const [apiKey, signingKey] = [secret(), secret()];
    const settings = {
      server: { host: '127.0.0.1', port: 0 },
      database: { driver: 'postgres', dsn: database.dsn },
      auth: { api_key: apiKey, admin_api_key: adminKey, worker_signing_key: signingKey },
    };
    writeFileSync(join(directory, 'config.yaml'), JSON.stringify(settings));
    controlPlane = await startControlPlaneProcess(join(directory, 'config.yaml'), '--max-old-space-size=256');
    caller = { url: controlPlane.url, apiKey };
    worker = await startProtocolWorker('worker-l', [controlPlane.url], signingKey);
    await eventually(() => expect(worker.beats.accepted).to.be.greaterThan(0));
    for (let index = 0; index < 8; index += 1) ids.push(await spawnSandbox(caller));
  });
  after(async () => {
    for (const socket of sockets) socket.destroy();
    await worker?.stop();
    const code = await controlPlane?.stop();
    await database?.drop();
    rmSync(directory, { recursive: true, force: true });
    expect(code).to.equal(0);
  });

  const residentBytes = (): number =>
    1024 * Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${controlPlane.pid}/status`, 'utf8'))?.[1]);
  const metric = async (name: string): Promise<number> => {
    const { text } = await call(caller, '/metrics/prometheus', { key: adminKey });
    return Number(new RegExp(`^stacyvm_${name} (.*)$`, 'm').exec(text)?.[1]);
  };
  function askAndStall(id: string): void {
    const body = JSON.stringify({ command: 'long', timeout: '60s' });
    const socket = connect(Number(new URL(caller.url).port), '127.0.0.1').pause();
    socket.on('error', () => undefined);
    sockets.push(socket);
    const head = ['Host: here', `X-API-Key: ${caller.apiKey}`, 'Content-Type: application/json'];
    const request = [`POST /api/v1/sandboxes/${id}/exec HTTP/1.1`, ...head, `Content-Length: ${body.length}`];
    socket.write(`${request.join('\r\n')}\r\n\r\n${body}`);
  }

  it('take their share of the memory, the others wait, and short calls go on', async () => {
    const before = residentBytes();
    for (let index = 0; index < CALLS; index += 1) askAndStall(ids[index % ids.length] ?? '');
    const held = Math.floor(SHARE_BYTES / (LONG_OUTPUT_BYTES + 1_000));
    // Those who came first wait for half a minute.
    await eventually(async () => expect(await metric('answers_waiting')).to.equal(CALLS - held), 25_000);
    expect(await metric('answer_bytes_limit')).to.equal(2 * SHARE_BYTES);
    expect(await metric('answer_bytes_held')).to.be.within(held * LONG_OUTPUT_BYTES, SHARE_BYTES);
    expect(await metric('answer_waits_total')).to.be.at.least(CALLS - held);
    const short = await call(caller, `/sandboxes/${ids[0]}/exec`, { body: { command: 'short' } });
    expect(short.body).to.include({ exit_code: 0, stdout: 'short\n' });
    expect(residentBytes() - before, 'all of them would be 384 MiB').to.be.lessThan(300 * MIB);
    const sandbox = await call(caller, `/sandboxes/${ids[0]}`);
    expect(sandbox.body['state'], 'the worker is not thought to be silent').to.equal('running');

    for (const socket of sockets) socket.destroy();
    await eventually(async () => {
      expect(await metric('answer_bytes_held')).to.equal(0);
      expect(await metric('answers_waiting')).to.equal(0);
    });
    const long = await call(caller, `/sandboxes/${ids[0]}/exec`, { body: { command: 'long' } });
    expect(String(long.body['stdout']).length).to.equal(LONG_OUTPUT_BYTES);
    await eventually(async () => expect(await metric('answer_bytes_held')).to.equal(0));
  });
});
