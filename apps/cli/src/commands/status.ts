import { ApiError } from '@stacyvm/api';
import { defineCommand } from '../command.js';
import { connect, connectionOptions } from '../connection.js';
import { formatOption, print, printJson } from '../output.js';
import { lookUntil } from '../patience.js';
import { describeStatus } from '../status/describe-status.js';
import { readStatus, type SystemStatus } from '../status/system-status.js';
import { millisecondsOf } from '../worker-token/duration-option.js';

/** How long one look may take: a control plane that hangs is told like one that is not there. */
const LOOK_TIMEOUT_MS = 10_000;

export const statusCommand = defineCommand({
  command: 'status',
  describe: 'Tell whether sandboxes can be had, and what is in the way; exits with 1 when not',
  builder: (yargs) =>
    formatOption(connectionOptions(yargs))
      .option('wait', {
        type: 'string',
        requiresArg: true,
        describe:
          'Wait so long until they can be had, such as 2m, also for a control plane that is not up yet',
      })
      .example('stacyvm status --wait 2m && ./deploy-tests', 'begin when the system is up'),
  handler: async (args) => {
    const patienceMs = args.wait === undefined ? 0 : millisecondsOf('wait', args.wait);
    const client = connect(args);
    const look = () => readStatus(client, args.server, AbortSignal.timeout(LOOK_TIMEOUT_MS)).catch(absent);
    const seen = await lookUntil(look, isGood, patienceMs);
    if (seen instanceof ApiError) throw seen;
    if (args.format === 'json') printJson(seen);
    else print(describeStatus(seen));
    if (!isGood(seen)) process.exitCode = 1;
  },
});

function isGood(seen: SystemStatus | ApiError): boolean {
  return !(seen instanceof ApiError) && seen.problems.length === 0;
}

/** The failure of a look that a later one may not have. */
function absent(error: unknown): ApiError {
  if (!(error instanceof ApiError) || error.kind === 'protocol') throw error;
  if (error.kind !== 'cancelled') return error;
  const message = `the control plane has not answered within ${LOOK_TIMEOUT_MS / 1000} s`;
  return new ApiError('unreachable', message, {}, { cause: error });
}
