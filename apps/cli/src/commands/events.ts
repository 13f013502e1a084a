import { setTimeout as pause } from 'node:timers/promises';
import { type ApiClient, ApiError, type SandboxEvent } from '@stacyvm/api';
import { defineCommand } from '../command.js';
import { connect, connectionOptions } from '../connection.js';
import { formatOption, localTime, notice, print } from '../output.js';

const RETRY_MS = 1_000;

export const eventsCommand = defineCommand({
  command: 'events',
  describe: 'Print what happened to sandboxes in the last day, or with --follow what happens',
  builder: (yargs) =>
    formatOption(connectionOptions(yargs))
      .option('follow', {
        type: 'boolean',
        default: false,
        describe: 'Wait for what is to come, until the command is interrupted',
      })
      .option('sandbox', { type: 'string', requiresArg: true, describe: 'Of the sandbox with this id alone' })
      .option('after', {
        type: 'string',
        requiresArg: true,
        describe: 'Begin behind the event with this id, which --format json tells',
      })
      .example('stacyvm events --follow', 'from now on, over restarts of the control plane')
      .example('stacyvm events --sandbox sb-…', 'the life of one sandbox'),
  handler: async (args) => {
    const show = (event: SandboxEvent): void =>
      print(args.format === 'json' ? JSON.stringify(event) : lineOf(event));
    const { after, follow, sandbox: sandboxId } = args;
    const client = connect(args);
    if (follow) return followEvents(client, { after, sandboxId }, show);
    for await (const event of client.events({ after, sandboxId, follow })) show(event);
  },
});

/** Resumes where it was when a stream ends or the control plane is away; not when it refuses. */
async function followEvents(
  client: Pick<ApiClient, 'events'>,
  options: { readonly after: string | undefined; readonly sandboxId: string | undefined },
  show: (event: SandboxEvent) => void,
): Promise<never> {
  let { after } = options;
  let reached = false;
  for (;;) {
    try {
      for await (const event of client.events({ ...options, after })) {
        reached = true;
        show(event);
        after = event.id;
      }
      reached = true;
    } catch (error) {
      const isAway = error instanceof ApiError && (error.kind === 'unreachable' || error.status === 503);
      if (!isAway || !(reached || after !== undefined)) throw error;
      notice(`${error.message}; trying again`);
    }
    await pause(RETRY_MS);
  }
}

function lineOf({ timestamp, type, sandbox_id: id = '-', data = {} }: SandboxEvent): string {
  const details = Object.entries(data).map(([name, value]) => `${name}=${String(value)}`);
  return [localTime(timestamp), type.padEnd(18), id, ...details].join('  ');
}
