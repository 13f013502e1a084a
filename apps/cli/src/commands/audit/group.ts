import { defineCommand } from '../../command.js';
import { exportCommand } from './export.js';
import { listCommand } from './list.js';
import { verifyCommand } from './verify.js';

/** What stands below the word `audit`. */
export const auditCommand = defineCommand({
  command: 'audit',
  describe: 'List, export and verify what was done and refused',
  builder: (yargs) =>
    yargs
      .command(listCommand)
      .command(exportCommand)
      .command(verifyCommand)
      .demandCommand(1, 'stacyvm audit takes a word: list, export or verify; stacyvm audit --help'),
  handler: async () => undefined,
});
