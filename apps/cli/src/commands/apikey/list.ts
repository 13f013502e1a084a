import { defineCommand } from '../../command.js';
import { connectionOptions } from '../../connection.js';
import { collect, formatOption, localTime, print, printJson, table } from '../../output.js';
import { keysOf, ownerOption } from './owner.js';

export const listKeysCommand = defineCommand({
  command: 'list',
  aliases: ['ls'],
  describe: 'List the API keys of a tenant or of the platform, newest first; never the keys themselves',
  builder: (yargs) => ownerOption(formatOption(connectionOptions(yargs))),
  handler: async (args) => {
    const { owner, people } = keysOf(args);
    const keys = await collect(people.keys(owner));
    if (args.format === 'json') return printJson(keys);
    if (keys.length === 0) return print('no API keys');
    const time = (text: string | undefined): string => (text === undefined ? '-' : localTime(text));
    print(
      table(
        ['ID', 'PREFIX', 'NAME', 'ROLE', 'STATE', 'EXPIRES', 'LAST USED', 'BY'],
        keys.map((key) => [
          key.id,
          key.prefix,
          key.name,
          key.role,
          key.state,
          time(key.expires_at),
          time(key.last_used_at),
          key.created_by,
        ]),
      ),
    );
  },
});
