import { generateKeyPairSync, randomUUID, sign } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Flags } from '../control-plane-fixture.js';

/** An issuer on loopback: its discovery document, its keys, and tokens that it signs. */
export interface OidcProvider {
  readonly issuer: string;
  /** What a control plane is told of it. */
  readonly flags: Flags;
  token(claims?: Readonly<Record<string, unknown>>, header?: Readonly<Record<string, unknown>>): string;
  /** As it sends when ann has signed out. */
  logoutToken(claims?: Readonly<Record<string, unknown>>): string;
  stop(): Promise<void>;
}

export async function startOidcProvider(): Promise<OidcProvider> {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const jwk = { ...publicKey.export({ format: 'jwk' }), kid: 'k1', use: 'sig', alg: 'RS256' };
  const server = createServer((request, response) => {
    const body =
      request.url === '/jwks'
        ? { keys: [jwk] }
        : { issuer, jwks_uri: `${issuer}/jwks`, subject_types_supported: [] };
    response.setHeader('Content-Type', 'application/json').end(JSON.stringify(body));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const token: OidcProvider['token'] = (claims = {}, header = {}) => {
    const now = Math.floor(Date.now() / 1000);
    const payload = {
      iss: issuer,
      aud: 'stacyvm',
      sub: 'ann',
      iat: now,
      exp: now + 300,
      jti: randomUUID(),
      ...claims,
    };
    const signed = `${part({ alg: 'RS256', kid: 'k1', typ: 'JWT', ...header })}.${part(payload)}`;
    return `${signed}.${sign('sha256', Buffer.from(signed), privateKey).toString('base64url')}`;
  };
  return {
    issuer,
    flags: {
      'auth.oidc_enabled': true,
      'auth.oidc_issuer': issuer,
      'auth.oidc_audience': 'stacyvm',
      'auth.oidc_admin_groups': ['admins'],
      'auth.oidc_operator_groups': ['operators'],
      'auth.oidc_viewer_groups': ['viewers'],
    },
    token,
    logoutToken: (claims = {}) =>
      token(
        { events: { 'http://schemas.openid.net/event/backchannel-logout': {} }, ...claims },
        { typ: 'logout+jwt' },
      ),
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
