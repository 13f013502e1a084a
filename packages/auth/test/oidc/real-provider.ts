import { createHash, randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { JWK, Provider as OidcProvider } from 'oidc-provider';
import type { SignatureAlgorithm } from '../../src/jose/algorithms.js';
import { keyOfAlgorithm, type SigningKey } from '../signing-fixture.js';
import { createMapAdapter } from './map-adapter.js';
import { Provider } from './provider-package.js';

const REDIRECT_URI = 'http://127.0.0.1/callback';
const AUDIENCE = 'https://stacyvm.example';
const LOGOUT_PATH = '/application/logout';
const SECRET = randomBytes(16).toString('hex');

export interface TokenAnswer {
  readonly access_token: string;
  /** Only of a person. */
  readonly id_token: string;
}

/** npm's oidc-provider, serving on loopback: what it signs and publishes is its own work. */
export interface RealProvider {
  readonly issuer: string;
  readonly audience: string;
  /** The paths that were asked for, in order. */
  readonly requests: string[];
  /** An access token of the program `robot` (client credentials, RFC 9068). */
  robotToken(algorithm?: SignatureAlgorithm): Promise<string>;
  /** The tokens of the person `ada` (authorization code with PKCE). */
  personTokens(): Promise<TokenAnswer>;
  /** Tells the application by back-channel logout that ada signed out of a session. */
  signOut(sessionId: string): Promise<void>;
  /** The logout token that the application got last. */
  logoutToken(): string | undefined;
  /** Signs with other keys from now on, and publishes those alone. */
  rotate(keys: ProviderKeys): void;
  stop(): Promise<void>;
}

export type ProviderKeys = Readonly<Record<string, SigningKey>>;

export async function startRealProvider(
  keys: ProviderKeys = { current: keyOfAlgorithm.RS256 },
): Promise<RealProvider> {
  const requests: string[] = [];
  let logoutToken: string | undefined;
  const http = createServer((request, response) => {
    requests.push(request.url ?? '');
    if (request.url === LOGOUT_PATH) {
      // The application is not the provider's, but one server serves both.
      text(request).then((form) => {
        logoutToken = new URLSearchParams(form).get('logout_token') ?? undefined;
        response.end();
      });
    } else if (request.url?.startsWith('/login/')) {
      // Ada signs in and agrees to whatever the application asks for.
      const result = { login: { accountId: 'ada' }, consent: {} };
      provider.interactionFinished(request, response, result).catch(() => response.destroy());
    } else {
      provider.callback()(request, response);
    }
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const issuer = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  let provider = createProvider(issuer, keys);

  return {
    issuer,
    audience: AUDIENCE,
    requests,
    rotate(next) {
      provider = createProvider(issuer, next);
    },
    async signOut(sessionId) {
      // The types of the package leave its own way of telling out.
      const client = (await provider.Client.find('console')) as unknown as {
        backchannelLogout(subject: string, sessionId: string): Promise<void>;
      };
      await client.backchannelLogout('ada', sessionId);
    },
    logoutToken: () => logoutToken,
    async robotToken(algorithm = 'RS256') {
      const answer = await post(`${issuer}/token`, {
        grant_type: 'client_credentials',
        resource: `${AUDIENCE}/${algorithm}`,
        client_id: 'robot',
        client_secret: SECRET,
      });
      return answer.access_token;
    },
    async personTokens() {
      const verifier = randomBytes(32).toString('base64url');
      const query = new URLSearchParams({
        client_id: 'console',
        response_type: 'code',
        redirect_uri: REDIRECT_URI,
        scope: 'openid',
        resource: `${AUDIENCE}/RS256`,
        code_challenge: createHash('sha256').update(verifier).digest('base64url'),
        code_challenge_method: 'S256',
      });
      const code = await browse(`${issuer}/auth?${query}`);
      return post(`${issuer}/token`, {
        grant_type: 'authorization_code',
        client_id: 'console',
        redirect_uri: REDIRECT_URI,
        code,
        code_verifier: verifier,
      });
    },
    async stop() {
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
    },
  };
}

function createProvider(issuer: string, keys: ProviderKeys): OidcProvider {
  const provider: OidcProvider = new Provider(issuer, {
    adapter: createMapAdapter(),
    clients: [
      {
        client_id: 'robot',
        client_secret: SECRET,
        token_endpoint_auth_method: 'client_secret_post',
        grant_types: ['client_credentials'],
        response_types: [],
        redirect_uris: [],
      },
      {
        client_id: 'console',
        application_type: 'native',
        token_endpoint_auth_method: 'none',
        redirect_uris: [REDIRECT_URI],
        backchannel_logout_uri: `${issuer}${LOGOUT_PATH}`,
        backchannel_logout_session_required: true,
      },
    ],
    jwks: { keys: Object.entries(keys).map(([kid, key]) => privateJwk(kid, key)) },
    // Its own refuses to call a loopback address, where the application is.
    fetch: (url, { method, headers, body, redirect }: RequestInit = {}) =>
      fetch(url, { method, headers, body, redirect } as RequestInit),
    cookies: { keys: [randomBytes(16).toString('hex')] },
    pkce: { required: () => true },
    interactions: { url: (_context, { uid }) => `/login/${uid}` },
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      backchannelLogout: { enabled: true },
      resourceIndicators: {
        enabled: true,
        useGrantedResource: () => true,
        getResourceServerInfo: (_context, resource) => ({
          scope: '',
          audience: AUDIENCE,
          accessTokenFormat: 'jwt',
          accessTokenTTL: 300,
          jwt: { sign: { alg: resource.slice(resource.lastIndexOf('/') + 1) as SignatureAlgorithm } },
        }),
      },
    },
    extraTokenClaims: () => ({ groups: ['staff', 'ops'], tenant_id: 'tn-1' }),
    claims: { openid: ['sub', 'groups'] },
    conformIdTokenClaims: false,
    ttl: {
      AuthorizationCode: 60,
      AccessToken: 300,
      ClientCredentials: 300,
      IdToken: 300,
      Interaction: 60,
      Session: 60,
      Grant: 60,
    },
    findAccount: (_context, accountId) => ({
      accountId,
      claims: () => ({ sub: accountId, groups: ['staff'] }),
    }),
    async loadExistingGrant({ oidc }): Promise<InstanceType<OidcProvider['Grant']>> {
      const grant = new provider.Grant({
        clientId: oidc.client?.clientId ?? '',
        accountId: oidc.session?.accountId ?? '',
      });
      grant.addOIDCScope('openid');
      await grant.save();
      return grant;
    },
  });
  return provider;
}

function privateJwk(kid: string, { privateKey }: SigningKey): JWK {
  return { ...privateKey.export({ format: 'jwk' }), kid, use: 'sig' } as JWK;
}

async function post(url: string, form: Record<string, string>): Promise<TokenAnswer> {
  const response = await fetch(url, { method: 'POST', body: new URLSearchParams(form) });
  if (response.status !== 200) throw new Error(`${response.status}: ${await response.text()}`);
  return (await response.json()) as TokenAnswer;
}

/** Follows redirects as a browser does, with cookies, up to the application's own address. */
async function browse(start: string): Promise<string> {
  const cookies = new Map<string, string>();
  let url = new URL(start);
  for (let hop = 0; hop < 10; hop += 1) {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await fetch(url, { redirect: 'manual', headers: { cookie } });
    for (const line of response.headers.getSetCookie()) {
      const [pair = ''] = line.split(';');
      cookies.set(pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1));
    }
    const location = response.headers.get('location');
    if (location === null) throw new Error(`${response.status}: ${await response.text()}`);
    url = new URL(location, url);
    const code = url.searchParams.get('code');
    if (url.href.startsWith(REDIRECT_URI) && code !== null) return code;
  }
  throw new Error(`the provider redirects in circles: ${url.pathname}`);
}
