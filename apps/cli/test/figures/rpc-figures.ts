import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deriveWorkerKey } from '@stacyvm/token';
import {
  createRpcClient,
  openTlsCredentials,
  type RpcClient,
  type RpcClientOptions,
} from '@stacyvm/worker-rpc';
import { createLatencyHistogram } from '../../src/loadtest/latency-histogram.js';
import { runCommand } from '../command.js';
import { type ServedProgram, serveProgram } from '../served-program.js';
import { entryOf } from '../system.js';
import { cpuSecondsOf, peakMemoryMib } from './process-usage.js';

export interface RpcLoadOptions {
  /** Calls one after the other, and as many again by 32 callers at once. */
  readonly calls: number;
  readonly fileMib: number;
}

interface Latency {
  readonly p50: number;
  readonly p99: number;
}

export interface RpcFigures {
  /** A call on a kept connection, in milliseconds. */
  readonly roundTripMs: Latency;
  /** A call that has to connect first. */
  readonly firstCallMs: Latency;
  /** By 32 callers at once. */
  readonly callsPerSecond: number;
  readonly callerMicrosecondsEach: number;
  readonly workerMicrosecondsEach: number;
  readonly writeMibPerSecond: number;
  readonly readMibPerSecond: number;
  /** What the transfers have added to the most memory that the worker had at once. */
  readonly workerAddedMib: number;
}

const WORKER = 'worker-1';
const CALLERS = 32;
const CONNECTIONS = 50;
const CHUNK = randomBytes(64 * 1024);
const PATH = '/workspace/measured';

/** Calls the RPC port of a worker in a process of its own, as a control plane does: by TLS on both sides, or without. */
export async function measureRpc(tls: boolean, options: RpcLoadOptions): Promise<RpcFigures> {
  const directory = mkdtempSync(join(tmpdir(), 'rpc-figures-'));
  const masterKey = randomBytes(32).toString('base64url');
  const key = deriveWorkerKey(masterKey, WORKER);
  writeFileSync(join(directory, 'worker.key'), key, { mode: 0o600 });
  const certificates = join(directory, 'tls');
  if (tls) {
    const made = await runCommand(['tls', 'init', '--dir', certificates, '--worker', WORKER]);
    if (made.code !== 0) throw new Error(made.stderr);
  }
  writeFileSync(join(directory, 'worker.yaml'), workerYaml(tls));
  const worker = await serveProgram(
    [process.execPath, entryOf('worker'), '--config', join(directory, 'worker.yaml')],
    'worker listens',
    { cwd: directory, env: { PATH: process.env['PATH'], HOME: '/nonexistent' } },
  );
  const credentials = tls
    ? openTlsCredentials({
        identity: {
          kind: 'rpc_client',
          certFile: join(certificates, 'control-plane.crt'),
          keyFile: join(certificates, 'control-plane.key'),
        },
        authorities: { kind: 'rpc_ca', file: join(certificates, 'ca.crt') },
      })
    : undefined;
  const connection: RpcClientOptions = {
    workerId: WORKER,
    rpcUrl: /"rpc_url":"([^"]+)"/.exec(worker.log())?.[1] ?? '',
    credential: { kind: 'signed', key },
    ...(credentials === undefined ? {} : { tls: { credentials } }),
  };
  const client = createRpcClient(connection);
  try {
    return await measure(client, connection, worker, options);
  } finally {
    client.close();
    credentials?.close();
    await worker.stop();
    rmSync(directory, { recursive: true, force: true });
  }
}

async function measure(
  client: RpcClient,
  connection: RpcClientOptions,
  worker: ServedProgram,
  { calls, fileMib }: RpcLoadOptions,
): Promise<RpcFigures> {
  const sandboxId = `sb-${randomBytes(12).toString('hex')}`;
  const target = { sandboxId };
  const lease = {
    resourceId: sandboxId,
    holderId: WORKER,
    generation: 1,
    expiresAt: new Date(Date.now() + 3_600_000),
  };
  await client.spawn({ sandboxId, image: 'host', memoryMb: 512, vcpus: 1 }, lease);
  const call = async (): Promise<void> => void (await client.status(target));
  for (let n = 0; n < calls / 10; n += 1) await call();

  const roundTrips = createLatencyHistogram();
  for (let n = 0; n < calls; n += 1) roundTrips.record(await timeOf(call));

  const firstCalls = createLatencyHistogram();
  for (let n = 0; n < CONNECTIONS; n += 1) {
    const other = createRpcClient(connection);
    firstCalls.record(await timeOf(async () => void (await other.status(target))));
    other.close();
  }

  const cpuBefore = { caller: process.cpuUsage(), worker: cpuSecondsOf(worker.pid) };
  let left = calls;
  const together = await timeOf(async () => {
    const caller = async (): Promise<void> => {
      while (left > 0) {
        left -= 1;
        await call();
      }
    };
    await Promise.all(Array.from({ length: CALLERS }, caller));
  });
  const { user, system } = process.cpuUsage(cpuBefore.caller);
  const workerSeconds = cpuSecondsOf(worker.pid) - cpuBefore.worker;

  const peakBefore = peakMemoryMib(worker.pid);
  const chunks = (fileMib * 1024 * 1024) / CHUNK.length;
  const write = await timeOf(async () => {
    await client.files.write({ ...target, path: PATH }, repeated(chunks));
  });
  let arrived = 0;
  const read = await timeOf(async () => {
    await client.files.read(
      { ...target, path: PATH },
      {
        onContent: ({ length }) => {
          arrived += length;
        },
      },
    );
  });
  if (arrived !== chunks * CHUNK.length) throw new Error(`${arrived} bytes arrived`);
  const workerAddedMib = peakMemoryMib(worker.pid) - peakBefore;
  await client.destroy(target, { ...lease, generation: 2 });
  return {
    roundTripMs: latencyOf(roundTrips),
    firstCallMs: latencyOf(firstCalls),
    callsPerSecond: calls / (together / 1000),
    callerMicrosecondsEach: (user + system) / calls,
    workerMicrosecondsEach: (1e6 * workerSeconds) / calls,
    writeMibPerSecond: fileMib / (write / 1000),
    readMibPerSecond: fileMib / (read / 1000),
    workerAddedMib,
  };
}

async function* repeated(chunks: number): AsyncGenerator<Uint8Array> {
  for (let n = 0; n < chunks; n += 1) yield CHUNK;
}

async function timeOf(work: () => Promise<void>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}

function latencyOf({ quantile }: ReturnType<typeof createLatencyHistogram>): Latency {
  return { p50: quantile(0.5) ?? Number.NaN, p99: quantile(0.99) ?? Number.NaN };
}

/** No control plane is there: the worker looks for one in vain, and serves. */
function workerYaml(tls: boolean): string {
  return `
worker:
  id: ${WORKER}
  control_plane_url: http://127.0.0.1:1
  listen_addr: 127.0.0.1:0
  state_dir: state
  shutdown_timeout: 3s
${
  tls
    ? `  rpc_tls:
    enabled: true
    server_cert_file: tls/worker-${WORKER}.crt
    server_key_file: tls/worker-${WORKER}.key
    client_ca_file: tls/ca.crt
`
    : ''
}auth: { worker_signing_key_file: worker.key }
`;
}
