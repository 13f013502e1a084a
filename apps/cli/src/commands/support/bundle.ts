import { defineCommand } from '../../command.js';
import { readApiKey, requireServerUrl, serverOptions, trustingFetch } from '../../connection.js';
import { CommandFailure } from '../../failure.js';
import { writeNewFile } from '../../new-file.js';
import { print } from '../../output.js';

const TIMEOUT_MS = 5_000;

export const bundleCommand = defineCommand({
  command: 'bundle <file>',
  describe: 'Write configuration, examination and diagnostics into one file, without secrets',
  builder: (yargs) =>
    serverOptions(yargs)
      .positional('file', { type: 'string', demandOption: true, describe: 'Where to write it' })
      .option('config', {
        type: 'string',
        requiresArg: true,
        describe: 'Configuration file; where the programs look for theirs unless given',
      })
      .option('skip-server', {
        type: 'boolean',
        default: false,
        describe: 'Do not ask a control plane',
      })
      .option('log-file', {
        type: 'string',
        requiresArg: true,
        describe: 'Add the last 2,000 lines of this log',
      })
      .option('force', { type: 'boolean', default: false, describe: 'Replace the file if it exists' })
      .example(
        'stacyvm support bundle bundle.json --api-key-file admin.key',
        'with what the control plane tells',
      )
      .example('stacyvm support bundle bundle.json --skip-server', 'of this host alone'),
  handler: async ({ file, config, server, apiKeyFile, caFile, skipServer, logFile, force }) => {
    if (skipServer && (apiKeyFile !== undefined || caFile !== undefined))
      throw new CommandFailure('--skip-server does not go with --api-key-file and --ca-file', 2);
    requireServerUrl(server);
    const { collectBundle } = await import('../../support/bundle.js');
    const bundle = await collectBundle({
      configFile: config,
      server: skipServer
        ? undefined
        : {
            url: server,
            apiKey: readApiKey(apiKeyFile, process.env),
            fetch: trustingFetch({ server, caFile }, process.env),
            timeoutMs: TIMEOUT_MS,
          },
      logFile,
      timeoutMs: TIMEOUT_MS,
    });
    await writeNewFile(file, bundle.text, { replace: force });
    print(`wrote ${file}; look through it before you send it`);
    for (const { part, message } of bundle.errors) print(`not collected: ${part}: ${message}`);
  },
});
