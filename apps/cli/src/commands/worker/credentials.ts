import { defineCommand } from '../../command.js';
import { connect, connectionOptions } from '../../connection.js';
import { collect, formatOption, localTime, print, printJson, table } from '../../output.js';

export const credentialsCommand = defineCommand({
  command: 'credentials',
  describe: 'Show which worker proves itself with what, and when it was last seen; needs the admin key',
  builder: (yargs) =>
    formatOption(connectionOptions(yargs))
      .option('worker-id', { type: 'string', describe: 'Only of this worker' })
      .option('form', { choices: ['signed', 'static'] as const, describe: 'Only of this form' })
      .option('key', { type: 'string', describe: 'Only by the key with this fingerprint' }),
  handler: async (args) => {
    const filter = { workerId: args.workerId, form: args.form, keyFingerprint: args.key };
    const uses = await collect(connect(args).workerIdentity.credentials(filter));
    if (args.format === 'json') return printJson(uses);
    if (uses.length === 0) return print('no credentials were used');
    print(
      table(
        ['WORKER', 'FORM', 'KEY', 'FINGERPRINT', 'OWN KEY', 'PROFILE', 'CURRENT', 'LAST SEEN', 'COUNT'],
        uses.map((use) => [
          use.worker_id,
          use.kind === undefined ? use.form : `${use.form} (${use.kind})`,
          use.key_role ?? '',
          use.key_fingerprint ?? '',
          use.signing_key_fingerprint ?? '',
          use.profile ?? '',
          use.current ? 'yes' : '',
          `${localTime(use.last_seen)}${use.stale ? ' (stale)' : ''}`,
          String(use.count),
        ]),
      ),
    );
  },
});
