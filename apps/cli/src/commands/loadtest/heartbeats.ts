import { randomBytes } from 'node:crypto';
import { deriveWorkerKey, mintWorkerToken } from '@stacyvm/token';
import { defineCommand } from '../../command.js';
import { connect, connectionOptions } from '../../connection.js';
import { CommandFailure } from '../../failure.js';
import { onInterrupt } from '../../interrupt.js';
import { type HeartbeatLoadResult, sendHeartbeats } from '../../loadtest/heartbeat-load.js';
import { summarizeLatencies } from '../../loadtest/latencies.js';
import { formatOption, notice, print, printJson, table } from '../../output.js';
import { millisecondsOf } from '../../worker-token/duration-option.js';
import { signingKey, signingKeyOptions } from '../../worker-token/signing-key.js';

const MAX_DURATION_MS = 600_000;
/** The longest that a token may live; longer than any run. */
const TOKEN_TTL_SECONDS = 900;

export const heartbeatLoadCommand = defineCommand({
  command: 'heartbeats',
  describe:
    'Send heartbeats of workers that do not exist, and tell how many a second are answered, and how fast',
  builder: (yargs) =>
    signingKeyOptions(formatOption(connectionOptions(yargs)))
      .option('workers', { type: 'number', default: 1_000, describe: 'How many workers there seem to be' })
      .option('connections', { type: 'number', default: 64, describe: 'Heartbeats under way at once' })
      .option('duration', { type: 'string', default: '10s', describe: 'How long, at most 10m' })
      .option('pace', {
        type: 'string',
        describe: 'Between two heartbeats of a worker, such as 10s; without it as fast as they are answered',
      })
      .option('keep', {
        type: 'boolean',
        default: false,
        describe: 'Leave the workers registered, as offline; without it they are removed with the admin key',
      }),
  handler: async (args) => {
    const workers = wholeNumber('workers', args.workers, 100_000);
    const connections = wholeNumber('connections', args.connections, 10_000);
    const durationMs = millisecondsOf('duration', args.duration);
    if (durationMs < 100 || durationMs > MAX_DURATION_MS)
      throw new CommandFailure('--duration must be between 100ms and 10m', 2);
    const paceMs = args.pace === undefined ? undefined : millisecondsOf('pace', args.pace);
    if (paceMs === 0) throw new CommandFailure('--pace must be above zero', 2);
    const key = await signingKey(args);
    const client = connect(args);
    const run = `loadtest-${randomBytes(4).toString('hex')}`;
    const workerIds = Array.from({ length: workers }, (_, n) => `${run}-${n}`);
    const tokens = new Map<string, string>();
    const tokenOf = (workerId: string): string => {
      const token = tokens.get(workerId) ?? mintFor(workerId, key);
      tokens.set(workerId, token);
      return token;
    };
    for (const id of workerIds) tokenOf(id);
    const interrupt = onInterrupt();
    try {
      const load = { server: args.server, workerIds, tokenOf, connections, signal: interrupt.signal };
      const ratePerSecond = paceMs === undefined ? undefined : (workers * 1000) / paceMs;
      const result = await sendHeartbeats({ ...load, durationMs, ratePerSecond });
      if (args.format === 'json') printJson(summaryOf(result, workers, connections));
      else print(describe(result));
      process.exitCode = interrupt.exitCode() ?? (result.accepted === 0 ? 1 : 0);
    } finally {
      interrupt.release();
      if (args.keep) notice(`left registered: ${run}-0 to ${run}-${workers - 1}`);
      else await forget(workerIds, (id) => client.fleet.remove(id, { force: true }));
    }
  },
});

function mintFor(workerId: string, key: Parameters<typeof deriveWorkerKey>[0]): string {
  return mintWorkerToken({
    key: deriveWorkerKey(key, workerId),
    workerId,
    audience: 'worker:control-plane',
    ttlSeconds: TOKEN_TTL_SECONDS,
  }).token;
}

function wholeNumber(option: string, value: number, maximum: number): number {
  if (Number.isInteger(value) && value >= 1 && value <= maximum) return value;
  throw new CommandFailure(`--${option} must be a whole number from 1 to ${maximum}`, 2);
}

function summaryOf(result: HeartbeatLoadResult, workers: number, connections: number) {
  const { accepted, refused, seconds, latencies } = result;
  return {
    workers,
    connections,
    seconds: Math.round(seconds * 1000) / 1000,
    accepted,
    refused,
    accepted_per_second: Math.round(accepted / seconds),
    latency_ms: summarizeLatencies(latencies),
  };
}

function describe({ accepted, refused, seconds, latencies }: HeartbeatLoadResult): string {
  const { p50, p95, p99, max } = summarizeLatencies(latencies);
  const failures = Object.entries(refused).map(([outcome, count]) => `${count} x ${outcome}`);
  return table(
    ['ACCEPTED', 'PER SECOND', 'P50', 'P95', 'P99', 'MAX', 'REFUSED'],
    [
      [
        String(accepted),
        String(Math.round(accepted / seconds)),
        ...[p50, p95, p99, max].map((latency) => `${latency} ms`),
        failures.length === 0 ? 'none' : failures.join(', '),
      ],
    ],
  );
}

/** What was never registered is not there to be removed. */
async function forget(ids: readonly string[], remove: (id: string) => Promise<void>): Promise<void> {
  const left = [...ids];
  let failure: unknown;
  const removeOneAfterTheOther = async (): Promise<void> => {
    for (let id = left.pop(); id !== undefined && failure === undefined; id = left.pop()) {
      await remove(id).catch((error: { readonly status?: number }) => {
        if (error.status !== 404) failure = error;
      });
    }
  };
  await Promise.all(Array.from({ length: 8 }, removeOneAfterTheOther));
  if (failure !== undefined)
    notice(`workers are left registered as offline: ${String(failure)}; the admin key can remove them`);
}
