import type { WorkerKeys } from '@stacyvm/api';
import { defineCommand } from '../../command.js';
import { connect, connectionOptions } from '../../connection.js';
import { CommandFailure } from '../../failure.js';
import { formatOption, localTime, print, printJson, table } from '../../output.js';

export const keysCommand = defineCommand({
  command: 'keys',
  describe: 'Show the signing keys, who still uses them, and whether an old one may go; needs the admin key',
  builder: (yargs) =>
    formatOption(connectionOptions(yargs)).option('check-removal', {
      type: 'string',
      describe: 'Exit with 1 unless the key with this fingerprint may be removed now',
    }),
  handler: async (args) => {
    const state = await connect(args).workerIdentity.keys();
    if (args.format === 'json') printJson(state);
    else print(describeKeys(state));
    if (args.checkRemoval !== undefined) requireSafeRemoval(state, args.checkRemoval);
  },
});

function describeKeys({ keys }: WorkerKeys): string {
  if (keys.length === 0) return 'no signing key is configured';
  return table(
    ['ROLE', 'FINGERPRINT', 'SINCE', 'LAST USED', 'WORKERS', 'MAY GO', 'WHY'],
    keys.map((key) => [
      key.role,
      key.fingerprint,
      localTime(key.role_since),
      key.last_used === undefined ? 'never' : localTime(key.last_used),
      String(key.worker_count),
      key.safe_to_remove ? 'yes' : 'no',
      key.why,
    ]),
  );
}

function requireSafeRemoval({ keys }: WorkerKeys, fingerprint: string): void {
  const key = keys.find((candidate) => candidate.fingerprint === fingerprint);
  if (key === undefined) throw new CommandFailure(`there is no key with the fingerprint ${fingerprint}`);
  if (!key.safe_to_remove)
    throw new CommandFailure(`the key ${fingerprint} must not be removed yet: ${key.why}`);
}
