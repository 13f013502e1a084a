import { defineCommand } from '../../command.js';
import { connect } from '../../connection.js';
import { onInterrupt } from '../../interrupt.js';
import { countOf } from '../../loadtest/counts.js';
import { type LoadTestReport, reportText } from '../../loadtest/report.js';
import { spawnAndDestroy } from '../../loadtest/spawn-load.js';
import { rounded } from '../../loadtest/tally.js';
import { requireTarget, targetOptions } from '../../loadtest/target.js';
import { startTestClock } from '../../loadtest/test-clock.js';
import { formatOption, print, printJson } from '../../output.js';
import { spawnOptions, spawnRequest } from '../../spawn-options.js';
import { millisecondsOf } from '../../worker-token/duration-option.js';

const MAX_CONCURRENCY = 1_000;
/** What a test leaves behind when it is killed ends by itself. */
const DEFAULT_TTL = '5m';

export const spawnsCommand = defineCommand({
  command: 'spawns',
  describe: 'Spawn sandboxes, run a command in each, destroy them',
  builder: (yargs) =>
    formatOption(spawnOptions(targetOptions(yargs)))
      .option('concurrency', { type: 'number', default: 4, describe: 'How many at the same time' })
      .option('duration', { type: 'string', requiresArg: true, default: '30s', describe: 'How long' })
      .option('exec', {
        type: 'string',
        requiresArg: true,
        describe: 'Shell command to run in each sandbox; nothing is run unless given',
      })
      .example('stacyvm loadtest spawns --concurrency 8 --exec true', 'spawn, exec, destroy'),
  handler: async (args) => {
    requireTarget(args);
    const { server } = args;
    const concurrency = countOf('concurrency', args.concurrency, MAX_CONCURRENCY);
    const durationMs = millisecondsOf('duration', args.duration);
    const client = connect(args);
    const spawn = spawnRequest({ ...args, ttl: args.ttl ?? DEFAULT_TTL });
    const exec = args.exec === undefined ? undefined : { mode: 'shell' as const, command: args.exec };
    const interrupt = onInterrupt();
    try {
      const clock = startTestClock(durationMs, interrupt.signal);
      const { tallies, left } = await spawnAndDestroy({ client, spawn, exec, concurrency }, clock);
      const { elapsedMs, cpu } = clock.stop();
      const operations = {
        spawn: tallies.spawn.result(elapsedMs),
        ...(exec === undefined ? {} : { exec: tallies.exec.result(elapsedMs) }),
        destroy: tallies.destroy.result(elapsedMs),
      };
      const report: LoadTestReport = {
        kind: 'spawns',
        server,
        duration_seconds: rounded(elapsedMs / 1000),
        interrupted: interrupt.signal.aborted,
        operations,
        client_cpu: cpu,
        details: { concurrency, left },
      };
      if (args.format === 'json') printJson(report);
      else print(reportText(report, [leftText(left)]));
      process.exitCode = interrupt.exitCode() ?? Number(operations.spawn.succeeded === 0);
    } finally {
      interrupt.release();
    }
  },
});

function leftText(left: readonly string[]): string {
  if (left.length === 0) return 'every sandbox is destroyed';
  return `${left.length} sandboxes could not be destroyed and end with their ttl: ${left.slice(0, 20).join(' ')}`;
}
