import { formatLintText, lintReportJson, lintReportSarif, unknownRules } from '@stacyvm/config/lint';
import type { Argv } from 'yargs';
import { defineCommand } from '../../command.js';
import { CommandFailure } from '../../failure.js';
import { lintConfiguration } from '../../lint/configuration.js';
import { ignoredRules } from '../../lint/ignored-rules.js';
import { ruleDocuments, ruleTable } from '../../lint/rule-list.js';
import { print, printJson } from '../../output.js';
import { cliVersion } from '../../version.js';
import { configOption } from './config-option.js';

export const lintCommand = defineCommand({
  command: 'lint',
  describe: 'Judge the configuration; exits with 1 when a rule fails, with 2 when it cannot be judged',
  builder: (yargs) =>
    lintOptions(yargs)
      .example('stacyvm config lint --production', 'the gate before a deployment')
      .example(
        "stacyvm config lint --production --role worker --ignore 'logging.format=read by people here'",
        'accept one finding, and say why',
      ),
  handler: async (args) => {
    if (args.listRules && (args.rule.length > 0 || args.ignore.length > 0 || args.live || args.quiet))
      throw new CommandFailure('--list-rules does not go with --rule, --ignore, --live and --quiet', 2);
    const rules = args.rule.length === 0 ? undefined : args.rule;
    refuseUnknown(rules ?? []);
    const ignore = ignoredRules(args.ignore);
    refuseUnknown(ignore.keys());
    if (args.listRules) {
      listRules(args.format);
      return;
    }
    const report = await lintConfiguration({
      configFile: args.config,
      production: args.production,
      role: args.role,
      rules,
      ignore,
      live: args.live,
    });
    if (args.format === 'json') printJson(lintReportJson(report));
    else if (args.format === 'sarif')
      printJson(lintReportSarif(report, { toolVersion: cliVersion(), baseDir: process.cwd() }));
    else print(formatLintText(report, { quiet: args.quiet }));
    const { fail } = report.summary;
    if (fail > 0) throw new CommandFailure(fail === 1 ? '1 check fails' : `${fail} checks fail`);
  },
});

function lintOptions(yargs: Argv) {
  return configOption(yargs)
    .option('production', {
      type: 'boolean',
      default: false,
      describe: 'Let what is a problem in production fail, rather than warn',
    })
    .option('role', {
      choices: ['all', 'control-plane', 'worker'] as const,
      describe: 'The program that it is for; all unless given',
    })
    .option('live', {
      type: 'boolean',
      default: false,
      describe: 'Read the policies of the store as well, and judge them; changes nothing',
    })
    .option('rule', {
      type: 'string',
      array: true,
      nargs: 1,
      default: [] as string[],
      describe: 'Apply this rule only; repeatable',
    })
    .option('ignore', {
      type: 'string',
      array: true,
      nargs: 1,
      default: [] as string[],
      describe: 'Accept what a rule finds, as id=reason; repeatable',
    })
    .option('format', {
      choices: ['text', 'json', 'sarif'] as const,
      default: 'text' as const,
      describe: 'text for people, json for programs, sarif for code hosts',
    })
    .option('quiet', { type: 'boolean', default: false, describe: 'Leave out what passes, in text' })
    .option('list-rules', {
      type: 'boolean',
      default: false,
      describe: 'List the rules instead, and what they demand',
    });
}

function listRules(format: 'text' | 'json' | 'sarif'): void {
  if (format === 'sarif') throw new CommandFailure('--list-rules has the formats text and json', 2);
  if (format === 'json') printJson(ruleDocuments());
  else print(ruleTable());
}

function refuseUnknown(ids: Iterable<string>): void {
  const [unknown] = unknownRules(ids);
  if (unknown !== undefined)
    throw new CommandFailure(`there is no rule ${JSON.stringify(unknown)}; --list-rules lists them`, 2);
}
