import { defineCommand } from '../../command.js';
import { heartbeatLoadCommand } from './heartbeats.js';

export const loadtestCommand = defineCommand({
  command: 'loadtest',
  describe: 'Measure what a control plane bears',
  builder: (yargs) =>
    yargs.command(heartbeatLoadCommand).demandCommand(1, 'stacyvm loadtest takes heartbeats.'),
  handler: async () => undefined,
});
