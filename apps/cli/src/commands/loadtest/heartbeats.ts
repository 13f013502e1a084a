import { randomBytes } from 'node:crypto';
import { defineCommand } from '../../command.js';
import { connect, trustedAuthorities } from '../../connection.js';
import { CommandFailure } from '../../failure.js';
import { onInterrupt } from '../../interrupt.js';
import { countOf } from '../../loadtest/counts.js';
import { sendHeartbeats } from '../../loadtest/heartbeat-load.js';
import { keepConnections } from '../../loadtest/kept-connections.js';
import { type LoadTestReport, reportText } from '../../loadtest/report.js';
import { createTally, rounded } from '../../loadtest/tally.js';
import { requireTarget, targetOptions } from '../../loadtest/target.js';
import { startTestClock } from '../../loadtest/test-clock.js';
import { removeWorkers, type WorkerRemoval } from '../../loadtest/worker-removal.js';
import { formatOption, print, printJson } from '../../output.js';
import { millisecondsOf } from '../../worker-token/duration-option.js';
import { signingKey, signingKeyOptions } from '../../worker-token/signing-key.js';

const MAX_WORKERS = 100_000;
const MAX_CONNECTIONS = 10_000;
/** Without a pace. A heartbeat waits for its batch: fewer under way are answered, but they are no saturation. */
const LANES = 500;

export const heartbeatsCommand = defineCommand({
  command: 'heartbeats',
  describe: 'Send the heartbeats of simulated workers, signed with keys derived from the master key',
  builder: (yargs) =>
    formatOption(signingKeyOptions(targetOptions(yargs)))
      .option('workers', { type: 'number', default: 100, describe: 'How many workers are simulated' })
      .option('pace', {
        type: 'string',
        requiresArg: true,
        describe:
          'From one heartbeat of a worker to its next, such as 10s; without it as fast as they are answered',
      })
      .option('rate', {
        type: 'number',
        describe: 'Heartbeats a second over all workers, instead of --pace',
      })
      .option('duration', { type: 'string', requiresArg: true, default: '30s', describe: 'How long' })
      .option('warm-up', {
        type: 'string',
        requiresArg: true,
        default: '0s',
        describe: 'How much of it is not counted: the first heartbeat of each worker costs more',
      })
      .option('connections', {
        type: 'number',
        describe:
          'Kept connections at most, which the workers share, and without a pace as many heartbeats under way at once; by default one for each worker, without a pace 500',
      })
      .option('keep', {
        type: 'boolean',
        default: false,
        describe: 'Leave the workers registered, as offline; otherwise they are removed with the admin key',
      })
      .example(
        'stacyvm loadtest heartbeats --pace 10s --workers 1000 --signing-key-file master.key',
        '100 a second',
      ),
  handler: async (args) => {
    requireTarget(args);
    const { server } = args;
    const count = countOf('workers', args.workers, MAX_WORKERS);
    const paceMs = paceOf(args, count);
    const durationMs = millisecondsOf('duration', args.duration);
    const warmUpMs = millisecondsOf('warm-up', args.warmUp);
    if (warmUpMs >= durationMs) throw new CommandFailure('--warm-up must be shorter than --duration', 2);
    const shared =
      args.connections === undefined ? undefined : countOf('connections', args.connections, MAX_CONNECTIONS);
    const lanes = shared ?? LANES;
    const client = connect(args);
    const authorities = trustedAuthorities(args, process.env);
    const masterKey = await signingKey(args);
    const connections = keepConnections({ server, authorities, shared: paceMs === 0 ? lanes : shared });
    const prefix = `loadtest-${randomBytes(4).toString('hex')}-`;
    const { createSimulatedWorker } = await import('../../loadtest/simulated-worker.js');
    const workers = Array.from({ length: count }, (_, index) =>
      createSimulatedWorker({
        id: `${prefix}${index + 1}`,
        server,
        masterKey,
        agent: connections.agentOf(index),
      }),
    );
    const interrupt = onInterrupt();
    try {
      const clock = startTestClock(durationMs, interrupt.signal);
      const tally = createTally();
      await sendHeartbeats(workers, { paceMs, lanes, warmUpMs, clock, tally });
      const { elapsedMs, cpu } = clock.stop();
      const removal = await removeWorkers(workers, { client, keep: args.keep });
      const report: LoadTestReport = {
        kind: 'heartbeats',
        server,
        duration_seconds: rounded(elapsedMs / 1000),
        interrupted: interrupt.signal.aborted,
        operations: { heartbeat: tally.result(Math.max(elapsedMs - warmUpMs, 0)) },
        client_cpu: cpu,
        details: { workers: count, worker_prefix: prefix, pace_ms: rounded(paceMs), removal },
      };
      if (args.format === 'json') printJson(report);
      else print(reportText(report, [removalText(removal, prefix)]));
      process.exitCode = interrupt.exitCode() ?? Number(report.operations['heartbeat']?.succeeded === 0);
    } finally {
      interrupt.release();
      connections.close();
    }
  },
});

/** 0 without a pace and a rate. */
function paceOf(
  args: { readonly pace: string | undefined; readonly rate: number | undefined },
  workers: number,
) {
  if (args.rate === undefined) return args.pace === undefined ? 0 : millisecondsOf('pace', args.pace);
  if (args.pace !== undefined) throw new CommandFailure('give --pace or --rate, not both', 2);
  if (args.rate > 0) return (workers / args.rate) * 1000;
  throw new CommandFailure('--rate must be a number of heartbeats a second above 0', 2);
}

function removalText({ removed, left, reason }: WorkerRemoval, prefix: string): string {
  if (left === 0) return `all ${removed} simulated workers are removed`;
  return `${left} simulated workers ${prefix}… are left, offline (${reason}); stacyvm worker remove ID --force removes one`;
}
