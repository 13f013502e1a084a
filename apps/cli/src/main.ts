import { ApiError } from '@stacyvm/api';
import { packageVersion } from '@stacyvm/config';
import yargs from 'yargs';
import { devCommand } from './commands/dev.js';
import { execCommand } from './commands/exec.js';
import { killCommand } from './commands/kill.js';
import { listCommand } from './commands/list.js';
import { logsCommand } from './commands/logs.js';
import { runCommand } from './commands/run.js';
import { spawnCommand } from './commands/spawn.js';
import { versionCommand } from './commands/version.js';
import { CommandFailure } from './failure.js';
import { type Program, runProgramInForeground } from './programs.js';

/** These commands are programs of their own, which read their own arguments. */
const PROGRAMS: Readonly<Record<string, Program>> = {
  serve: '@stacyvm/control-plane',
  worker: '@stacyvm/worker',
};

async function main(argv: readonly string[]): Promise<void> {
  const program = PROGRAMS[argv[0] ?? ''];
  if (program !== undefined) {
    process.exitCode = await runProgramInForeground(program, argv.slice(1));
    return;
  }
  await yargs(argv)
    .scriptName('stacyvm')
    .usage('$0 <command>\n\nRuns untrusted code in sandboxes on workers whose identity is proven.')
    .command('serve', 'Run the control plane; stacyvm serve --help lists its options')
    .command('worker', 'Run a worker; stacyvm worker --help lists its options')
    .command(devCommand)
    .command(runCommand)
    .command(spawnCommand)
    .command(execCommand)
    .command(listCommand)
    .command(killCommand)
    .command(logsCommand)
    .command(versionCommand)
    .demandCommand(1, 'Which command? stacyvm --help lists them.')
    .version(packageVersion(import.meta.url))
    .help()
    .strict()
    .recommendCommands()
    .parserConfiguration({
      'populate--': true,
      'parse-positional-numbers': false,
    })
    .exitProcess(false)
    .fail((message, error) => {
      throw error ?? new CommandFailure(message, 2);
    })
    .parseAsync();
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  process.exitCode = report(error);
}

function report(error: unknown): number {
  const message = error instanceof Error ? error.message : String(error);
  const details =
    error instanceof ApiError && error.requestId !== undefined
      ? ` (${error.reason}, request ${error.requestId})`
      : '';
  process.stderr.write(`stacyvm: ${message}${details}\n`);
  if (error instanceof CommandFailure) return error.exitCode;
  return error instanceof Error && error.name === 'YError' ? 2 : 1;
}
