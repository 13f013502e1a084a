import { environmentName, isPlaceholder, loadSettings } from '@stacyvm/config';
import type { KeySecret } from '@stacyvm/token';
import type { Argv } from 'yargs';
import { CommandFailure } from '../failure.js';
import { readKeyFile } from './key-file.js';

export interface SigningKeyArguments {
  readonly signingKey: string | undefined;
  readonly signingKeyFile: string | undefined;
  readonly config: string | undefined;
}

const KEY_VARIABLE = environmentName('auth.worker_signing_key');

/** The options of commands that use a signing key. None has a default, so that help cannot show a key. */
export function signingKeyOptions<T>(yargs: Argv<T>) {
  return yargs
    .option('signing-key-file', {
      type: 'string',
      requiresArg: true,
      describe: `File with the signing key, - for standard input; without it ${KEY_VARIABLE}, then the configuration`,
    })
    .option('signing-key', {
      type: 'string',
      requiresArg: true,
      describe: 'The signing key itself; other users of this host can see it, so prefer the file',
    })
    .option('config', {
      type: 'string',
      requiresArg: true,
      describe: 'Configuration file; without it STACYVM_CONFIG or the usual places',
    });
}

/**
 * The key to sign with: that of the options, else of the environment, else of the configuration, which is read only
 * then: one that is broken does not fail a command that has its key.
 *
 * @throws CommandFailure when there is none, or one that anybody can know
 */
export async function signingKey(args: SigningKeyArguments, env = process.env): Promise<KeySecret> {
  const key = await foundSigningKey(args, env);
  const text = typeof key === 'string' ? key : Buffer.from(key).toString('utf8');
  if (isPlaceholder(text)) {
    throw new CommandFailure(
      'the signing key is a placeholder; make one of its own, for example: openssl rand -hex 32',
    );
  }
  return key;
}

async function foundSigningKey(args: SigningKeyArguments, env: NodeJS.ProcessEnv): Promise<KeySecret> {
  const given = await givenSigningKey(args, env);
  if (given !== undefined) return given;
  const { settings } = loadSettings({ configFile: args.config, env });
  const configured = settings['auth.worker_signing_key']?.reveal();
  if (configured !== undefined) return configured;
  throw new CommandFailure(
    `there is no signing key: give --signing-key-file, or set ${KEY_VARIABLE} or auth.worker_signing_key_file`,
  );
}

/** The key of the options, else of the environment, if there is one. */
export async function givenSigningKey(
  args: SigningKeyArguments,
  env: NodeJS.ProcessEnv,
): Promise<KeySecret | undefined> {
  if (args.signingKey !== undefined && args.signingKeyFile !== undefined) {
    throw new CommandFailure('give --signing-key-file or --signing-key, not both', 2);
  }
  if (args.signingKeyFile !== undefined) return readKeyFile('--signing-key-file', args.signingKeyFile);
  if (args.signingKey !== undefined) return keyOfCommandLine('--signing-key', args.signingKey);
  return env[KEY_VARIABLE] || undefined;
}

/** A key that was typed: it works, with a warning. */
export function keyOfCommandLine(option: string, key: string): string {
  if (key.trim() === '') throw new CommandFailure(`${option} is empty`, 2);
  process.stderr.write(
    `stacyvm: warning: other users of this host can see the key of ${option}; use ${option}-file\n`,
  );
  return key;
}
