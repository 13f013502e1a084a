import { deriveWorkerKey, inspectWorkerToken, keyFingerprint, WORKER_SCOPES } from '@stacyvm/token';
import { expect } from 'chai';
import { admin, auditOf, items, revoke, unrevoke } from '../admin-calls.js';
import { type Fixture, secret, startFixture } from '../control-plane-fixture.js';
import { credential, send, WORKER } from '../worker-calls.js';

describe('the issuer of worker tokens', () => {
  let fixture: Fixture;
  before(async () => {
    fixture = await startFixture({ 'auth.worker_token_issue_limit': 1000 });
  });
  after(() => fixture?.dispose());

  const issue = (body: unknown, headers: Readonly<Record<string, string>> = {}) =>
    admin(fixture, '/worker-tokens', { body, headers });

  it('answers with a token that lets its worker in, signed by the key of that worker', async () => {
    const { status, body, headers } = await issue({ worker_id: WORKER });
    expect(status).to.equal(200);
    expect(headers.get('cache-control')).to.equal('no-store');
    expect(body).to.include({
      worker_id: WORKER,
      audience: 'worker:control-plane',
      key_fingerprint: keyFingerprint(fixture.signingKey),
    });
    expect(body['scopes']).to.deep.equal(['worker:heartbeat', 'worker:lease']);
    expect(Date.parse(String(body['expires_at'])) - Date.parse(String(body['issued_at']))).to.equal(300_000);
    const token = String(body['token']);
    expect(inspectWorkerToken(token)).to.include({ tokenId: body['token_id'], scopes: undefined });
    expect((await send(fixture, { headers: credential(token) })).status).to.equal(200);
    const stored = (await fixture.store.workers.get(WORKER))?.credential;
    expect(stored).to.include({
      keyRole: 'derived(active)',
      keyFingerprint: keyFingerprint(fixture.signingKey),
      signingKeyFingerprint: keyFingerprint(deriveWorkerKey(fixture.signingKey, WORKER)),
      profile: 'strict',
    });
  });

  it('grants what is asked for and nothing else', async () => {
    const request = {
      worker_id: ' worker-1 ',
      audience: 'worker:rpc',
      ttl: '1m30.9s',
      scopes: [' worker:exec '],
    };
    const { status, body } = await issue(request);
    expect(status).to.equal(200);
    const claims = inspectWorkerToken(String(body['token']));
    expect(claims).to.include({ workerId: WORKER, audience: 'worker:rpc' });
    expect(claims.scopes).to.deep.equal(['worker:exec']);
    expect(body['scopes']).to.deep.equal(['worker:exec']);
    expect(Number(claims.expiresAt) - Number(claims.issuedAt)).to.equal(90_000);
    expect((await send(fixture, { headers: credential(String(body['token'])) })).body['reason']).to.equal(
      'token_audience_mismatch',
    );
  });

  it('takes null for no scopes, and the longest life there is', async () => {
    const { status, body } = await issue({ worker_id: WORKER, scopes: null, ttl: '15m' });
    expect(status).to.equal(200);
    expect(inspectWorkerToken(String(body['token'])).scopes).to.equal(undefined);
  });

  it('records who asked for it before it is given away, and not the token', async () => {
    const { body } = await issue({ worker_id: 'worker-recorded' }, { 'X-Request-ID': 'issue-1' });
    const record = await fixture.store.tokenIssuances.find(String(body['token_id']));
    expect(record).to.include({
      workerId: 'worker-recorded',
      method: 'api',
      requestId: 'issue-1',
      sourceAddress: '127.0.0.1',
      scopes: null,
    });
    expect(record?.requester).to.match(/^admin:[0-9a-f]{16}$/);
    expect(JSON.stringify(record)).not.to.contain(String(body['token']).split('.')[2]);
    const listed = items(await admin(fixture, '/worker-token-issuances?worker_id=worker-recorded'));
    expect(listed).to.have.length(1);
    expect(listed[0]).to.include({ token_id: body['token_id'], requester: record?.requester });
    expect(listed[0]?.['scopes']).to.deep.equal(['worker:heartbeat', 'worker:lease']);
    const audited = await auditOf(fixture, 'issue-1');
    expect(audited).to.include({
      action: 'worker_token.issue',
      actorKind: 'api_key',
      actorId: record?.requester,
      resource: 'worker:worker-recorded',
      outcome: 'success',
      sourceAddress: '127.0.0.1',
    });
    expect(audited.detail).to.include({ token_id: body['token_id'] });
    for (const text of [fixture.logs.text(), JSON.stringify(audited)]) {
      expect(text).not.to.contain(String(body['token']).split('.')[2]);
    }
  });

  it('lists page by page, newest first', async () => {
    for (let n = 0; n < 3; n += 1) await issue({ worker_id: 'worker-paged' });
    const first = await admin(fixture, '/worker-token-issuances?worker_id=worker-paged&limit=2');
    const cursor = first.headers.get('x-next-cursor');
    const second = await admin(
      fixture,
      `/worker-token-issuances?worker_id=worker-paged&limit=2&cursor=${cursor}`,
    );
    expect([items(first).length, items(second).length]).to.deep.equal([2, 1]);
    expect(second.headers.get('x-next-cursor')).to.equal(null);
  });

  const refusals: ReadonlyArray<readonly [string, unknown, string]> = [
    ['no worker id', {}, 'invalid_request'],
    ['a blank worker id', { worker_id: ' ' }, 'worker_id_required'],
    ['a path as worker id', { worker_id: '../worker-1' }, 'worker_id_invalid'],
    ['a worker id that is too long', { worker_id: 'w'.repeat(129) }, 'worker_id_invalid'],
    ['a number as worker id', { worker_id: 7 }, 'invalid_request'],
    ['a ttl that is none', { worker_id: WORKER, ttl: 'soon' }, 'invalid_ttl'],
    ['a ttl without a unit', { worker_id: WORKER, ttl: '300' }, 'invalid_ttl'],
    ['a ttl of nothing', { worker_id: WORKER, ttl: '0s' }, 'invalid_ttl'],
    ['a negative ttl', { worker_id: WORKER, ttl: '-5m' }, 'invalid_ttl'],
    ['a ttl below a second', { worker_id: WORKER, ttl: '999ms' }, 'invalid_ttl'],
    ['a ttl above 15 minutes', { worker_id: WORKER, ttl: '15m1s' }, 'ttl_too_long'],
    ['an unknown audience', { worker_id: WORKER, audience: 'worker:all' }, 'audience_unknown'],
    ['a scope that does not exist', { worker_id: WORKER, scopes: ['worker:everything'] }, 'scope_unknown'],
    ['a scope of people', { worker_id: WORKER, scopes: ['admin:*'] }, 'scope_unknown'],
    ['a scope in another case', { worker_id: WORKER, scopes: ['worker:EXEC'] }, 'scope_unknown'],
    ['a scope twice', { worker_id: WORKER, scopes: ['worker:exec', 'worker:exec'] }, 'scope_repeated'],
    ['scopes as a text', { worker_id: WORKER, scopes: 'worker:exec' }, 'invalid_request'],
    ['an unknown field', { worker_id: WORKER, not_before: '1m' }, 'unknown_field'],
  ];
  for (const [name, body, reason] of refusals) {
    it(`refuses ${name}: 400 ${reason}, and records no token`, async () => {
      const before = (await fixture.store.tokenIssuances.list({ limit: 1000 })).items.length;
      const answer = await issue(body);
      expect([answer.status, answer.body['reason']], answer.text).to.deep.equal([400, reason]);
      expect((await fixture.store.tokenIssuances.list({ limit: 1000 })).items.length).to.equal(before);
    });
  }

  it('knows every scope of workers', async () => {
    const { body } = await issue({ worker_id: WORKER, scopes: [...WORKER_SCOPES] });
    expect(body['scopes']).to.deep.equal([...WORKER_SCOPES]);
  });

  it('gives none to a revoked worker: 409', async () => {
    const id = await revoke(fixture, { worker_id: 'worker-bad' });
    const answer = await issue({ worker_id: 'worker-bad' });
    expect([answer.status, answer.body['reason']]).to.deep.equal([409, 'worker_revoked']);
    await unrevoke(fixture, id);
    expect((await issue({ worker_id: 'worker-bad' })).status).to.equal(200);
  });

  it('signs nothing with a revoked key: 409', async () => {
    const id = await revoke(fixture, { key_fingerprint: keyFingerprint(fixture.signingKey) });
    const answer = await issue({ worker_id: WORKER });
    await unrevoke(fixture, id);
    expect([answer.status, answer.body['reason']]).to.deep.equal([409, 'signing_key_revoked']);
  });

  it('without a key says what to configure: 503', async () => {
    fixture.reload({ 'auth.worker_signing_key': undefined, 'auth.worker_token': secret() });
    const answer = await issue({ worker_id: WORKER });
    fixture.reload({});
    expect([answer.status, answer.body['reason']]).to.deep.equal([503, 'signing_key_missing']);
    expect(answer.body['message']).to.contain('auth.worker_signing_key');
  });

  it('is for administrators only', async () => {
    const answer = await admin(fixture, '/worker-tokens', {
      body: { worker_id: WORKER },
      key: fixture.apiKey,
      headers: { 'X-Request-ID': 'issue-denied' },
    });
    expect([answer.status, answer.body['reason']]).to.deep.equal([403, 'missing_scope']);
    const audited = await auditOf(fixture, 'issue-denied');
    expect(audited).to.include({ outcome: 'denied', reason: 'missing_scope', action: 'worker_token.issue' });
    expect(audited.actorId).to.match(/^api:/);
  });

  it('issues a limited number a minute, join tokens included, by the limit that is in force', async () => {
    const limited = await startFixture({ 'auth.worker_token_issue_limit': 3 });
    try {
      const statuses: number[] = [];
      const paths = ['/worker-tokens', '/join-tokens', '/worker-tokens', '/worker-tokens', '/join-tokens'];
      let last: Awaited<ReturnType<typeof admin>> | undefined;
      for (const path of paths) {
        last = await admin(limited, path, { body: { worker_id: WORKER } });
        statuses.push(last.status);
      }
      expect(statuses).to.deep.equal([200, 201, 200, 429, 429]);
      expect([last?.body['code'], last?.body['reason']]).to.deep.equal(['RESOURCE_LIMIT', 'issue_limit']);
      expect(Number(last?.headers.get('retry-after'))).to.be.within(1, 60);
      limited.reload({ 'auth.worker_token_issue_limit': 100 });
      expect((await admin(limited, '/worker-tokens', { body: { worker_id: WORKER } })).status).to.equal(200);
      expect((await limited.store.tokenIssuances.list()).items).to.have.length(3);
    } finally {
      await limited.dispose();
    }
  });
});
