import { resolve } from 'node:path';
import { defineCommand } from '../../command.js';
import { CommandFailure } from '../../failure.js';
import { notice } from '../../output.js';
import { controlPlaneHolder, workerHolder } from '../../tls/holders.js';
import { type InitDirectoryResult, initDirectory } from '../../tls/init-directory.js';
import { settingsToUse } from '../../tls/settings-to-use.js';

const MAX_DAYS = 365;

export const initCommand = defineCommand({
  command: 'init',
  describe: 'Make a test CA, and certificates for a control plane and workers; prints the settings to use',
  builder: (yargs) =>
    yargs
      .option('dir', {
        type: 'string',
        demandOption: true,
        requiresArg: true,
        describe: 'Directory for certificates and keys; what is missing there is added',
      })
      .option('worker', {
        alias: 'add-worker',
        type: 'string',
        array: true,
        nargs: 1,
        demandOption: true,
        describe: 'Id of a worker; repeatable',
      })
      .option('control-plane-name', {
        type: 'string',
        array: true,
        nargs: 1,
        default: [] as string[],
        describe: 'DNS name or IPv4 address of the control plane, beside localhost; repeatable',
      })
      .option('days', {
        type: 'number',
        default: 30,
        requiresArg: true,
        describe: `How long certificates are valid, at most ${MAX_DAYS}`,
      })
      .option('force', {
        type: 'boolean',
        default: false,
        describe: 'Make everything anew, the CA too',
      })
      .example('stacyvm tls init --dir tls --worker worker-1 > stacyvm.yaml', 'with the settings in a file')
      .example('stacyvm tls init --dir tls --worker worker-2', 'a further worker of the same CA'),
  handler: async ({ dir, worker, controlPlaneName, days, force }) => {
    if (!Number.isInteger(days) || days < 1 || days > MAX_DAYS)
      throw new CommandFailure(`--days takes a whole number from 1 to ${MAX_DAYS}`, 2);
    const directory = resolve(dir);
    const workers = [...new Set(worker)];
    const controlPlane = controlPlaneHolder(controlPlaneName);
    const holders = [controlPlane, ...workers.map((id) => workerHolder(id, controlPlane))];
    const result = await initDirectory({ directory, holders, days, replace: force, now: new Date() });
    tell(directory, result);
    const controlPlaneHost = controlPlaneName[0] ?? 'localhost';
    process.stdout.write(settingsToUse({ directory, workers, controlPlaneHost }));
  },
});

function tell(directory: string, { written, kept, endsAt }: InitDirectoryResult): void {
  if (written.length > 0) notice(`wrote to ${directory}: ${written.join(', ')}`);
  if (kept.length > 0) notice(`kept: ${kept.join(', ')}`);
  notice(`valid until ${endsAt.toISOString().slice(0, 10)}`);
  notice(
    `This is a TEST authority: its key lies in ${directory} without a passphrase, and whoever has it is whom they like. ` +
      'For trying TLS out, not for production.',
  );
}
