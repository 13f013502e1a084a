import { setTimeout as sleep } from 'node:timers/promises';
import { testCluster } from '@stacyvm/store/testing';
import { startCommand } from '../command.js';
import { createSystem, eventually } from '../system.js';
import { cpuSecondsBelow, cpuSecondsOf, peakMemoryMib } from './process-usage.js';

export interface HeartbeatLoadOptions {
  readonly workers: number;
  /** From one heartbeat of a worker to its next; 0 finds the saturation. */
  readonly paceMs: number;
  /** How long the load goes on before anything is measured; longer when workers have not registered by then. */
  readonly warmUpMs: number;
  /** How long is measured. */
  readonly seconds: number;
  /** A Postgres of its own that writes to disk, instead of the one that the suites share. */
  readonly durable: boolean;
}

/** Of a share of one core in per cent, and for each heartbeat in microseconds. */
interface Cpu {
  readonly percentOfOneCore: number;
  readonly microsecondsEach: number;
}

export interface HeartbeatFigures {
  readonly perSecond: number;
  readonly failed: number;
  readonly errors: Readonly<Record<string, number>>;
  /** Since the load was warm. */
  readonly latencyMs: { readonly p50: number; readonly p99: number; readonly max: number } | null;
  readonly controlPlane: Cpu;
  readonly postgres: Cpu;
  readonly generator: Cpu;
  readonly controlPlanePeakMib: number;
}

/** A control plane, a Postgres, and `stacyvm loadtest` on the same machine. */
export async function measureHeartbeats(options: HeartbeatLoadOptions): Promise<HeartbeatFigures> {
  const { workers, paceMs, warmUpMs, seconds, durable } = options;
  const system = await createSystem({ embedded: durable });
  try {
    const controlPlane = (await system.startControlPlane()).child.pid!;
    const generator = startCommand([
      ...['loadtest', 'heartbeats', '--server', system.url, '--api-key-file', system.adminKeyFile],
      ...['--signing-key-file', `${system.directory}/worker-signing-key`, '--format', 'json', '--keep'],
      ...['--workers', String(workers), '--pace', `${paceMs}ms`, '--warm-up', `${warmUpMs}ms`],
      ...['--duration', '1h'],
    ]);
    const look = async () => ({
      at: performance.now(),
      heartbeats: await heartbeatsOf(system.url, system.adminKey),
      controlPlane: cpuSecondsOf(controlPlane),
      // A control plane starts a Postgres of its own as its child.
      postgres: cpuSecondsBelow(durable ? controlPlane : (testCluster().pid ?? 0)),
      generator: cpuSecondsOf(generator.pid),
    });
    const ended = generator.result.then(({ stderr }) => {
      throw new Error(`the load test ended by itself: ${stderr}`);
    });
    await Promise.race([
      sleep(warmUpMs).then(() =>
        eventually(
          async () => (await heartbeatsOf(system.url, system.adminKey)) >= workers,
          () => 'the workers never registered',
          300_000,
        ),
      ),
      ended,
    ]);
    const before = await look();
    await Promise.race([sleep(seconds * 1000), ended]);
    const after = await look();
    ended.catch(() => undefined);
    generator.kill('SIGINT');
    const { stdout, stderr } = await generator.result;
    if (stdout === '') throw new Error(`the load test printed nothing: ${stderr}`);
    const { heartbeat } = JSON.parse(stdout).operations;
    const took = (after.at - before.at) / 1000;
    const count = after.heartbeats - before.heartbeats;
    const cpu = (of: 'controlPlane' | 'postgres' | 'generator'): Cpu => ({
      percentOfOneCore: (100 * (after[of] - before[of])) / took,
      microsecondsEach: (1e6 * (after[of] - before[of])) / count,
    });
    return {
      perSecond: count / took,
      failed: heartbeat.failed,
      errors: heartbeat.errors,
      latencyMs: heartbeat.latency_ms,
      controlPlane: cpu('controlPlane'),
      postgres: cpu('postgres'),
      generator: cpu('generator'),
      controlPlanePeakMib: peakMemoryMib(controlPlane),
    };
  } finally {
    await system.stop();
  }
}

async function heartbeatsOf(url: string, adminKey: string): Promise<number> {
  const response = await fetch(`${url}/api/v1/metrics/prometheus`, { headers: { 'x-api-key': adminKey } });
  const [, count] = /^stacyvm_worker_heartbeats_total (\d+)$/m.exec(await response.text()) ?? [];
  return Number(count ?? 0);
}
