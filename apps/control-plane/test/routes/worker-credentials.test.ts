import { keyFingerprint } from '@stacyvm/token';
import { expect } from 'chai';
import { admin, items } from '../admin-calls.js';
import type { Json } from '../api-calls.js';
import { type Fixture, secret, startFixture } from '../control-plane-fixture.js';
import { eventually } from '../eventually.js';
import { credential, send, workerToken } from '../worker-calls.js';

describe('the report of credentials and keys', () => {
  let fixture: Fixture;
  const oldKey = secret();
  const shared = secret();
  before(async () => {
    fixture = await startFixture({
      'auth.worker_signing_keys': [oldKey],
      'auth.worker_token': shared,
      'auth.worker_token_profile': 'compatible',
    });
    const beat = async (id: string, token: string) => {
      const { status } = await send(fixture, { path: `${id}/heartbeat`, headers: credential(token, id) });
      expect(status).to.equal(200);
    };
    for (let n = 0; n < 3; n += 1) await beat('worker-a', workerToken(fixture, { id: 'worker-a' }));
    await beat('worker-b', workerToken({ signingKey: oldKey }, { id: 'worker-b' }));
    await beat('worker-b', workerToken(fixture, { id: 'worker-b', key: fixture.signingKey }));
    await beat('worker-c', shared);
    await beat('worker-d', workerToken({ signingKey: oldKey }, { id: 'worker-d' }));
  });
  after(() => fixture?.dispose());

  const credentials = (query = '') =>
    eventually(async () => {
      const found = items(await admin(fixture, `/worker-credentials?limit=1000${query}`));
      if (query === '') expect(found).to.have.length(5);
      return found;
    });
  const keys = async () => (await admin(fixture, '/worker-keys')).body['keys'] as Json[];

  it('shows each worker with each credential that it used', async () => {
    const found = await eventually(async () => {
      const list = await credentials();
      expect(list.reduce((sum, { count }) => sum + Number(count), 0)).to.equal(7);
      return list;
    }, 15_000);
    const [a, , , c] = found;
    const [b1, b2] = [false, true].map((current) =>
      found.find((use) => use['worker_id'] === 'worker-b' && use['current'] === current),
    );
    expect(a).to.include({
      worker_id: 'worker-a',
      form: 'signed',
      key_role: 'derived(active)',
      key_fingerprint: keyFingerprint(fixture.signingKey),
      profile: 'strict',
      count: 3,
      current: true,
      stale: false,
    });
    expect(Date.parse(String(a?.['first_seen']))).to.be.at.most(Date.parse(String(a?.['last_seen'])));
    expect(b1).to.include({ worker_id: 'worker-b', key_role: 'derived(verify_only[0])', current: false });
    expect(b1).not.to.have.any.keys('profile', 'signing_key_fingerprint');
    expect(b2).to.include({ worker_id: 'worker-b', key_role: 'active', current: true });
    expect(b2?.['signing_key_fingerprint']).to.equal(keyFingerprint(fixture.signingKey));
    expect(c).to.include({ worker_id: 'worker-c', form: 'static', kind: 'shared', current: true });
    expect(c).not.to.have.any.keys('key_role', 'key_fingerprint');
  });

  it('filters by worker, form and key', async () => {
    await credentials();
    const ids = async (query: string) => (await credentials(query)).map(({ worker_id }) => worker_id);
    expect(await ids('&worker_id=worker-b')).to.deep.equal(['worker-b', 'worker-b']);
    expect(await ids('&form=static')).to.deep.equal(['worker-c']);
    expect(await ids(`&key_fingerprint=${keyFingerprint(oldKey)}`)).to.deep.equal(['worker-b', 'worker-d']);
    expect(await ids('&worker_id=nobody')).to.deep.equal([]);
    expect((await admin(fixture, '/worker-credentials?form=paper')).status).to.equal(400);
  });

  it('goes page by page', async () => {
    await credentials();
    const first = await admin(fixture, '/worker-credentials?limit=3');
    const second = await admin(
      fixture,
      `/worker-credentials?limit=3&cursor=${first.headers.get('x-next-cursor')}`,
    );
    expect([items(first).length, items(second).length]).to.deep.equal([3, 2]);
  });

  it('says who still uses which key, and does not call a removal safe too early', async () => {
    const [active, old] = await keys();
    expect(active).to.include({
      role: 'active',
      fingerprint: keyFingerprint(fixture.signingKey),
      worker_count: 2,
      safe_to_remove: false,
      why: 'it is the active key',
      revoked: false,
    });
    expect(active?.['workers']).to.deep.equal(['worker-a', 'worker-b']);
    expect(old).to.include({ role: 'verify_only[0]', worker_count: 1, safe_to_remove: false });
    expect(old?.['workers']).to.deep.equal(['worker-d']);
    expect(old?.['why'])
      .to.contain('worker-d still uses it')
      .and.match(/it was used \d+s ago, not 15m30s or longer/)
      .and.contain('it has only verified on this control plane for');
    for (const text of [fixture.signingKey, oldKey]) {
      expect(JSON.stringify([active, old])).not.to.contain(text);
    }
  });

  it('shows the keys that are in force after a reload, and that one is revoked', async () => {
    const next = secret();
    await admin(fixture, '/worker-revocations', {
      body: { key_fingerprint: keyFingerprint(oldKey), reason: 'leaked' },
    });
    fixture.reload({
      'auth.worker_signing_key': next,
      'auth.worker_signing_keys': [fixture.signingKey, oldKey, oldKey],
    });
    const shown = (await keys()).map(({ role, fingerprint, revoked }) => [role, fingerprint, revoked]);
    expect(shown).to.deep.equal([
      ['active', keyFingerprint(next), false],
      ['verify_only[0]', keyFingerprint(fixture.signingKey), false],
      ['verify_only[1]', keyFingerprint(oldKey), true],
    ]);
  });
});
