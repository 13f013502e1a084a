import { deriveWorkerKey, keyFingerprint, mintWorkerToken, WORKER_AUDIENCES } from '@stacyvm/token';
import { defineCommand } from '../../command.js';
import { print } from '../../output.js';
import { readCertificateThumbprint } from '../../worker-token/certificate-file.js';
import { claimsDocument } from '../../worker-token/claims-document.js';
import { asciiJson } from '../../worker-token/printable.js';
import { signingKey, signingKeyOptions } from '../../worker-token/signing-key.js';
import { tokenRequest } from '../../worker-token/token-request.js';

export const issueCommand = defineCommand({
  command: 'issue <worker-id>',
  aliases: ['$0'],
  describe: 'Issue a token for a worker; the word issue may be left out',
  builder: (yargs) =>
    signingKeyOptions(yargs)
      .positional('worker-id', {
        type: 'string',
        demandOption: true,
        describe: 'Worker that the token is for',
      })
      .option('audience', {
        choices: WORKER_AUDIENCES,
        default: WORKER_AUDIENCES[0],
        describe: 'Where it is presented: to the control plane, or to a worker (rpc)',
      })
      .option('ttl', {
        type: 'string',
        requiresArg: true,
        default: '5m',
        describe: 'How long it lives, at most 15m',
      })
      .option('not-before', {
        type: 'string',
        requiresArg: true,
        default: '0s',
        describe: 'Delay before it can be used',
      })
      .option('token-id', {
        type: 'string',
        requiresArg: true,
        describe: 'Its id (jti); random unless given',
      })
      .option('scope', {
        type: 'string',
        array: true,
        nargs: 1,
        default: [] as string[],
        describe: 'Scope to grant; repeatable; without it the default set of the audience',
      })
      .option('bind-certificate', {
        type: 'string',
        requiresArg: true,
        describe: 'File with the client certificate that the token is bound to: it is good with that alone',
      })
      .option('derived', {
        type: 'boolean',
        default: false,
        describe: "The key is a master key: sign with this worker's key, derived from it",
      })
      .option('format', {
        choices: ['text', 'token', 'json'] as const,
        default: 'text' as const,
        describe: 'text (or token) prints the token alone',
      })
      .example('stacyvm worker token issue worker-a --signing-key-file master.key', 'for a heartbeat'),
  handler: async (args) => {
    const request = tokenRequest(args);
    const certificateThumbprint =
      args.bindCertificate === undefined
        ? undefined
        : await readCertificateThumbprint('--bind-certificate', args.bindCertificate);
    const key = await signingKey(args);
    const signer = args.derived ? deriveWorkerKey(key, request.workerId) : key;
    const { token, claims } = mintWorkerToken({ ...request, key: signer, certificateThumbprint });
    if (args.format !== 'json') return print(token);
    print(
      asciiJson(
        {
          token,
          ...claimsDocument(claims),
          key_fingerprint: keyFingerprint(key),
          ...(args.derived ? { signing_key_fingerprint: keyFingerprint(signer) } : {}),
        },
        2,
      ),
    );
  },
});
