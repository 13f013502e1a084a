import type { FleetClient, Worker } from '@stacyvm/api';
import type { Argv } from 'yargs';
import { defineCommand } from '../../command.js';
import { connect, connectionOptions } from '../../connection.js';
import { CommandFailure } from '../../failure.js';
import { formatOption, print, printJson } from '../../output.js';
import { conditionOf } from '../../worker/condition.js';

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
      .example('stacyvm worker drain worker-a --deadline 10m', 'before its host is shut down'),
  handler: async (args) => {
    if (args.evict && args.deadline !== undefined)
      throw new CommandFailure('--evict and --deadline do not go together', 2);
    const drain = {
      ...(args.evict ? { evict: true } : {}),
      ...(args.deadline === undefined ? {} : { deadline: args.deadline }),
    };
    show(await connect(args).fleet.drain(args.worker, drain), args.format);
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
