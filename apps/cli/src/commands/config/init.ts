import { starterConfig } from '@stacyvm/config';
import { defineCommand } from '../../command.js';
import { writeNewFile } from '../../new-file.js';
import { print } from '../../output.js';

export const initCommand = defineCommand({
  command: 'init [file]',
  describe: 'Write a configuration file to start from, with every setting explained',
  builder: (yargs) =>
    yargs
      .positional('file', {
        type: 'string',
        default: 'stacyvm.yaml',
        describe: 'Where to write it',
      })
      .option('stdout', { type: 'boolean', default: false, describe: 'Print it instead' })
      .option('force', { type: 'boolean', default: false, describe: 'Replace the file if it exists' }),
  handler: async ({ file, stdout, force }) => {
    if (stdout) {
      process.stdout.write(starterConfig());
      return;
    }
    await writeNewFile(file, starterConfig(), { replace: force });
    print(`wrote ${file}; nothing in it differs from the defaults yet`);
  },
});
