import {
  ConfigError,
  type ConfigProblem,
  describeProblem,
  type LoadedSettings,
  loadSettings,
  type Program,
  startProblems,
} from '@stacyvm/config';
import { defineCommand } from '../../command.js';
import { CommandFailure } from '../../failure.js';
import { formatOption, notice, print, printJson } from '../../output.js';
import { configOption } from './config-option.js';

const PROGRAMS = ['control-plane', 'worker'] as const satisfies readonly Program[];

export const validateCommand = defineCommand({
  command: 'validate',
  describe: 'Load the configuration as the programs do, and tell everything that is wrong with it',
  builder: (yargs) =>
    formatOption(configOption(yargs))
      .option('program', {
        choices: PROGRAMS,
        describe: 'Tell also what this program would refuse to start with',
      })
      .example('stacyvm config validate --program control-plane', 'would stacyvm serve start with it'),
  handler: async ({ config, program, format }) => {
    const { loaded, problems } = judge(config, program);
    const warnings = loaded?.warnings ?? [];
    const configFile = loaded?.configFile;
    if (format === 'json') {
      printJson({
        valid: problems.length === 0,
        config_file: configFile ?? null,
        problems: problems.map(documentOf),
        warnings: warnings.map(documentOf),
      });
    } else {
      for (const warning of warnings) notice(`warning: ${describeProblem(warning)}`);
      for (const problem of problems) print(describeProblem(problem));
    }
    if (problems.length > 0) {
      throw new CommandFailure(problems.length === 1 ? '1 problem' : `${problems.length} problems`);
    }
    if (format === 'text') print(`valid: ${configFile ?? 'no file, the defaults and the environment'}`);
  },
});

function judge(
  configFile: string | undefined,
  program: Program | undefined,
): { readonly loaded?: LoadedSettings; readonly problems: readonly ConfigProblem[] } {
  try {
    const loaded = loadSettings({ configFile });
    return { loaded, problems: program === undefined ? [] : startProblems(loaded, program) };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    if (error.code === 'file_unreadable') throw new CommandFailure(error.message, 2, { cause: error });
    return { problems: error.problems };
  }
}

function documentOf({ code, key, origin, message }: ConfigProblem): Record<string, unknown> {
  return {
    code,
    key,
    message,
    origin: origin.name,
    ...(origin.line === undefined ? {} : { line: origin.line, column: origin.column }),
  };
}
