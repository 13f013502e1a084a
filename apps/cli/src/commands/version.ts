import { packageVersion } from '@stacyvm/config';
import { defineCommand } from '../command.js';
import { formatOption, print, printJson } from '../output.js';

export const versionCommand = defineCommand({
  command: 'version',
  describe: 'Print the version',
  builder: (yargs) => formatOption(yargs),
  handler: async (args) => {
    const version = packageVersion(new URL('../main.js', import.meta.url).href);
    if (args.format === 'json') printJson({ version, node: process.version });
    else print(version);
  },
});
