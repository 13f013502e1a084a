import type { Sandbox } from '@stacyvm/api';
import { defineCommand } from '../command.js';
import { connect, connectionOptions } from '../connection.js';
import { formatOption, localTime, print, printJson, table } from '../output.js';

export const listCommand = defineCommand({
  command: 'list',
  aliases: ['ls'],
  describe: 'List sandboxes, newest first',
  builder: (yargs) => formatOption(connectionOptions(yargs)),
  handler: async (args) => {
    const sandboxes: Sandbox[] = [];
    for await (const sandbox of connect(args).sandboxes()) sandboxes.push(sandbox);
    if (args.format === 'json') return printJson(sandboxes);
    if (sandboxes.length === 0) return print('no sandboxes');
    print(
      table(
        ['ID', 'STATE', 'PROVIDER', 'IMAGE', 'WORKER', 'CREATED', 'EXPIRES'],
        sandboxes.map((sandbox) => [
          sandbox.id,
          sandbox.state,
          sandbox.provider,
          sandbox.image,
          sandbox.worker_id ?? '',
          localTime(sandbox.created_at),
          localTime(sandbox.expires_at),
        ]),
      ),
    );
  },
});
