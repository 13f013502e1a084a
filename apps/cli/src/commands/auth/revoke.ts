import { defineCommand } from '../../command.js';
import { connect, connectionOptions } from '../../connection.js';
import { CommandFailure } from '../../failure.js';
import { given } from '../../given.js';
import { formatOption, print, printJson } from '../../output.js';

export const revokeBearersCommand = defineCommand({
  command: 'revoke',
  describe:
    'Revoke bearer tokens before their time: of a subject, a session, or one of them; needs the admin key',
  builder: (yargs) =>
    formatOption(connectionOptions(yargs))
      .option('subject', { type: 'string', requiresArg: true, describe: 'The claim sub' })
      .option('session', { type: 'string', requiresArg: true, describe: 'The claim sid' })
      .option('token-id', { type: 'string', requiresArg: true, describe: 'The claim jti' })
      .option('issuer', {
        type: 'string',
        requiresArg: true,
        describe: 'The claim iss; may be left out where there is one issuer',
      })
      .option('before', {
        type: 'string',
        requiresArg: true,
        describe: 'With --subject: only what was issued before this time; now unless told',
      })
      .option('ttl', {
        type: 'string',
        requiresArg: true,
        describe: 'When all of it has expired anyway, such as 24h; then the revocation is forgotten',
      })
      .option('reason', {
        type: 'string',
        demandOption: true,
        requiresArg: true,
        describe: 'Why, for those who read the list',
      })
      .example('stacyvm auth revoke --subject ada --reason "left the company"', 'all that she has'),
  handler: async (args) => {
    const { subject, session, tokenId, issuer, before, ttl } = args;
    const named = [subject, session, tokenId].filter((each) => each !== undefined);
    if (named.length !== 1) throw new CommandFailure('give one of: --subject, --session, --token-id', 2);
    if (before !== undefined && subject === undefined)
      throw new CommandFailure('--before goes with --subject', 2);
    const revocation = await connect(args).people.revoke({
      reason: args.reason,
      ...given({ subject, session_id: session, token_id: tokenId, issuer, issued_before: before, ttl }),
    });
    if (args.format === 'json') return printJson(revocation);
    const older =
      revocation.issued_before === undefined ? '' : `, what was issued before ${revocation.issued_before},`;
    print(
      `${revocation.id}: ${revocation.kind} ${revocation.subject} of ${revocation.issuer}${older} is revoked`,
    );
  },
});
