import { defineCommand } from '../command.js';
import { connect, connectionOptions } from '../connection.js';
import { onInterrupt } from '../interrupt.js';
import { formatOption, printJson } from '../output.js';
import { programOptions, programRequest, runLive } from '../program-command.js';

export const execCommand = defineCommand({
  command: 'exec <id> [words..]',
  describe: 'Run a program in a sandbox, live, and exit with its exit code',
  builder: (yargs) =>
    formatOption(programOptions(connectionOptions(yargs)))
      .positional('id', { type: 'string', demandOption: true, describe: 'Sandbox' })
      .positional('words', {
        type: 'string',
        array: true,
        default: [] as string[],
        describe: 'Program and arguments, after --',
      })
      .example('stacyvm exec sb-… -- ls -l /workspace', 'run ls')
      .example('stacyvm exec sb-… --shell -- "make 2>&1 | tail"', 'run a shell command'),
  handler: async (args) => {
    const request = await programRequest(args);
    const client = connect(args);
    const interrupt = onInterrupt();
    try {
      if (args.format === 'json') {
        const result = await client.exec(args.id, request, { signal: interrupt.signal });
        printJson(result);
        process.exitCode = result.exit_code;
      } else {
        process.exitCode = await runLive(client, args.id, request, interrupt.signal);
      }
    } catch (error) {
      const exitCode = interrupt.exitCode();
      if (exitCode === undefined) throw error;
      process.exitCode = exitCode;
    } finally {
      interrupt.release();
    }
  },
});
