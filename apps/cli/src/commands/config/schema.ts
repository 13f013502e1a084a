import { settingsSchema } from '@stacyvm/config';
import { defineCommand } from '../../command.js';
import { printJson } from '../../output.js';

export const schemaCommand = defineCommand({
  command: 'schema',
  describe: 'Print the JSON Schema of configuration files, for editors',
  builder: (yargs) => yargs,
  handler: async () => printJson(settingsSchema()),
});
