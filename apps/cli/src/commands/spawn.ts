import { defineCommand } from '../command.js';
import { connect, connectionOptions } from '../connection.js';
import { formatOption, localTime, print, printJson } from '../output.js';
import { printPolicyWarning, spawnOptions, spawnRequest } from '../spawn-options.js';

export const spawnCommand = defineCommand({
  command: 'spawn',
  describe: 'Start a sandbox and print its id',
  builder: (yargs) =>
    formatOption(spawnOptions(connectionOptions(yargs)))
      .example('stacyvm spawn --ttl 30m', 'with the defaults of the control plane otherwise')
      .example(
        'stacyvm spawn --image host --memory 512 --vcpus 1 --require zone=eu',
        'on a worker of a zone',
      ),
  handler: async (args) => {
    const sandbox = await connect(args).spawn(spawnRequest(args), { onPolicyWarning: printPolicyWarning });
    if (args.format === 'json') return printJson(sandbox);
    print(sandbox.id);
    const until = localTime(sandbox.expires_at);
    process.stderr.write(`${sandbox.image} by ${sandbox.provider} on ${sandbox.worker_id}, until ${until}\n`);
  },
});
