import { mintApiKey } from '@stacyvm/auth';
import { secret } from '../control-plane-fixture.js';
import type { Refusal, RefusedCaller, TenantName } from './callers.js';
import { bearer, keyHeader, makeKey } from './people.js';
import type { World } from './world.js';

type Headers = Readonly<Record<string, string>>;

/** Everybody whose credential is none, or no longer, or not here. */
export async function makeStrangers(world: World): Promise<readonly RefusedCaller[]> {
  const { fixture, provider, asAdmin } = world;
  const { token } = provider;
  const now = Math.floor(Date.now() / 1000);

  const revokedKey = async (tenant?: TenantName): Promise<string> => {
    const { id, key } = await makeKey(world, 'viewer', tenant);
    const path = tenant === undefined ? '/admin/api-keys' : `/admin/tenants/${tenant}/api-keys`;
    await asAdmin(`${path}/${id}`, { method: 'DELETE' });
    return key;
  };
  const expiredKey = async (): Promise<string> => {
    const { key, prefix, hash } = mintApiKey();
    await fixture.store.apiKeys.insert({
      tenantId: 'tn-a',
      name: 'expired',
      role: 'tenant_admin',
      keyPrefix: prefix,
      keyHash: hash,
      createdBy: 'test',
      expiresAt: new Date(Date.now() - 1_000),
    });
    return key;
  };
  const revokedToken = async (): Promise<string> => {
    await asAdmin('/admin/auth/revocations', { body: { token_id: 'revoked-token', reason: 'a test' } });
    return token({ groups: ['admins'], jti: 'revoked-token' });
  };
  const ofRevokedPerson = async (): Promise<string> => {
    await asAdmin('/admin/auth/revocations', { body: { subject: 'revoked-person', reason: 'a test' } });
    return token({ sub: 'revoked-person', groups: ['admins'], iat: now - 60 });
  };
  const goodKey = await makeKey(world, 'tenant_admin', 'tn-a');
  const admins = { groups: ['admins'] };
  const forged = ((): string => {
    const [head, , signature] = token({ groups: ['viewers'] }).split('.');
    const [, claims] = token(admins).split('.');
    return [head, claims, signature].join('.');
  })();

  const found: readonly (readonly [name: string, headers: Headers, ...Refusal])[] = [
    ['nothing', {}, 401, 'api_key_missing'],
    ['a key that there is not', keyHeader(secret()), 401, 'api_key_invalid'],
    ['a minted key that there is not', keyHeader(mintApiKey().key), 401, 'api_key_invalid'],
    ['a mistyped key', keyHeader(`${goodKey.key}0`), 401, 'api_key_malformed'],
    ['a revoked key of the platform', keyHeader(await revokedKey()), 401, 'api_key_revoked'],
    ['a revoked key of tenant A', keyHeader(await revokedKey('tn-a')), 401, 'api_key_revoked'],
    ['an expired key of tenant A', keyHeader(await expiredKey()), 401, 'api_key_expired'],
    ['a bearer token that is none', bearer('x'), 401, 'bearer_malformed'],
    ['a configured key as bearer token', bearer(fixture.adminKey), 401, 'bearer_malformed'],
    ['a forged bearer token', bearer(forged), 401, 'bearer_bad_signature'],
    [
      'an expired bearer token',
      bearer(token({ ...admins, iat: now - 900, exp: now - 61 })),
      401,
      'bearer_expired',
    ],
    [
      'a bearer token of tomorrow',
      bearer(token({ ...admins, nbf: now + 3_600 })),
      401,
      'bearer_not_yet_valid',
    ],
    ['a bearer token for others', bearer(token({ ...admins, aud: 'other' })), 401, 'bearer_wrong_audience'],
    [
      'a bearer token of another issuer',
      bearer(token({ ...admins, iss: 'https://o' })),
      401,
      'bearer_wrong_issuer',
    ],
    ['a revoked bearer token', bearer(await revokedToken()), 401, 'bearer_revoked'],
    ['a bearer token of who is revoked', bearer(await ofRevokedPerson()), 401, 'bearer_revoked'],
    [
      'a bad bearer token beside the admin key',
      { ...bearer('x'), ...keyHeader(fixture.adminKey) },
      401,
      'bearer_malformed',
    ],
    ['a bearer token without a group', bearer(token({ groups: ['cooks'] })), 403, 'no_role'],
    [
      'a bearer token of a tenant that there is not',
      bearer(token({ groups: ['operators'], tenant_id: 'tn-nowhere' })),
      403,
      'unknown_tenant',
    ],
    [
      'a key of tenant A that chooses B',
      { ...keyHeader(goodKey.key), 'X-Tenant-ID': 'tn-b' },
      404,
      'tenant_not_found',
    ],
    [
      'an OIDC operator who chooses a tenant without membership',
      { ...bearer(token({ sub: 'no-member', groups: ['operators'] })), 'X-Tenant-ID': 'tn-a' },
      404,
      'tenant_not_found',
    ],
    [
      'the admin key that chooses a tenant that there is not',
      { ...keyHeader(fixture.adminKey), 'X-Tenant-ID': 'tn-nowhere' },
      404,
      'tenant_not_found',
    ],
  ];
  return found.map(([name, headers, status, reason]) => ({
    kind: 'refused',
    name,
    headers,
    refusal: [status, reason],
  }));
}
