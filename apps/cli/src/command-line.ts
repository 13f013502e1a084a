import yargs from 'yargs';
import { loadCommands } from './commands.js';
import { CommandFailure } from './failure.js';
import { cliVersion } from './version.js';

/** Runs the command that the words of a command line name. @throws CommandFailure with exit code 2 when they name none rightly, and what the command throws */
export async function runCommandLine(argv: readonly string[]): Promise<void> {
  await yargs(argv)
    .scriptName('stacyvm')
    // In another language a message would not be known again where it must not be passed on, as it may quote a secret.
    .locale('en')
    .usage('$0 <command>\n\nRuns untrusted code in sandboxes on workers whose identity is proven.')
    .command('serve', 'Run the control plane; stacyvm serve --help lists its options')
    .command([...(await loadCommands(argv[0]))])
    .demandCommand(1, 'Which command? stacyvm --help lists them.')
    .version(cliVersion())
    .help()
    .epilogue(
      'Each has --help. Those that call a control plane find their key in the file that STACYVM_API_KEY_FILE names.\n' +
        'Exit codes: 0 success, 1 failure, 2 wrong use; of exec and run that of the program.',
    )
    .strict()
    .recommendCommands()
    .parserConfiguration({
      'populate--': true,
      'parse-positional-numbers': false,
    })
    .exitProcess(false)
    .fail((message, error) => {
      throw error ?? new CommandFailure(wrongUse(message, argv[0]), 2);
    })
    .parseAsync();
}

/** What yargs says, with what it leaves to be guessed. */
function wrongUse(message: string, command = ''): string {
  if (message.startsWith('Did you mean')) return `there is no such command. ${message}`;
  const runsProgram = command === 'run' || command === 'exec';
  return runsProgram && message.startsWith('Unknown argument')
    ? `${message}; what belongs to the program in the sandbox stands after --`
    : message;
}
