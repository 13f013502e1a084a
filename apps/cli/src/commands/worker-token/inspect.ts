import { inspectWorkerToken, type UnverifiedWorkerToken } from '@stacyvm/token';
import { defineCommand } from '../../command.js';
import { print } from '../../output.js';
import { claimsDocument, fromNow } from '../../worker-token/claims-document.js';
import { asciiJson, printable, timestamp } from '../../worker-token/printable.js';
import { readToken, tokenArgument } from '../../worker-token/token-argument.js';

export const inspectCommand = defineCommand({
  command: 'inspect [token]',
  describe: 'Show what a token says, without verifying it',
  // The parser turns `-` into empty text.
  mayBeEmpty: ['token'],
  builder: (yargs) =>
    tokenArgument(yargs).option('format', {
      choices: ['json', 'text'] as const,
      default: 'json' as const,
      describe: 'json for programs, text for people',
    }),
  handler: async (args) => {
    const token = inspectWorkerToken(await readToken(args.token));
    if (args.format === 'text') return print(describe(token, Date.now()));
    print(asciiJson({ signature_verified: token.signatureVerified, ...claimsDocument(token) }, 2));
  },
});

function describe(token: UnverifiedWorkerToken, nowMs: number): string {
  const rows: readonly (readonly [string, string | undefined])[] = [
    ['signature', 'unverified: anyone can have written this'],
    ['worker', token.workerId],
    ['token id', token.tokenId],
    ['audience', token.audience && printable(token.audience)],
    ['scopes', token.scopes?.map(printable).join(' ') || undefined],
    ['issued at', token.issuedAt && timestamp(token.issuedAt)],
    ['not before', token.notBefore && timestamp(token.notBefore)],
    ['expires at', token.expiresAt && describeExpiry(token.expiresAt, nowMs)],
    ...(token.certificateThumbprint === undefined
      ? []
      : [['bound to', `certificate ${token.certificateThumbprint} (cnf x5t#S256)`] as const]),
  ];
  return rows.map(([name, value]) => `${name.padEnd(10)}  ${value ?? '(absent)'}`).join('\n');
}

function describeExpiry(expiresAt: Date, nowMs: number): string {
  const state = expiresAt.getTime() <= nowMs ? 'expired' : 'not expired';
  return `${timestamp(expiresAt)} (${state} by the local clock: ${fromNow(expiresAt, nowMs)})`;
}
