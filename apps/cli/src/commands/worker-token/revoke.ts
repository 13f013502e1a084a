import { defineCommand } from '../../command.js';
import { connect, connectionOptions } from '../../connection.js';
import { CommandFailure } from '../../failure.js';
import { formatOption, print, printJson } from '../../output.js';

export const revokeCommand = defineCommand({
  command: 'revoke [token-id]',
  describe: 'Revoke a token, a worker or a key, everywhere within seconds; needs the admin key',
  builder: (yargs) =>
    formatOption(connectionOptions(yargs))
      .positional('token-id', { type: 'string', describe: 'Id (jti) of the token' })
      .option('worker', {
        type: 'string',
        describe: 'Every token of this worker, future ones too, until unrevoked',
      })
      .option('before', {
        type: 'string',
        describe: 'With --worker: only what was issued before this time, or before now',
      })
      .option('key', { type: 'string', describe: 'Everything that the key with this fingerprint signed' })
      .option('reason', { type: 'string', demandOption: true, describe: 'Why, for those who read the list' })
      .example(
        'stacyvm worker token revoke --worker w-1 --before now --reason "token leaked"',
        'after a leak',
      )
      .example('stacyvm worker token revoke --worker w-1 --reason "host broken into"', 'shut a worker out'),
  handler: async (args) => {
    const { tokenId, worker, key, before } = args;
    if ([tokenId, worker, key].filter((subject) => subject !== undefined).length !== 1) {
      throw new CommandFailure('give one of: a token id, --worker, --key', 2);
    }
    if (before !== undefined && worker === undefined)
      throw new CommandFailure('--before goes with --worker', 2);
    const revocation = await connect(args).workerIdentity.revoke({
      reason: args.reason,
      ...(tokenId === undefined ? {} : { token_id: tokenId }),
      ...(worker === undefined ? {} : { worker_id: worker }),
      ...(key === undefined ? {} : { key_fingerprint: key }),
      ...(before === undefined ? {} : { issued_before: before }),
    });
    if (args.format === 'json') printJson(revocation);
    else {
      const older =
        revocation.issued_before === undefined ? '' : `, what was issued before ${revocation.issued_before},`;
      print(`${revocation.id}: ${revocation.kind} ${revocation.subject}${older} is revoked`);
    }
  },
});
