import { defineCommand } from '../command.js';
import { formatOption, print, printJson } from '../output.js';
import { cliVersion } from '../version.js';

export const versionCommand = defineCommand({
  command: 'version',
  describe: 'Print the version',
  builder: (yargs) => formatOption(yargs),
  handler: async (args) => {
    const version = cliVersion();
    if (args.format === 'json') printJson({ version, node: process.version });
    else print(version);
  },
});
