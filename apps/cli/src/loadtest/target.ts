import type { Argv } from 'yargs';
import { type ConnectionArguments, connectionOptions, requireServerUrl } from '../connection.js';
import { CommandFailure } from '../failure.js';
import { isThisHost } from '../this-host.js';

export interface TargetArguments extends ConnectionArguments {
  readonly allowRemoteTarget: boolean;
}

/** The options that say which control plane is put under load. */
export function targetOptions<T>(yargs: Argv<T>) {
  return connectionOptions(yargs).option('allow-remote-target', {
    type: 'boolean',
    default: false,
    describe: 'Put a control plane under load that is not on this host; only one that is yours',
  });
}

/** Load goes to this host, or where somebody has said on purpose. @throws CommandFailure with exit code 2 */
export function requireTarget({ server, allowRemoteTarget }: TargetArguments): void {
  requireServerUrl(server);
  if (allowRemoteTarget || isThisHost(new URL(server).hostname)) return;
  throw new CommandFailure(
    `${server} is not on this host; if it is yours to put under load, say so with --allow-remote-target`,
    2,
  );
}
