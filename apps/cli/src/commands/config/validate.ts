import {
  ConfigError,
  type ConfigProblem,
  describeProblem,
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
    const { configFile, problems, warnings } = judge(config, program);
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

interface Verdict {
  readonly configFile: string | undefined;
  readonly problems: readonly ConfigProblem[];
  readonly warnings: readonly ConfigProblem[];
}

function judge(configFile: string | undefined, program: Program | undefined): Verdict {
  try {
    const loaded = loadSettings({ configFile });
    const problems = program === undefined ? [] : startProblems(loaded, program);
    return { configFile: loaded.configFile, problems, warnings: loaded.warnings };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    if (error.code === 'file_unreadable') throw new CommandFailure(error.message, 2, { cause: error });
    const read = error.problems.find(({ origin }) => origin.kind === 'file')?.origin.name;
    return { configFile: read, problems: error.problems, warnings: error.warnings };
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
