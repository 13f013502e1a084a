import { defineCommand } from '../../command.js';
import { heartbeatsCommand } from './heartbeats.js';
import { spawnsCommand } from './spawns.js';

export const loadtestCommand = defineCommand({
  command: 'loadtest',
  describe: 'Put a control plane under load and measure it',
  builder: (yargs) =>
    yargs
      .command(heartbeatsCommand)
      .command(spawnsCommand)
      .demandCommand(1, 'stacyvm loadtest takes a word: heartbeats or spawns; stacyvm loadtest --help'),
  handler: async () => undefined,
});
