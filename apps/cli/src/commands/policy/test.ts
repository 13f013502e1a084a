import { type PolicyCase, readPolicyCases } from '@stacyvm/config/policies';
import { compilePolicySet } from '@stacyvm/policy';
import { defineCommand } from '../../command.js';
import { chosenTenant, connectionOptions } from '../../connection.js';
import { CommandFailure } from '../../failure.js';
import { formatOption, print, printJson } from '../../output.js';
import { readable, rulesOf, rulesOption } from '../../policy/rules.js';
import { type CaseResult, runCases } from '../../policy/run-cases.js';
import { printable } from '../../worker-token/printable.js';

export const testCommand = defineCommand({
  command: 'test <file>',
  describe: 'Put the cases of a file to the policies; exits with 1 when an answer is not the expected one',
  builder: (yargs) =>
    formatOption(rulesOption(connectionOptions(yargs)))
      .positional('file', { type: 'string', demandOption: true, describe: 'YAML file of cases' })
      .example('stacyvm policy test cases.yaml --rules base.yaml', 'before a change of a file is deployed')
      .example('stacyvm policy test cases.yaml', 'what is in force now; needs the admin key')
      .example('stacyvm policy test cases.yaml --tenant research', 'what is in force for a tenant'),
  handler: async (args) => {
    const tenant = args.rules.length > 0 ? undefined : chosenTenant(args.tenant, process.env);
    const cases = readable(() => readPolicyCases(args.file)).map((each) => ofTenant(each, tenant));
    const set = compilePolicySet(await rulesOf(args));
    const results = runCases(set, cases);
    const failed = results.filter(({ passed }) => !passed).length;
    const passed = results.length - failed;
    if (args.format === 'json') {
      printJson({ policy_version: set.version, passed, failed, results });
    } else {
      for (const result of results) print(lineOf(args.file, result));
      print(`${passed} passed, ${failed} failed`);
    }
    if (failed > 0) throw new CommandFailure(failed === 1 ? '1 case fails' : `${failed} cases fail`);
  },
});

/** Where a tenant is chosen, a case that names none is one of its requests. */
function ofTenant(each: PolicyCase, tenant: string | undefined): PolicyCase {
  return { ...each, question: { ...each.question, tenantId: each.question.tenantId ?? tenant ?? null } };
}

function lineOf(file: string, result: CaseResult): string {
  const name = printable(result.name);
  if (result.passed) return `ok    ${name}`;
  const expected = [result.expected, result.expected_rule].filter((part) => part !== undefined).join(' by ');
  const actual =
    result.rule === undefined ? `${result.actual} (${result.reason})` : `${result.actual} by ${result.rule}`;
  return `FAIL  ${name}: expected ${printable(expected)}, got ${actual}  (${file}:${result.line})`;
}
