import { type CredentialExplanation, credentialExplanation } from '@stacyvm/api';
import {
  AuthError,
  createAuthenticator,
  createOidcVerifier,
  httpStatusOf,
  looksLikeApiKey,
  oidcOptionsOf,
  type PresentedCredential,
  type CredentialExplanation as Verdict,
} from '@stacyvm/auth';
import { ConfigError, loadSettings, type Settings } from '@stacyvm/config';
import { CommandFailure } from '../failure.js';

/**
 * What a control plane with the configuration of this machine would make of a credential, without asking one. Of an issuer whose keys are
 * not configured they are fetched.
 *
 * @throws CommandFailure with exit code 2 when that cannot be told
 */
export async function checkOffline(
  credential: PresentedCredential,
  configFile: string | undefined,
  env: NodeJS.ProcessEnv,
): Promise<CredentialExplanation> {
  try {
    return credentialExplanation(await explainWith(loadSettings({ configFile, env }).settings, credential));
  } catch (error) {
    if (error instanceof ConfigError || error instanceof AuthError)
      throw new CommandFailure(error.message, 2, { cause: error });
    throw error;
  }
}

async function explainWith(settings: Settings, credential: PresentedCredential): Promise<Verdict> {
  if (looksLikeApiKey('token' in credential ? credential.token : credential.apiKey)) {
    throw new CommandFailure(
      'it is a key of the database, which only the control plane can ask: give --server',
      2,
    );
  }
  const issuers = oidcOptionsOf(settings);
  if ('token' in credential && issuers.length === 0) {
    throw new CommandFailure(
      'the configuration names no issuer of bearer tokens: set auth.oidc_enabled and auth.oidc_issuer, or give --server',
      2,
    );
  }
  const oidc = issuers.length === 0 ? undefined : createOidcVerifier(issuers);
  try {
    const verdict = await createAuthenticator({
      apiKeys: {
        apiKey: settings['auth.api_key']?.reveal(),
        adminApiKey: settings['auth.admin_api_key']?.reveal(),
        adminFallback: settings['auth.admin_fallback_enabled'],
      },
      oidc,
    }).explain(credential);
    if (!verdict.accepted && httpStatusOf(verdict.reason) === 503) {
      const [detail = ''] = verdict.checks.slice(-1).map((check) => check.detail);
      throw new CommandFailure(`${verdict.message}: ${detail}`, 2);
    }
    return verdict;
  } finally {
    oidc?.close();
  }
}
