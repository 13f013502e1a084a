import type { Worker } from '@stacyvm/api';
import { defineCommand } from '../../command.js';
import { connect, connectionOptions } from '../../connection.js';
import { collect, formatOption, localTime, print, printJson, table } from '../../output.js';
import { conditionOf } from '../../worker/condition.js';

export const listWorkersCommand = defineCommand({
  command: 'list',
  aliases: ['ls'],
  describe: 'List workers, what they do, and how much they hold',
  builder: (yargs) => formatOption(connectionOptions(yargs)),
  handler: async (args) => {
    const workers = await collect(connect(args).workers());
    if (args.format === 'json') return printJson(workers);
    if (workers.length === 0) return print('no workers');
    print(
      table(
        ['ID', 'CONDITION', 'SANDBOXES', 'MEMORY', 'PROVIDERS', 'LABELS', 'FLAPS', 'HEARD OF'],
        workers.map((worker) => [
          worker.id,
          conditionOf(worker),
          share(worker, worker.active_sandboxes, 'max_sandboxes'),
          `${share(worker, worker.active_memory_mb, 'memory_mb')} MiB`,
          worker.providers.join(','),
          Object.entries(worker.labels)
            .map((label) => label.join('='))
            .join(','),
          String(worker.flaps),
          localTime(worker.last_heartbeat),
        ]),
      ),
    );
  },
});

/** How much is used, of how much if the worker says it. */
function share({ capacity }: Worker, used: number, limitName: string): string {
  const limit = capacity[limitName];
  return typeof limit === 'number' && limit > 0 ? `${used}/${limit}` : String(used);
}
