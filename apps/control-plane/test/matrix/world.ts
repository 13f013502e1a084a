import { generateSigningKey } from '@stacyvm/audit';
import { type Answer, call } from '../api-calls.js';
import { type OidcProvider, startOidcProvider } from '../callers/oidc-provider.js';
import { type Fixture, startFixture } from '../control-plane-fixture.js';
import { eventually } from '../eventually.js';
import { credential, send, workerToken } from '../worker-calls.js';
import { startWorkerProcess } from '../worker-process.js';
import type { TenantName } from './callers.js';
import { type Client, keptAliveClient } from './client.js';
import { type DatabaseWatch, watchDatabase } from './database-state.js';
import type { Objects } from './objects.js';
import { type AsAdmin, newName } from './row.js';

/** Two tenants and the platform, each with one of everything, on a control plane with a worker that runs. */
export interface World {
  readonly fixture: Fixture;
  readonly provider: OidcProvider;
  readonly database: DatabaseWatch;
  readonly ask: Client['ask'];
  /** What there is for those who act for a tenant, or for none: the tenant of the paths is A, the sandbox their own. */
  objectsFor(tenant: TenantName | undefined): Objects;
  /** What there is of one tenant alone. */
  objectsOf(tenant: TenantName): Objects;
  asAdmin: AsAdmin;
  /** For a tenant that it chooses. */
  asAdminIn(tenant: TenantName | undefined): AsAdmin;
  /** A worker that has been heard of once, and where nothing is placed. */
  newWorker(): Promise<string>;
  stop(): Promise<void>;
}

/** The worker whose credentials are tried; it has beaten once. The one that runs the sandboxes is another. */
export const TRIED_WORKER = 'worker-tried';
const TENANTS = ['tn-a', 'tn-b'] as const;

/** Tokens are good until the last row, on a slow machine as well. */
export const TTL_SECONDS = 900;

export async function startWorld(): Promise<World> {
  const provider = await startLastingProvider();
  const flags = {
    ...provider.flags,
    'audit.signing_key': generateSigningKey(),
    'auth.failed_login_limit': 0,
    'auth.worker_token_issue_limit': 10_000,
  };
  // What answers hold is not what the matrix is about, and other suites compare it with the contract.
  const fixture = await startFixture(flags);
  const client = keptAliveClient(fixture.url);
  const { url, signingKey } = fixture;
  const worker = startWorkerProcess({ id: 'worker-1', controlPlaneUrl: url, signingKey });
  const database = await watchDatabase(fixture.database.dsn, worker.id);
  await worker.said('worker joined');

  const asAdminIn =
    (tenant: TenantName | undefined): AsAdmin =>
    async (path, options = {}) => {
      const headers = { ...(tenant === undefined ? {} : { 'X-Tenant-ID': tenant }), ...options.headers };
      const answer = await call(fixture, path, { key: fixture.adminKey, ...options, headers });
      if (answer.status >= 300) throw new Error(`${path}: ${answer.status} ${answer.text}`);
      return answer;
    };
  const asAdmin = asAdminIn(undefined);
  const beat = async (id: string): Promise<string> => {
    const token = workerToken({ signingKey }, { id });
    const capacity = { max_sandboxes: 0 };
    const body = { hostname: 'here', status: 'online', providers: ['mock'], capabilities: [], capacity };
    const { status } = await send(fixture, {
      path: `${id}/heartbeat`,
      headers: credential(token, id),
      body,
    });
    if (status !== 200) throw new Error(`the heartbeat of ${id}: ${status}`);
    return id;
  };
  await beat(TRIED_WORKER);

  for (const id of TENANTS) await asAdmin('/admin/tenants', { body: { id, name: `Tenant ${id}` } });
  const platform = await makeObjects(fixture, asAdmin, asAdmin, 'tn-a');
  const [ofA, ofB] = await Promise.all(
    TENANTS.map((tenant) => makeObjects(fixture, asAdmin, asAdminIn(tenant), tenant)),
  );
  if (ofA === undefined || ofB === undefined) throw new Error('there are two tenants');
  const own = { 'tn-a': ofA, 'tn-b': ofB };
  const logoutToken = () => provider.logoutToken({ sub: newName('gone') });
  return {
    fixture,
    provider,
    database,
    ask: client.ask,
    objectsFor(tenant) {
      const { sandbox, file, owner } = tenant === undefined ? platform : own[tenant];
      return { ...ofA, sandbox, file, owner, logoutToken: logoutToken() };
    },
    objectsOf: (tenant) => ({ ...own[tenant], logoutToken: logoutToken() }),
    asAdmin,
    asAdminIn,
    newWorker: () => beat(newName('worker-new')),
    async stop() {
      client.close();
      await database.close();
      await worker.stop();
      await fixture.dispose();
      await provider.stop();
    },
  };
}

async function startLastingProvider(): Promise<OidcProvider> {
  const provider = await startOidcProvider();
  return {
    ...provider,
    token: (claims) => provider.token({ exp: Math.floor(Date.now() / 1000) + TTL_SECONDS, ...claims }),
  };
}

/** One of everything, of the tenant for which `asOwner` acts. */
async function makeObjects(
  fixture: Fixture,
  asAdmin: AsAdmin,
  asOwner: AsAdmin,
  tenant: TenantName,
): Promise<Omit<Objects, 'logoutToken'>> {
  const idOf = async (answer: Promise<Answer>): Promise<string> => String((await answer).body['id']);
  const sandbox = await eventually(() =>
    idOf(asOwner('/sandboxes', { body: { provider: 'mock', ttl: '1h' } })),
  );
  const file = '/workspace/kept.txt';
  await asOwner(`/sandboxes/${sandbox}/files`, { body: { path: file, content: `of ${tenant}` } });
  const owner = newName('team');
  await asOwner(`/admin/quotas/${owner}`, { method: 'PUT', body: { max_sandboxes: 1000 } });

  const member = newName('member');
  const inTenant = `/admin/tenants/${tenant}`;
  await asAdmin(`${inTenant}/quota`, { method: 'PUT', body: { max_sandboxes: 1000 } });
  await asAdmin(`${inTenant}/members/${member}`, { method: 'PUT', body: { role: 'viewer' } });
  const rule = { resource_type: 'image', effect: 'deny', pattern: `${newName('nowhere')}.example/*` };
  const { body } = await asAdmin(`${inTenant}/policies`, { body: rule });
  const lease = newName('lease');
  await fixture.store.leases.acquire({
    resourceId: lease,
    resourceType: 'test',
    holderId: TRIED_WORKER,
    ttlMs: 600_000,
  });
  const key = { name: newName('key'), role: 'viewer' };
  const revoked = { token_id: newName('token'), reason: 'a test' };
  return {
    tenant,
    member,
    sandbox,
    file,
    owner,
    lease,
    worker: TRIED_WORKER,
    tenantPolicy: (body['policy'] as { readonly id: string }).id,
    tenantKey: await idOf(asAdmin(`${inTenant}/api-keys`, { body: key })),
    policy: await idOf(asAdmin('/admin/policies', { body: { ...rule, pattern: `${newName('nowhere')}/*` } })),
    platformKey: await idOf(asAdmin('/admin/api-keys', { body: key })),
    joinToken: await idOf(asAdmin('/admin/join-tokens', { body: { worker_id: newName('worker') } })),
    workerRevocation: await idOf(asAdmin('/admin/worker-revocations', { body: revoked })),
    bearerRevocation: await idOf(asAdmin('/admin/auth/revocations', { body: revoked })),
  };
}
