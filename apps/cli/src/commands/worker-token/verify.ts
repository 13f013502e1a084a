import { WORKER_AUDIENCES } from '@stacyvm/token';
import type { Argv } from 'yargs';
import { defineCommand } from '../../command.js';
import { CommandFailure } from '../../failure.js';
import { formatOption, print, table } from '../../output.js';
import { claimsDocument } from '../../worker-token/claims-document.js';
import { asciiJson } from '../../worker-token/printable.js';
import { signingKeyOptions } from '../../worker-token/signing-key.js';
import { isFromStandardInput, readToken, tokenArgument } from '../../worker-token/token-argument.js';
import { type Verification, verifyToken } from '../../worker-token/verification.js';
import { type Check, checksOf } from '../../worker-token/verification-checks.js';
import { verificationSettings } from '../../worker-token/verification-settings.js';

export const verifyCommand = defineCommand({
  command: 'verify [token]',
  describe: 'Verify a token, and list each check with its verdict',
  // The parser turns `-` into empty text.
  mayBeEmpty: ['token'],
  builder: (yargs) =>
    formatOption(verificationOptions(signingKeyOptions(tokenArgument(yargs)))).example(
      'stacyvm worker token verify --signing-key-file master.key < token',
      'read the token from a file',
    ),
  handler: async (args) => {
    const stdinUses = [args.signingKeyFile, ...args.verificationKeyFile].filter((path) => path === '-');
    if (stdinUses.length + Number(isFromStandardInput(args.token)) > 1) {
      throw new CommandFailure('only one of the token and the keys can come from standard input', 2);
    }
    const settings = await verificationSettings(args);
    const token = await readToken(args.token);
    const nowMs = Date.now();
    const verification = verifyToken(token, settings, nowMs);
    const checks = checksOf(verification, settings, nowMs);
    print(args.format === 'json' ? asciiJson(document(verification, checks), 2) : checkTable(checks));
    if (!verification.accepted) {
      throw new CommandFailure(`token refused: ${verification.code}: ${verification.message}`);
    }
  },
});

function verificationOptions<T>(yargs: Argv<T>) {
  return yargs
    .option('verification-key-file', {
      type: 'string',
      array: true,
      nargs: 1,
      default: [] as string[],
      describe: 'File with a further key; repeatable; without a signing key the first counts as active',
    })
    .option('verification-key', {
      type: 'string',
      array: true,
      nargs: 1,
      default: [] as string[],
      describe: 'A further key itself; other users of this host can see it; repeatable',
    })
    .option('audience', {
      choices: WORKER_AUDIENCES,
      describe: 'Audience that it must have; any unless given',
    })
    .option('worker-id', {
      type: 'string',
      requiresArg: true,
      describe: 'Worker that it must belong to; any unless given',
    })
    .option('certificate', {
      type: 'string',
      requiresArg: true,
      describe: 'File with the certificate that it is presented with; whichever it is bound to unless given',
    })
    .option('revoked-token-id', {
      type: 'string',
      array: true,
      nargs: 1,
      default: [] as string[],
      describe: 'Token id to refuse; repeatable',
    })
    .option('profile', {
      choices: ['strict', 'compatible'] as const,
      describe: 'Which claims are required; strict unless configured',
    })
    .option('worker-key-scope', {
      choices: ['any', 'derived'] as const,
      describe: 'Whether workers may sign with the master key; any unless configured',
    });
}

function document(verification: Verification, checks: readonly Check[]): Readonly<Record<string, unknown>> {
  if (!verification.accepted) {
    const { signatureVerified, code, message } = verification;
    return { signature_verified: signatureVerified, code, message, checks };
  }
  const { worker } = verification;
  return {
    signature_verified: true,
    ...claimsDocument(worker),
    key_role: worker.keyRole,
    key_fingerprint: worker.keyFingerprint,
    signing_key_fingerprint: worker.signingKeyFingerprint,
    checks,
  };
}

function checkTable(checks: readonly Check[]): string {
  return table(
    ['CHECK', 'VERDICT', 'DETAIL'],
    checks.map(({ check, verdict, detail }) => [
      check.replaceAll('_', ' '),
      verdict.replaceAll('_', ' '),
      detail,
    ]),
  );
}
