import { lintPolicies } from '@stacyvm/policy';
import { defineCommand } from '../../command.js';
import { connectionOptions } from '../../connection.js';
import { CommandFailure } from '../../failure.js';
import { formatOption, print, printJson, table } from '../../output.js';
import { rulesOf, rulesOption } from '../../policy/rules.js';

export const lintCommand = defineCommand({
  command: 'lint',
  describe:
    'Find policies that are dead, doubled, in conflict or without effect; exits with 1 when there are any',
  builder: (yargs) =>
    formatOption(rulesOption(connectionOptions(yargs)))
      .example('stacyvm policy lint --rules base.yaml', 'before a change of a file is deployed')
      .example('stacyvm policy lint', 'what is in force now; needs the admin key'),
  handler: async (args) => {
    const rules = await rulesOf(args);
    const findings = lintPolicies(rules);
    if (args.format === 'json') {
      printJson(
        findings.map(({ code, ruleId, otherRuleId, message }) => ({
          code,
          policy_id: ruleId,
          other_policy_id: otherRuleId,
          message,
        })),
      );
    } else if (findings.length === 0) {
      print(`nothing to say about ${rules.length} policies`);
    } else {
      print(
        table(
          ['POLICY', 'FINDING', 'WHY'],
          findings.map(({ code, ruleId, message }) => [ruleId, code, message]),
        ),
      );
    }
    const { length } = findings;
    if (length > 0) throw new CommandFailure(length === 1 ? '1 finding' : `${length} findings`);
  },
});
