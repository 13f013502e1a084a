import { ConfigError, loadSettings, type Settings } from '@stacyvm/config';
import { type LintReport, type LintRole, lintConfigError, lintSettings } from '@stacyvm/config/lint';
import { CommandFailure } from '../failure.js';
import { type LintedPolicies, lintFilePolicies } from './file-policies.js';

export interface LintRequest {
  readonly configFile: string | undefined;
  readonly production: boolean;
  readonly role: LintRole | undefined;
  readonly rules: readonly string[] | undefined;
  readonly ignore: ReadonlyMap<string, string>;
  /** Whether the policies of the store are judged as well, which it is asked for. */
  readonly live: boolean;
}

/**
 * Loads the configuration as the programs do, and judges it, or says why it does not load.
 *
 * @throws CommandFailure 2 when the file cannot be read
 */
export async function lintConfiguration(request: LintRequest, env = process.env): Promise<LintReport> {
  try {
    const loaded = loadSettings({ configFile: request.configFile, env });
    const { settings } = loaded;
    const policies = request.live ? await lintLive(settings) : lintFilePolicies(settings);
    return lintSettings(loaded, { ...request, ...policies });
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    if (error.code === 'file_unreadable') throw new CommandFailure(error.message, 2, { cause: error });
    return lintConfigError(error, request);
  }
}

/** What reads the store takes longer to load than a whole lint without it. */
async function lintLive(settings: Settings): Promise<LintedPolicies> {
  const { lintLivePolicies } = await import('./live-policies.js');
  return lintLivePolicies(settings);
}
