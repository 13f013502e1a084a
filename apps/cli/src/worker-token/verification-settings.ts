import { environmentName, loadSettings, type Settings } from '@stacyvm/config';
import type { KeySecret, WorkerAudience, WorkerKeyScope, WorkerTokenProfile } from '@stacyvm/token';
import { CommandFailure } from '../failure.js';
import { readCertificateThumbprint } from './certificate-file.js';
import { readKeyFile } from './key-file.js';
import { givenSigningKey, keyOfCommandLine, type SigningKeyArguments } from './signing-key.js';

export interface VerificationArguments extends SigningKeyArguments {
  readonly verificationKey: readonly string[];
  readonly verificationKeyFile: readonly string[];
  readonly revokedTokenId: readonly string[];
  readonly audience: WorkerAudience | undefined;
  readonly workerId: string | undefined;
  readonly certificate: string | undefined;
  readonly profile: WorkerTokenProfile | undefined;
  readonly workerKeyScope: WorkerKeyScope | undefined;
}

/** What a token is verified with and against. */
export interface VerificationSettings {
  /** The active key, then those that only verify, in the order in which they are tried. */
  readonly keys: readonly [KeySecret, ...KeySecret[]];
  readonly workerKeyScope: WorkerKeyScope;
  readonly profile: WorkerTokenProfile;
  readonly revokedTokenIds: ReadonlySet<string>;
  /** Undefined: any. */
  readonly audience: WorkerAudience | undefined;
  /** Undefined: any. */
  readonly workerId: string | undefined;
  /** Of the certificate that the token is presented with. Undefined: whichever it is bound to. */
  readonly certificateThumbprint: string | undefined;
  /** Whether a token must be bound. */
  readonly requireCertificate: boolean;
}

/**
 * Combines the options with the configuration, which counts when it is named or when no option gives a key: one that
 * is broken does not fail a command that has its key.
 */
export async function verificationSettings(
  args: VerificationArguments,
  env = process.env,
): Promise<VerificationSettings> {
  const signing = await givenSigningKey(args, env);
  const verifying = await verificationKeys(args);
  const settings =
    args.config !== undefined || !hasKeyOption(args)
      ? loadSettings({ configFile: args.config, env }).settings
      : undefined;
  const [first, ...rest] = [
    ...(signing === undefined ? secrets(settings, 'auth.worker_signing_key') : [signing]),
    ...secrets(settings, 'auth.worker_signing_keys'),
    ...verifying,
  ];
  if (first === undefined) {
    throw new CommandFailure(
      `there is no key to verify with: give --signing-key-file or --verification-key-file, or set ${environmentName('auth.worker_signing_key')} or auth.worker_signing_key_file`,
    );
  }
  return {
    keys: [first, ...rest],
    workerKeyScope: args.workerKeyScope ?? settings?.['auth.worker_key_scope'] ?? 'any',
    profile: args.profile ?? settings?.['auth.worker_token_profile'] ?? 'strict',
    revokedTokenIds: new Set([
      ...(settings?.['auth.worker_revoked_token_ids'] ?? []),
      ...args.revokedTokenId,
    ]),
    audience: args.audience,
    workerId: args.workerId,
    certificateThumbprint:
      args.certificate === undefined
        ? undefined
        : await readCertificateThumbprint('--certificate', args.certificate),
    requireCertificate: settings?.['auth.worker_token_binding'] === 'required',
  };
}

function hasKeyOption(args: VerificationArguments): boolean {
  return (
    args.signingKey !== undefined ||
    args.signingKeyFile !== undefined ||
    args.verificationKey.length + args.verificationKeyFile.length > 0
  );
}

async function verificationKeys(args: VerificationArguments): Promise<readonly KeySecret[]> {
  const keys: KeySecret[] = args.verificationKey.map((key) => keyOfCommandLine('--verification-key', key));
  for (const path of args.verificationKeyFile) keys.push(await readKeyFile('--verification-key-file', path));
  return keys;
}

function secrets(
  settings: Settings | undefined,
  key: 'auth.worker_signing_key' | 'auth.worker_signing_keys',
): readonly string[] {
  return [settings?.[key] ?? []].flat().map((secret) => secret.reveal());
}
