import { starterConfig } from '@stacyvm/config';
import { defineCommand } from '../../command.js';
import { CommandFailure } from '../../failure.js';
import { writeNewFile } from '../../new-file.js';
import { print } from '../../output.js';

const FILE = 'stacyvm.yaml';

export const initCommand = defineCommand({
  command: 'init [file]',
  describe: 'Write a configuration file to start from, with every setting explained',
  builder: (yargs) =>
    yargs
      .positional('file', { type: 'string', describe: `Where to write it; ${FILE} unless given` })
      .option('stdout', { type: 'boolean', default: false, describe: 'Print it instead' })
      .option('force', { type: 'boolean', default: false, describe: 'Replace the file if it exists' })
      .example('stacyvm config init', `into ${FILE} here, where the programs find it`),
  handler: async ({ file, stdout, force }) => {
    if (stdout) {
      if (force || file !== undefined) throw new CommandFailure('--stdout writes no file', 2);
      process.stdout.write(starterConfig());
      return;
    }
    const path = file ?? FILE;
    await writeNewFile(path, starterConfig(), { replace: force });
    print(`wrote ${path}; nothing in it differs from the defaults yet`);
  },
});
