import { createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto';
import { createKeyring } from '@stacyvm/token';
import {
  type Check,
  type CheckGroup,
  type Finding,
  failure,
  note,
  skipped,
  success,
  warning,
  weakness,
} from '../check.js';
import { connectionFailure, jsonObject, visit } from '../http-visit.js';
import { runsControlPlane, type Subject } from '../subject.js';

const MIN_RSA_BITS = 2_048;

/** Fewer different characters than random text of 32 bytes ever has. */
const MIN_DISTINCT_CHARACTERS = 10;

/** Who may call, and by what workers prove who they are. */
export function identityChecks(subject: Subject): CheckGroup {
  return {
    id: 'identity',
    title: 'identity',
    checks: () => [
      note('callers', 'callers', callers(subject)),
      oidc(subject),
      note('signing_key', 'signing key of worker tokens', signingKey(subject)),
      note('static_credentials', 'static worker tokens', staticCredentials(subject)),
    ],
  };
}

function callers(subject: Subject): Finding {
  if (!runsControlPlane(subject)) return skipped('a control plane has them');
  if (subject.settings['auth.enabled']) return success('must authenticate');
  return weakness(
    'everybody on this host is administrator',
    'set auth.admin_api_key_file or auth.oidc_enabled',
  );
}

function signingKey({ settings, role }: Subject): Finding {
  const active = settings['auth.worker_signing_key']?.reveal();
  const others = settings['auth.worker_signing_keys'].map((key) => key.reveal());
  if (active === undefined) {
    return others.length > 0
      ? weakness('there are keys to verify with and none to sign with', 'set auth.worker_signing_key_file')
      : role === 'worker'
        ? skipped('none is configured; a worker may have enrolled for one')
        : warning('none', 'openssl rand -base64 48 > key; set auth.worker_signing_key_file');
  }
  try {
    createKeyring({ active, verifyOnly: others });
  } catch (error) {
    return failure(error instanceof Error ? error.message : String(error), 'openssl rand -base64 48 > key');
  }
  const weak = [active, ...others].some((key) => new Set(key.trim()).size < MIN_DISTINCT_CHARACTERS);
  if (weak) return weakness('a key repeats few characters', 'generate a random one: openssl rand -base64 48');
  return success(others.length === 0 ? 'strong' : `strong, and ${others.length} more to verify with`);
}

function staticCredentials({ settings }: Subject): Finding {
  const shared = settings['auth.worker_token'] !== undefined;
  const own = settings['auth.worker_tokens'].size;
  if (!shared && own === 0) return success('none');
  if (settings['auth.worker_token_migration'] === 'strict') return success('configured, and refused');
  const what = [...(shared ? ['the shared one'] : []), ...(own > 0 ? [`${own} of single workers`] : [])];
  return weakness(
    `still there: ${what.join(', ')}`,
    'they never expire: move workers to signed tokens, then set auth.worker_token_migration strict and remove them',
  );
}

function oidc(subject: Subject): CheckGroup {
  const { settings } = subject;
  return {
    id: 'oidc',
    title: 'OpenID Connect',
    checks() {
      if (!runsControlPlane(subject) || !settings['auth.oidc_enabled']) return skipped('not enabled');
      const publicKey = settings['auth.oidc_public_key']?.reveal();
      return [
        note('audience', 'audience', audience(settings['auth.oidc_audience'])),
        ...(publicKey === undefined
          ? [issuer(subject), keys(subject)]
          : [note('public_key', 'public key', judgePublicKey(publicKey))]),
      ];
    },
  };
}

function audience(name: string): Finding {
  return name === ''
    ? warning('any: tokens for other applications of the issuer are accepted', 'set auth.oidc_audience')
    : success(name);
}

function judgePublicKey(pem: string): Finding {
  try {
    return strongKey(createPublicKey(pem))
      ? success('parses; nothing is fetched')
      : failure(`is RSA of fewer than ${MIN_RSA_BITS} bits`, 'have the issuer use a longer key');
  } catch {
    return failure('is not a public key in PEM', 'correct auth.oidc_public_key_file');
  }
}

function issuer(subject: Subject): Check {
  const { settings } = subject;
  const name = settings['auth.oidc_issuer'];
  return {
    id: 'discovery',
    title: 'discovery',
    async run(signal) {
      if (settings['auth.oidc_jwks_url'] !== '') return skipped('not asked: auth.oidc_jwks_url is set');
      const found = await discover(name, signal);
      if ('status' in found) return found;
      return name.startsWith('https:')
        ? success(`${name} names its keys at ${found.jwksUrl}`)
        : weakness(
            `${name} is not https: its keys can be replaced on the way`,
            'use the https URL of the issuer',
          );
    },
  };
}

function keys({ settings }: Subject): Check {
  return {
    id: 'keys',
    title: 'keys',
    async run(signal) {
      const configured = settings['auth.oidc_jwks_url'];
      const found =
        configured === '' ? await discover(settings['auth.oidc_issuer'], signal) : { jwksUrl: configured };
      if ('status' in found) return skipped('the discovery document does not tell where they are');
      const answer = await visit(found.jwksUrl, { signal }).catch((error: unknown) =>
        connectionFailure(found.jwksUrl, error),
      );
      return 'message' in answer ? answer : judgeKeys(found.jwksUrl, answer);
    },
  };
}

function judgeKeys(
  url: string,
  { status, body }: { readonly status: number; readonly body: string },
): Finding {
  const listed = jsonObject(body)?.['keys'];
  if (status !== 200 || !Array.isArray(listed)) {
    return failure(
      `${url} answers HTTP ${status} and no key set`,
      'correct auth.oidc_jwks_url or auth.oidc_issuer',
    );
  }
  const usable = listed.filter(isUsable).length;
  const message = `${usable} of ${listed.length} can verify tokens`;
  if (usable === 0)
    return failure(`${url}: ${message}`, 'have the issuer publish RSA, EC or Ed25519 signing keys');
  return url.startsWith('https:')
    ? success(message)
    : weakness(`${message}, and they are not fetched by https`, 'use the https URL of the keys');
}

function isUsable(jwk: unknown): boolean {
  if (typeof jwk !== 'object' || jwk === null) return false;
  const { use, kty } = jwk as { readonly use?: unknown; readonly kty?: unknown };
  if ((use !== undefined && use !== 'sig') || kty === 'oct') return false;
  try {
    return strongKey(createPublicKey({ key: jwk as JsonWebKey, format: 'jwk' }));
  } catch {
    return false;
  }
}

function strongKey({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): boolean {
  if (asymmetricKeyType !== 'rsa') return true;
  return (asymmetricKeyDetails?.modulusLength ?? 0) >= MIN_RSA_BITS;
}

/** OpenID Connect Discovery 1.0, section 4: where the document is, and that it must name the issuer itself. */
async function discover(name: string, signal: AbortSignal): Promise<{ readonly jwksUrl: string } | Finding> {
  const url = `${name.replace(/\/$/, '')}/.well-known/openid-configuration`;
  try {
    const { status, body } = await visit(url, { signal });
    const document = jsonObject(body);
    if (status !== 200 || document === undefined) {
      return failure(`${url} answers HTTP ${status} and no discovery document`, 'correct auth.oidc_issuer');
    }
    if (document['issuer'] !== name) {
      return failure(
        `the issuer there calls itself ${JSON.stringify(document['issuer'])}, not ${JSON.stringify(name)}`,
        'set auth.oidc_issuer to exactly that text if it is the right one',
      );
    }
    const jwksUrl = document['jwks_uri'];
    if (typeof jwksUrl !== 'string' || !URL.canParse(jwksUrl)) {
      return failure(`${url} names no jwks_uri`, 'set auth.oidc_jwks_url');
    }
    return { jwksUrl };
  } catch (error) {
    return connectionFailure(url, error);
  }
}
