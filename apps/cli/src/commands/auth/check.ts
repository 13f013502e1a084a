import { readFileSync } from 'node:fs';
import { ApiError, type CredentialExplanation, type ExplainCredential } from '@stacyvm/api';
import type { PresentedCredential } from '@stacyvm/auth';
import { checkOffline } from '../../auth/offline-check.js';
import { defineCommand } from '../../command.js';
import { connect } from '../../connection.js';
import { CommandFailure } from '../../failure.js';
import { formatOption, print, printJson, table } from '../../output.js';
import { configOption } from '../config/config-option.js';

export const checkCommand = defineCommand({
  command: 'check',
  describe:
    'Tell what a bearer token or an API key would be, check by check, with the configuration here or on a server',
  builder: (yargs) =>
    formatOption(configOption(yargs))
      .option('token-file', { type: 'string', requiresArg: true, describe: 'File with a bearer token' })
      .option('key-file', { type: 'string', requiresArg: true, describe: 'File with an API key' })
      .option('server', {
        type: 'string',
        requiresArg: true,
        describe:
          'URL of a control plane that is to tell, which also knows what is revoked; needs its admin key',
      })
      .option('api-key-file', {
        type: 'string',
        requiresArg: true,
        describe:
          'With --server: file with the admin key; without it STACYVM_API_KEY_FILE or STACYVM_API_KEY',
      })
      .option('ca-file', {
        type: 'string',
        requiresArg: true,
        describe:
          'With --server: authorities that it must have its certificate from; without it STACYVM_CA_FILE',
      })
      .example('stacyvm auth check --token-file ada.jwt', 'asks nobody but the issuer, for its keys')
      .epilogue(
        'Ends with 0 when the credential is good, with 1 when it is refused, with 2 when that cannot be told.',
      ),
  handler: async (args) => {
    const credential = credentialOf(args);
    const explanation =
      args.server === undefined
        ? await checkHere(credential, args)
        : await checkThere(credential, { ...args, server: args.server });
    if (args.format === 'json') printJson(explanation);
    else print(textOf(explanation));
    if (!explanation.accepted) process.exitCode = 1;
  },
});

interface Place {
  readonly config: string | undefined;
  readonly apiKeyFile: string | undefined;
  readonly caFile: string | undefined;
}

function checkHere(
  credential: PresentedCredential,
  { config, apiKeyFile, caFile }: Place,
): Promise<CredentialExplanation> {
  if (apiKeyFile !== undefined || caFile !== undefined)
    throw new CommandFailure('--api-key-file and --ca-file go with --server', 2);
  return checkOffline(credential, config, process.env);
}

async function checkThere(
  credential: PresentedCredential,
  { config, server, apiKeyFile, caFile }: Place & { readonly server: string },
): Promise<CredentialExplanation> {
  if (config !== undefined) throw new CommandFailure('give one of: --config, --server', 2);
  const client = connect({ server, apiKeyFile, caFile, tenant: null });
  const body: ExplainCredential =
    'token' in credential ? { token: credential.token } : { api_key: credential.apiKey };
  try {
    return await client.people.explain(body);
  } catch (error) {
    if (error instanceof ApiError) throw new CommandFailure(error.message, 2, { cause: error });
    throw error;
  }
}

function credentialOf({
  tokenFile,
  keyFile,
}: {
  readonly tokenFile: string | undefined;
  readonly keyFile: string | undefined;
}): PresentedCredential {
  if (tokenFile !== undefined && keyFile === undefined) return { token: contentOf(tokenFile) };
  if (keyFile !== undefined && tokenFile === undefined) return { apiKey: contentOf(keyFile) };
  throw new CommandFailure('give one of: --token-file, --key-file', 2);
}

function contentOf(path: string): string {
  try {
    const text = readFileSync(path, 'utf8').trim();
    if (text !== '') return text;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unreadable';
    throw new CommandFailure(`${path} cannot be read: ${code}`, 2, { cause: error });
  }
  throw new CommandFailure(`${path} is empty`, 2);
}

function textOf({ checks, principal, reason, message }: CredentialExplanation): string {
  const rows = checks.map(({ name, ok, detail }) => [ok ? 'ok' : 'NO', name, detail]);
  const verdict =
    principal === undefined
      ? [`refused: ${reason ?? 'unknown'}`, message ?? '']
      : [
          `accepted: ${principal.id}`,
          `role ${principal.role}, scopes ${principal.scopes.join(' ')}`,
          principal.tenant_id === undefined ? 'no tenant' : `tenant ${principal.tenant_id}`,
        ];
  return [table(['', 'CHECK', 'FOUND'], rows), '', ...verdict].join('\n');
}
