import { readFileSync } from 'node:fs';
import { type ApiClient, createApiClient } from '@stacyvm/api';
import type { Argv } from 'yargs';
import { CommandFailure } from './failure.js';

export interface ConnectionArguments {
  readonly server: string;
  readonly apiKeyFile: string | undefined;
}

/** The options of every command that calls the control plane. */
export function connectionOptions<T>(yargs: Argv<T>) {
  return yargs
    .option('server', {
      type: 'string',
      default: 'http://localhost:7423',
      describe: 'URL of the control plane',
    })
    .option('api-key-file', {
      type: 'string',
      describe: 'File with the API key; without it STACYVM_API_KEY_FILE or STACYVM_API_KEY',
    });
}

/** A client for the control plane that the arguments and the environment name. */
export function connect({ server, apiKeyFile }: ConnectionArguments, env = process.env): ApiClient {
  requireServerUrl(server);
  return createApiClient({ baseUrl: server, apiKey: readApiKey(apiKeyFile, env) });
}

/** @throws CommandFailure with exit code 2 */
export function requireServerUrl(server: string): void {
  if (!URL.canParse(server) || !/^https?:$/.test(new URL(server).protocol)) {
    throw new CommandFailure(
      `--server must be a URL such as http://127.0.0.1:7423; it is ${JSON.stringify(server)}`,
      2,
    );
  }
}

/** The API key of a file, else of the environment; undefined when neither names one. */
export function readApiKey(file: string | undefined, env: NodeJS.ProcessEnv): string | undefined {
  const path = file ?? env['STACYVM_API_KEY_FILE'];
  if (path === undefined || path === '') return env['STACYVM_API_KEY'] || undefined;
  try {
    const key = readFileSync(path, 'utf8').trim();
    if (key !== '') return key;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unreadable';
    throw new CommandFailure(`the API key file ${path} cannot be read: ${code}`, 1, { cause: error });
  }
  throw new CommandFailure(`the API key file ${path} is empty`);
}
