// `npm run figures`: what a machine bears, printed. Wants a machine that has nothing else to do.
import { availableParallelism, cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { stopTestCluster } from '@stacyvm/store/testing';
import { type HeartbeatFigures, type HeartbeatLoadOptions, measureHeartbeats } from './heartbeat-figures.js';
import { measureRpc, type RpcFigures, type RpcLoadOptions } from './rpc-figures.js';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    workers: { type: 'string', default: '10000' },
    'pace-seconds': { type: 'string', default: '10' },
    seconds: { type: 'string', default: '60' },
    calls: { type: 'string', default: '5000' },
    'file-mib': { type: 'string', default: '1024' },
  },
});
const seconds = Number(values.seconds);
const paceMs = 1000 * Number(values['pace-seconds']);

const MEASUREMENTS: Readonly<Record<string, () => Promise<void>>> = {
  fleet: () =>
    heartbeats({ workers: Number(values.workers), paceMs, warmUpMs: 2 * paceMs, seconds, durable: true }),
  saturation: () =>
    heartbeats({ workers: 1_000, paceMs: 0, warmUpMs: 5_000, seconds: Math.min(seconds, 20), durable: true }),
  rpc: async () => {
    const options = { calls: Number(values.calls), fileMib: Number(values['file-mib']) };
    await rpc('plain HTTP', false, options);
    await rpc('mutual TLS', true, options);
  },
};

async function heartbeats(options: HeartbeatLoadOptions): Promise<void> {
  const { workers, paceMs } = options;
  say(
    `heartbeats of ${workers} workers, ${paceMs === 0 ? 'as many as are answered' : `each ${paceMs / 1000} s`}`,
  );
  const figures = await measureHeartbeats(options);
  const { latencyMs, failed, errors } = figures;
  say(
    `  ${figures.perSecond.toFixed(0)} a second for ${options.seconds} s, ${failed} failed ${listOf(errors)}`,
  );
  if (latencyMs !== null)
    say(
      `  latency p50 ${latencyMs.p50.toFixed(0)} ms, p99 ${latencyMs.p99.toFixed(0)} ms, longest ${latencyMs.max.toFixed(0)} ms`,
    );
  for (const [name, of] of [
    ['control plane', 'controlPlane'],
    ['Postgres', 'postgres'],
    ['load test', 'generator'],
  ] as const) {
    const { percentOfOneCore, microsecondsEach } = figures[of];
    say(
      `  CPU of ${name}: ${percentOfOneCore.toFixed(0)} % of a core, ${microsecondsEach.toFixed(0)} µs a heartbeat`,
    );
  }
  say(`  memory of the control plane: ${figures.controlPlanePeakMib.toFixed(0)} MiB at most`);
}

function listOf(errors: HeartbeatFigures['errors']): string {
  const list = Object.entries(errors).map(([reason, count]) => `${reason} ${count}`);
  return list.length === 0 ? '' : `(${list.join(', ')})`;
}

async function rpc(title: string, tls: boolean, options: RpcLoadOptions): Promise<void> {
  say(`RPC by ${title}, ${options.calls} calls of worker.status, a file of ${options.fileMib} MiB`);
  const figures: RpcFigures = await measureRpc(tls, options);
  const { roundTripMs, firstCallMs } = figures;
  say(
    `  round trip p50 ${roundTripMs.p50.toFixed(2)} ms, p99 ${roundTripMs.p99.toFixed(2)} ms; with a new connection p50 ${firstCallMs.p50.toFixed(2)} ms, p99 ${firstCallMs.p99.toFixed(2)} ms`,
  );
  say(
    `  32 at once: ${figures.callsPerSecond.toFixed(0)} a second; CPU a call: ${figures.callerMicrosecondsEach.toFixed(0)} µs of the caller, ${figures.workerMicrosecondsEach.toFixed(0)} µs of the worker`,
  );
  say(
    `  file: ${figures.writeMibPerSecond.toFixed(0)} MiB/s written, ${figures.readMibPerSecond.toFixed(0)} MiB/s read; the worker took ${figures.workerAddedMib.toFixed(0)} MiB more for it`,
  );
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

const wanted = positionals.length === 0 ? Object.keys(MEASUREMENTS) : positionals;
const unknown = wanted.filter((name) => !(name in MEASUREMENTS));
if (unknown.length > 0) {
  process.stderr.write(`there is no ${unknown.join(', ')}: ${Object.keys(MEASUREMENTS).join(', ')}\n`);
  process.exitCode = 2;
} else {
  say(`${availableParallelism()} cores of ${cpus()[0]?.model ?? 'an unknown kind'}, Node ${process.version}`);
  for (const name of wanted) await MEASUREMENTS[name]?.();
  await stopTestCluster();
}
