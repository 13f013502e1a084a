import { readFileSync } from 'node:fs';
import { type ApiClient, createApiClient } from '@stacyvm/api';
import type { Argv } from 'yargs';
import { CommandFailure } from './failure.js';
import { createPatientFetch } from './patient-fetch.js';
import { createTrustingFetch } from './tls/trusting-fetch.js';

export interface ConnectionArguments {
  readonly server: string;
  readonly apiKeyFile: string | undefined;
  readonly caFile: string | undefined;
  /** Null for none, whatever the environment says; undefined leaves it to the environment. */
  readonly tenant?: string | null | undefined;
}

/** The heading of these options in the help. */
const CONNECTION = 'Control plane:';
/** Headings come in the order in which they are first named: what a command is about, before how it calls. */
const HEADINGS_BEFORE = ['Positionals:', 'Options:'];

/** The options of every command that calls the control plane. */
export function connectionOptions<T>(yargs: Argv<T>) {
  return serverOptions(yargs)
    .option('tenant', {
      type: 'string',
      requiresArg: true,
      describe:
        'Tenant to act for; without it STACYVM_TENANT, else the credential decides. STACYVM_TENANT= before the command: for none',
    })
    .group('tenant', CONNECTION);
}

/** The same for commands that are about a control plane, and about no tenant. */
export function serverOptions<T>(yargs: Argv<T>) {
  for (const heading of HEADINGS_BEFORE) yargs.group([], heading);
  return yargs
    .option('server', {
      type: 'string',
      default: defaultServer(process.env),
      describe: 'URL of the control plane; STACYVM_URL sets it for all commands',
    })
    .option('api-key-file', {
      type: 'string',
      describe: 'File with the API key; without it STACYVM_API_KEY_FILE or STACYVM_API_KEY',
    })
    .option('ca-file', {
      type: 'string',
      describe:
        'Authorities that the control plane must have its certificate from; without it STACYVM_CA_FILE, else those of Node.js',
    })
    .group(['server', 'api-key-file', 'ca-file'], CONNECTION);
}

/** Where commands look for the control plane that are not told. */
export function defaultServer(env: NodeJS.ProcessEnv): string {
  return env['STACYVM_URL'] || 'http://localhost:7423';
}

/** A client for the control plane that the arguments and the environment name. */
export function connect(args: ConnectionArguments, env = process.env): ApiClient {
  requireServerUrl(args.server);
  return createApiClient({
    baseUrl: args.server,
    apiKey: readApiKey(args.apiKeyFile, env),
    tenant: chosenTenant(args.tenant, env),
    fetch: createPatientFetch(trustingFetch(args, env)),
  });
}

/** The same for what is about tenants and needs none: one that is named may be gone. */
export function connectAsPlatform(args: ConnectionArguments, env = process.env): ApiClient {
  return connect({ ...args, tenant: null }, env);
}

const TENANT_ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;

/**
 * The tenant of the option, else of the environment, where an empty variable chooses none. An empty option is a variable of a
 * shell that was never set: taken for none, it would widen what the command is about from a tenant to the platform.
 *
 * @throws CommandFailure with exit code 2 when it can be no tenant: it goes into a header and into paths
 */
export function chosenTenant(given: string | null | undefined, env: NodeJS.ProcessEnv): string | undefined {
  if (given === null) return undefined;
  const tenant = given ?? env['STACYVM_TENANT'];
  if (tenant === undefined || (given === undefined && tenant === '')) return undefined;
  if (typeof tenant === 'string' && TENANT_ID.test(tenant)) return tenant;
  const source = given === undefined ? 'STACYVM_TENANT' : '--tenant';
  throw new CommandFailure(`${source} must be the id of a tenant; it is ${JSON.stringify(tenant)}`, 2);
}

/** @throws CommandFailure with exit code 2 */
export function requireServerUrl(server: string): void {
  if (!URL.canParse(server) || !/^https?:$/.test(new URL(server).protocol)) {
    throw new CommandFailure(
      `--server, or STACYVM_URL, must be a URL such as http://127.0.0.1:7423; it is ${JSON.stringify(server)}`,
      2,
    );
  }
}

/** The API key of a file, else of the environment; undefined when neither names one. */
export function readApiKey(file: string | undefined, env: NodeJS.ProcessEnv): string | undefined {
  const path = file ?? env['STACYVM_API_KEY_FILE'];
  if (path === undefined || path === '') return env['STACYVM_API_KEY'] || undefined;
  const key = contentOf(path, 'API key').trim();
  if (key !== '') return key;
  throw new CommandFailure(`the API key file ${path} is empty`);
}

/**
 * A `fetch` that trusts the authorities of `--ca-file`, else of the environment; undefined when neither names any, or
 * there is no TLS to check.
 *
 * @throws CommandFailure
 */
export function trustingFetch(
  args: Pick<ConnectionArguments, 'server' | 'caFile'>,
  env: NodeJS.ProcessEnv,
): typeof globalThis.fetch | undefined {
  const authorities = trustedAuthorities(args, env);
  return authorities === undefined ? undefined : createTrustingFetch(authorities);
}

/** The same authorities in PEM. @throws CommandFailure */
export function trustedAuthorities(
  { server, caFile }: Pick<ConnectionArguments, 'server' | 'caFile'>,
  env: NodeJS.ProcessEnv,
): string | undefined {
  const path = caFile ?? env['STACYVM_CA_FILE'];
  if (path === undefined || path === '') return undefined;
  if (!server.startsWith('https:')) {
    // The variable may be there for the other servers of this shell.
    if (caFile === undefined) return undefined;
    throw new CommandFailure(`--ca-file needs a --server with https://; it is ${server}`, 2);
  }
  const authorities = contentOf(path, 'CA');
  if (!authorities.includes('-----BEGIN CERTIFICATE-----'))
    throw new CommandFailure(`the CA file ${path} holds no certificate in PEM`);
  return authorities;
}

function contentOf(path: string, what: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unreadable';
    throw new CommandFailure(`the ${what} file ${path} cannot be read: ${code}`, 1, { cause: error });
  }
}
