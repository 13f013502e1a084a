import { ConfigError, type LoadedSettings } from '@stacyvm/config';
import { lintConfigError, lintReportJson, lintSettings } from '@stacyvm/config/lint';
import { REDACTION_RULES, redact, redactText } from '@stacyvm/logging';
import { examine } from '../doctor/examine.js';
import { reportDocument } from '../doctor/report.js';
import { CommandFailure } from '../failure.js';
import { settingsOrError } from '../loaded-configuration.js';
import { configurationPart } from './configuration-part.js';
import { createKnownSecrets, type KnownSecrets } from './known-secrets.js';
import { logPart } from './log-part.js';
import { type CollectionError, collectServer, type ServerOptions } from './server-part.js';
import { versions } from './versions.js';

export interface BundleOptions {
  readonly configFile: string | undefined;
  /** Undefined leaves the control plane out. */
  readonly server: ServerOptions | undefined;
  readonly logFile: string | undefined;
  /** What each check of the doctor may take. */
  readonly timeoutMs: number;
  readonly env?: NodeJS.ProcessEnv;
  readonly clock?: () => Date;
}

export interface Bundle {
  /** JSON without a secret that is known here. */
  readonly text: string;
  readonly errors: readonly CollectionError[];
}

/**
 * Collects what somebody needs who is to help, without secrets.
 *
 * @throws CommandFailure when a known secret is left in it
 */
export async function collectBundle(options: BundleOptions): Promise<Bundle> {
  const { configFile, server, logFile, timeoutMs, env = process.env, clock = () => new Date() } = options;
  const errors: CollectionError[] = [];
  const collect = async <T>(part: string, work: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await work();
    } catch (error) {
      errors.push({ part, message: redactText(error instanceof Error ? error.message : String(error)) });
      return undefined;
    }
  };

  const loaded = settingsOrError(configFile, env);
  if (loaded instanceof ConfigError)
    errors.push({ part: 'config', message: 'the configuration does not load' });
  const lint = await collect('lint', async () => lintPart(loaded, clock()));
  const doctor = await collect('doctor', () =>
    examine({ configFile, role: 'all', production: false, timeoutMs, env, clock }),
  );
  const fromServer = server === undefined ? undefined : await collectServer(server);
  errors.push(...(fromServer?.errors ?? []));
  const log = logFile === undefined ? undefined : await collect('log', () => logPart(logFile));

  const document = {
    version: 1,
    generated_at: clock().toISOString(),
    versions: versions(),
    config: redact(configurationPart(loaded)),
    ...(lint === undefined ? {} : { lint: redact(lint) }),
    ...(doctor === undefined ? {} : { doctor: redact(reportDocument(doctor)) }),
    ...(fromServer === undefined ? {} : { server: fromServer.document }),
    ...(log === undefined ? {} : { log }),
    collection_errors: errors,
    redactions: ['secret settings', 'members with the name of a secret', ...REDACTION_RULES],
  };
  const others = { 'the API key of --server': server?.apiKey };
  const secrets = createKnownSecrets(
    loaded instanceof ConfigError ? { env, others, configFile } : { env, others, loaded },
  );
  return { text: seal(document, secrets), errors };
}

/** With the severity of production: whoever helps wants to know what is left. */
function lintPart(loaded: LoadedSettings | ConfigError, now: Date): unknown {
  const options = { production: true, now };
  return lintReportJson(
    loaded instanceof ConfigError ? lintConfigError(loaded, options) : lintSettings(loaded, options),
  );
}

/** The last look: the whole text by pattern, and every secret that is known. */
function seal(document: unknown, secrets: KnownSecrets): string {
  const text = `${redactText(JSON.stringify(document, null, 2))}\n`;
  const left = secrets.occurringIn(text);
  if (left.length > 0) {
    throw new CommandFailure(
      `the bundle would have shown a secret, so it is not written: ${left.join(', ')}; leave out --log-file or use --skip-server, and report this`,
    );
  }
  try {
    JSON.parse(text);
  } catch (error) {
    throw new CommandFailure(
      'what was collected is no JSON any more without its secrets; it is not written',
      1,
      {
        cause: error,
      },
    );
  }
  return text;
}
