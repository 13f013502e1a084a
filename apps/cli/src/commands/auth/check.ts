import { readFileSync } from 'node:fs';
import type { CredentialExplanation, ExplainCredential } from '@stacyvm/api';
import { defineCommand } from '../../command.js';
import { connect, connectionOptions } from '../../connection.js';
import { CommandFailure } from '../../failure.js';
import { formatOption, print, printJson, table } from '../../output.js';

export const checkCommand = defineCommand({
  command: 'check',
  describe: 'Tell what a bearer token or an API key would be here, check by check; needs the admin key',
  builder: (yargs) =>
    formatOption(connectionOptions(yargs))
      .option('token-file', { type: 'string', requiresArg: true, describe: 'File with a bearer token' })
      .option('key-file', { type: 'string', requiresArg: true, describe: 'File with an API key' })
      .example('stacyvm auth check --token-file ada.jwt', 'ends with 1 where the token is refused'),
  handler: async (args) => {
    const explanation = await connect(args).people.explain(credentialOf(args));
    if (args.format === 'json') printJson(explanation);
    else print(textOf(explanation));
    if (!explanation.accepted) process.exitCode = 1;
  },
});

function credentialOf({
  tokenFile,
  keyFile,
}: {
  readonly tokenFile: string | undefined;
  readonly keyFile: string | undefined;
}): ExplainCredential {
  if (tokenFile !== undefined && keyFile === undefined) return { token: contentOf(tokenFile) };
  if (keyFile !== undefined && tokenFile === undefined) return { api_key: contentOf(keyFile) };
  throw new CommandFailure('give one of: --token-file, --key-file', 2);
}

function contentOf(path: string): string {
  try {
    const text = readFileSync(path, 'utf8').trim();
    if (text !== '') return text;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unreadable';
    throw new CommandFailure(`${path} cannot be read: ${code}`, 1, { cause: error });
  }
  throw new CommandFailure(`${path} is empty`);
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
