import { defineCommand } from '../../command.js';
import { connect, connectionOptions } from '../../connection.js';
import { collect, formatOption, localTime, print, printJson, table } from '../../output.js';

export const bearerRevocationsCommand = defineCommand({
  command: 'revocations',
  describe: 'List which bearer tokens are revoked, why, by whom and since when; needs the admin key',
  builder: (yargs) => formatOption(connectionOptions(yargs)),
  handler: async (args) => {
    const revocations = await collect(connect(args).people.revocations());
    if (args.format === 'json') return printJson(revocations);
    if (revocations.length === 0) return print('nothing is revoked');
    print(
      table(
        ['ID', 'KIND', 'SUBJECT', 'ISSUER', 'ISSUED BEFORE', 'REASON', 'BY', 'SINCE'],
        revocations.map((revocation) => [
          revocation.id,
          revocation.kind,
          revocation.subject,
          revocation.issuer,
          revocation.issued_before === undefined ? 'any time' : localTime(revocation.issued_before),
          revocation.reason,
          revocation.revoked_by,
          localTime(revocation.created_at),
        ]),
      ),
    );
  },
});

export const unrevokeBearersCommand = defineCommand({
  command: 'unrevoke <id>',
  describe: 'Remove a revocation; the tokens that it concerned are accepted again; needs the admin key',
  builder: (yargs) =>
    formatOption(connectionOptions(yargs)).positional('id', {
      type: 'string',
      demandOption: true,
      describe: 'Id of the revocation, such as pv-…',
    }),
  handler: async (args) => {
    await connect(args).people.removeRevocation(args.id);
    if (args.format === 'json') printJson({ id: args.id, status: 'removed' });
    else print(`${args.id} removed`);
  },
});
