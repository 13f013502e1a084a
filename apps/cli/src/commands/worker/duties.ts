import type { ApiClient, FleetClient, Worker } from '@stacyvm/api';
import type { Argv } from 'yargs';
import { defineCommand } from '../../command.js';
import { connect, connectionOptions } from '../../connection.js';
import { CommandFailure } from '../../failure.js';
import { formatOption, print, printJson } from '../../output.js';
import { lookUntil } from '../../patience.js';
import { conditionOf } from '../../worker/condition.js';
import { millisecondsOf } from '../../worker-token/duration-option.js';

export const cordonCommand = dutyCommand(
  'cordon',
  'Place no new sandboxes on a worker; what runs there goes on; needs the admin key',
);
export const uncordonCommand = dutyCommand(
  'uncordon',
  'Place sandboxes on a worker again; needs the admin key',
);
export const undrainCommand = dutyCommand('undrain', 'End the drain of a worker; needs the admin key');

export const drainCommand = defineCommand({
  command: 'drain <worker>',
  describe: 'Let a worker run empty: no new sandboxes, and what runs may end; needs the admin key',
  builder: (yargs) =>
    workerOptions(yargs)
      .option('evict', {
        type: 'boolean',
        default: false,
        describe: 'Destroy what runs there at once',
      })
      .option('deadline', {
        type: 'string',
        describe: 'Destroy what is left after this long, such as 10m',
      })
      .option('wait', {
        type: 'string',
        requiresArg: true,
        describe: 'Wait until it is empty, so long at most, such as 15m; exits with 1 when it is not by then',
      })
      .example('stacyvm worker drain worker-a --deadline 10m --wait 15m', 'before an upgrade'),
  handler: async (args) => {
    if (args.evict && args.deadline !== undefined)
      throw new CommandFailure('--evict and --deadline do not go together', 2);
    const drain = {
      ...(args.evict ? { evict: true } : {}),
      ...(args.deadline === undefined ? {} : { deadline: args.deadline }),
    };
    const patienceMs = args.wait === undefined ? undefined : millisecondsOf('wait', args.wait);
    const client = connect(args);
    const draining = await client.fleet.drain(args.worker, drain);
    const left =
      patienceMs === undefined
        ? draining
        : await lookUntil(() => lookAgain(client, draining), isEmpty, patienceMs);
    show(left, args.format);
    if (patienceMs !== undefined && !isEmpty(left))
      throw new CommandFailure(
        `${left.id} still has ${left.active_sandboxes} sandboxes; it goes on draining, and --evict ends them`,
      );
  },
});

export const removeCommand = defineCommand({
  command: 'remove <worker>',
  aliases: ['rm'],
  describe: 'Forget a worker that is offline and has no sandboxes; needs the admin key',
  builder: (yargs) =>
    workerOptions(yargs).option('force', {
      type: 'boolean',
      default: false,
      describe: 'Forget it in any case; one that is online comes back unless it is revoked',
    }),
  handler: async (args) => {
    await connect(args).fleet.remove(args.worker, { force: args.force });
    if (args.format === 'json') printJson({ id: args.worker, status: 'deleted' });
    else print(`${args.worker} removed`);
  },
});

function dutyCommand(duty: keyof FleetClient & ('cordon' | 'uncordon' | 'undrain'), describe: string) {
  return defineCommand({
    command: `${duty} <worker>`,
    describe,
    builder: (yargs) => workerOptions(yargs),
    handler: async (args) => show(await connect(args).fleet[duty](args.worker), args.format),
  });
}

/** The worker as it is now; one that was removed in the meantime has nothing left. */
async function lookAgain(client: ApiClient, worker: Worker): Promise<Worker> {
  for await (const each of client.workers()) if (each.id === worker.id) return each;
  return { ...worker, active_sandboxes: 0 };
}

function isEmpty({ active_sandboxes: left }: Worker): boolean {
  return left === 0;
}

function workerOptions(yargs: Argv) {
  return formatOption(connectionOptions(yargs)).positional('worker', {
    type: 'string',
    demandOption: true,
    describe: 'Id of the worker',
  });
}

function show(worker: Worker, format: 'text' | 'json'): void {
  if (format === 'json') printJson(worker);
  else print(`${worker.id}: ${conditionOf(worker)}, ${worker.active_sandboxes} sandboxes`);
}
