import { defineCommand } from '../command.js';
import { reportDocument, reportText, summaryOf } from '../doctor/report.js';
import { ROLES } from '../doctor/role.js';
import { CommandFailure } from '../failure.js';
import { formatOption, print, printJson } from '../output.js';
import { millisecondsOf } from '../worker-token/duration-option.js';

export const doctorCommand = defineCommand({
  command: 'doctor',
  describe: 'Examine this host and what its configuration points at; changes nothing',
  builder: (yargs) =>
    formatOption(yargs)
      .option('config', {
        type: 'string',
        requiresArg: true,
        describe: 'Configuration file; where the programs look for theirs unless given',
      })
      .option('role', {
        choices: ROLES,
        default: 'all' as const,
        describe: 'Which programs run on this host',
      })
      .option('production', {
        type: 'boolean',
        default: false,
        describe: 'Fail what production does not tolerate',
      })
      .option('timeout', {
        type: 'string',
        requiresArg: true,
        default: '5s',
        describe: 'What each check may take',
      }),
  handler: async ({ config, role, production, timeout, format }) => {
    const timeoutMs = millisecondsOf('timeout', timeout);
    if (timeoutMs === 0) throw new CommandFailure('--timeout must be longer than nothing', 2);
    // Loaded when it is run: it brings everything along that there is to examine.
    const { examine } = await import('../doctor/examine.js');
    const report = await examine({ configFile: config, role, production, timeoutMs });
    if (format === 'json') printJson(reportDocument(report));
    else print(reportText(report, process.stdout.isTTY));
    const { failure } = summaryOf(report);
    if (failure > 0) throw new CommandFailure(`${failure} ${failure === 1 ? 'check' : 'checks'} failed`);
  },
});
