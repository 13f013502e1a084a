import { defineCommand } from '../../command.js';
import { connect, connectionOptions } from '../../connection.js';
import { collect, formatOption, localTime, print, printJson, table } from '../../output.js';

export const revocationsCommand = defineCommand({
  command: 'revocations',
  describe: 'List what is revoked, why, by whom and since when; needs the admin key',
  builder: (yargs) => formatOption(connectionOptions(yargs)),
  handler: async (args) => {
    const revocations = await collect(connect(args).workerIdentity.revocations());
    if (args.format === 'json') return printJson(revocations);
    if (revocations.length === 0) return print('nothing is revoked');
    print(
      table(
        ['ID', 'KIND', 'SUBJECT', 'ISSUED BEFORE', 'REASON', 'BY', 'SINCE'],
        revocations.map((revocation) => [
          revocation.id,
          revocation.kind,
          revocation.subject,
          revocation.issued_before === undefined ? 'any time' : localTime(revocation.issued_before),
          revocation.reason,
          revocation.revoked_by,
          localTime(revocation.created_at),
        ]),
      ),
    );
  },
});

export const unrevokeCommand = defineCommand({
  command: 'unrevoke <id>',
  describe: 'Remove a revocation; what it concerned is accepted again; needs the admin key',
  builder: (yargs) =>
    formatOption(connectionOptions(yargs)).positional('id', {
      type: 'string',
      demandOption: true,
      describe: 'Id of the revocation, such as rv-…',
    }),
  handler: async (args) => {
    await connect(args).workerIdentity.removeRevocation(args.id);
    if (args.format === 'json') printJson({ id: args.id, status: 'removed' });
    else print(`${args.id} removed`);
  },
});
