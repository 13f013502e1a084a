import { deriveWorkerKey, mintWorkerToken } from '@stacyvm/token';
import { type ControlPlaneClient, createControlPlaneClient, keyCredentialSource } from '@stacyvm/worker-rpc';
import { expect } from 'chai';
import { admin, items } from '../admin-calls.js';
import { type Fixture, startFixture } from '../control-plane-fixture.js';
import { WORKER } from '../worker-calls.js';

const HEARTBEAT = { hostname: 'node-1', status: 'online', providers: [], capabilities: [], capacity: {} };

describe('the tokens that a worker gets issued', () => {
  let fixture: Fixture;
  let client: ControlPlaneClient;
  let ownKey: string;

  before(async () => {
    fixture = await startFixture();
    ownKey = deriveWorkerKey(fixture.signingKey, WORKER);
    client = createControlPlaneClient({
      baseUrl: fixture.url,
      workerId: WORKER,
      credentials: keyCredentialSource({ key: ownKey, workerId: WORKER }),
    });
  });
  after(async () => {
    client?.close();
    await fixture?.dispose();
  });

  it('gets a token of its own issued, which is recorded and audited, but not logged', async () => {
    const issued = await client.issueToken();
    expect(issued.expiresAt.getTime() - issued.issuedAt.getTime()).to.equal(300_000);
    const [recorded] = items(await admin(fixture, `/worker-token-issuances?worker_id=${WORKER}`));
    expect(recorded).to.include({
      token_id: issued.tokenId,
      method: 'worker',
      requester: `worker:${WORKER}`,
    });
    const { items: audited } = await fixture.store.audit.list({
      action: 'worker_token.issue',
      resource: `worker:${WORKER}`,
    });
    expect(audited[0]).to.include({
      action: 'worker_token.issue',
      outcome: 'success',
      actorId: `worker:${WORKER}`,
    });
    expect(fixture.logs.text()).not.to.contain(issued.token);
    const response = await fetch(`${fixture.url}/api/v1/worker/${WORKER}/heartbeat`, {
      method: 'POST',
      headers: { 'x-worker-id': WORKER, 'x-worker-token': issued.token },
      body: JSON.stringify(HEARTBEAT),
    });
    expect(response.status).to.equal(200);
  });

  it('cannot get one for another worker', async () => {
    const { token } = mintWorkerToken({
      key: ownKey,
      workerId: WORKER,
      audience: 'worker:control-plane',
      ttlSeconds: 60,
    });
    const response = await fetch(`${fixture.url}/api/v1/worker/another/token`, {
      method: 'POST',
      headers: { 'x-worker-id': WORKER, 'x-worker-token': token },
      body: '{}',
    });
    expect([response.status, ((await response.json()) as { reason: string }).reason]).to.deep.equal([
      403,
      'worker_mismatch',
    ]);
  });
});
