import { deriveWorkerKey, keyFingerprint } from '@stacyvm/token';
import {
  createControlPlaneClient,
  createJoinToken,
  enrolWorker,
  keyCredentialSource,
} from '@stacyvm/worker-rpc';
import { expect } from 'chai';
import { admin, auditOf, items, joinTokenFor, revoke, unrevoke } from './admin-calls.js';
import { type Fixture, startFixture } from './control-plane-fixture.js';
import { send, WORKER } from './worker-calls.js';

describe('the enrolment of a worker', () => {
  let fixture: Fixture;
  before(async () => {
    fixture = await startFixture({ 'auth.worker_token_issue_limit': 1000 });
  });
  after(() => fixture?.dispose());

  const enrol = (joinToken: string, workerId = WORKER) =>
    enrolWorker({ baseUrl: fixture.url, workerId, joinToken });
  const refusalOf = async (joinToken: string, workerId = WORKER) => {
    const failure = await enrol(joinToken, workerId).then(
      () => 'enrolled',
      (error: unknown) => error,
    );
    const { status, reason } = failure as { status: number; reason: string };
    return `${status} ${reason}`;
  };
  const listed = async (id: string) =>
    items(await admin(fixture, '/join-tokens?limit=1000')).find((token) => token['id'] === id);

  it('gives the worker its own key, with which it needs nothing else', async () => {
    const { token } = await joinTokenFor(fixture, WORKER, { pool: 'eu-west' });
    const enrolment = await enrol(token);
    const key = deriveWorkerKey(fixture.signingKey, WORKER);
    expect(enrolment).to.deep.equal({ key, keyFingerprint: keyFingerprint(key), pool: 'eu-west' });
    const client = createControlPlaneClient({
      baseUrl: fixture.url,
      workerId: WORKER,
      credentials: keyCredentialSource({ key: enrolment.key, workerId: WORKER }),
    });
    await client.heartbeat({
      hostname: 'node-1',
      status: 'online',
      providers: [],
      capabilities: [],
      capacity: {},
    });
    client.close();
    expect(fixture.logs.records('worker enrolled').at(-1)).to.include({ worker_id: WORKER });
  });

  it('shows a token once, says until when it is good, and stores only its hash', async () => {
    const { status, body, headers } = await admin(fixture, '/join-tokens', {
      body: { worker_id: WORKER },
      headers: { 'X-Request-ID': 'join-1' },
    });
    expect(status).to.equal(201);
    expect(headers.get('cache-control')).to.equal('no-store');
    expect(body['token']).to.match(/^stacyvm-join-v1\.[A-Za-z0-9_-]{43}$/);
    expect(Date.parse(String(body['expires_at'])) - Date.now()).to.be.within(595_000, 600_000);
    const record = await fixture.store.joinTokens.get(String(body['id']));
    const random = String(body['token']).split('.')[1] ?? '';
    expect(JSON.stringify(record)).not.to.contain(random);
    const shown = await listed(String(body['id']));
    expect(shown).to.include({ state: 'unused', worker_id: WORKER, refused_redemptions: 0 });
    expect(shown).not.to.have.any.keys('token', 'token_hash', 'redeemed_at');
    const audited = await auditOf(fixture, 'join-1');
    expect(audited).to.include({ action: 'join_token.create', resource: `join_token:${body['id']}` });
    for (const text of [fixture.logs.text(), JSON.stringify(audited)]) expect(text).not.to.contain(random);
  });

  it('happens once: of twenty attempts at the same time one gets the key', async () => {
    const { id, token } = await joinTokenFor(fixture, 'worker-raced');
    const other = await fixture.beside();
    const attempts = await Promise.allSettled(
      Array.from({ length: 20 }, (_, index) =>
        enrolWorker({
          baseUrl: index % 2 === 0 ? fixture.url : other.url,
          workerId: 'worker-raced',
          joinToken: token,
        }),
      ),
    );
    const won = attempts.flatMap((attempt) => (attempt.status === 'fulfilled' ? [attempt.value] : []));
    const lost = attempts.flatMap((attempt) => (attempt.status === 'rejected' ? [attempt.reason] : []));
    expect(won.map(({ key }) => key)).to.deep.equal([deriveWorkerKey(fixture.signingKey, 'worker-raced')]);
    expect(new Set(lost.map(({ status, reason }) => `${status} ${reason}`))).to.deep.equal(
      new Set(['401 join_token_used']),
    );
    expect(await listed(id)).to.include({
      state: 'redeemed',
      refused_redemptions: 19,
      redeemed_from: '127.0.0.1',
      last_refused_from: '127.0.0.1',
    });
  });

  it('tells the operator of a second redemption: in the log, in the list and in the audit', async () => {
    const { id, token } = await joinTokenFor(fixture, 'worker-twice');
    await enrol(token, 'worker-twice');
    expect(await refusalOf(token, 'worker-twice')).to.equal('401 join_token_used');
    expect(fixture.logs.text()).to.contain(`join token redeemed twice: ${id} of worker worker-twice`);
    expect(await listed(id)).to.include({ refused_redemptions: 1 });
    const { items: entries } = await fixture.store.audit.list({ resource: `join_token:${id}` });
    const redemptions = entries.filter(({ action }) => action === 'join_token.redeem');
    expect(redemptions.map(({ outcome, reason }) => `${outcome} ${reason}`.trim())).to.deep.equal([
      'denied join_token_used',
      'success',
    ]);
    expect(redemptions.map(({ actorKind, credentialId }) => [actorKind, credentialId])).to.deep.equal([
      ['anonymous', ''],
      ['join_token', id],
    ]);
  });

  it('is for the worker of the token: another id is refused and does not use it up', async () => {
    const { id, token } = await joinTokenFor(fixture, 'worker-mine');
    expect(await refusalOf(token, 'worker-other')).to.equal('401 join_token_other_worker');
    expect(await refusalOf(token, 'Worker-Mine')).to.equal('401 join_token_other_worker');
    expect(await listed(id)).to.include({ state: 'unused' });
    expect((await enrol(token, 'worker-mine')).key).to.equal(
      deriveWorkerKey(fixture.signingKey, 'worker-mine'),
    );
  });

  it('finds the token of a worker that was given many', async () => {
    const tokens = [];
    for (let n = 0; n < 5; n += 1) tokens.push((await joinTokenFor(fixture, 'worker-many')).token);
    expect((await enrol(tokens[0] ?? '', 'worker-many')).pool).to.equal('');
    expect((await enrol(tokens[3] ?? '', 'worker-many')).pool).to.equal('');
  });

  it('is refused with a token that nobody knows, that was deleted or that has expired', async () => {
    expect(await refusalOf(`stacyvm-join-v1.${'A'.repeat(43)}`)).to.equal('401 join_token_unknown');
    const { id, token } = await joinTokenFor(fixture, WORKER);
    const deleted = await admin(fixture, `/join-tokens/${id}`, { method: 'DELETE' });
    expect(deleted.body).to.deep.equal({ status: 'deleted' });
    expect(await refusalOf(token)).to.equal('401 join_token_unknown');
    expect((await admin(fixture, `/join-tokens/${id}`, { method: 'DELETE' })).status).to.equal(404);

    const late = createJoinToken();
    const expired = await fixture.store.joinTokens.create({
      workerId: WORKER,
      tokenHash: late.hash,
      createdBy: 'this test',
      expiresAt: new Date(Date.now() - 1),
    });
    expect(await refusalOf(late.token)).to.equal('401 join_token_expired');
    expect(await listed(expired.id)).to.include({ state: 'expired', refused_redemptions: 1 });
  });

  it('is refused to a revoked worker, whose token stays good for later', async () => {
    const { token } = await joinTokenFor(fixture, 'worker-revoked');
    const revocation = await revoke(fixture, { worker_id: 'worker-revoked' });
    expect(await refusalOf(token, 'worker-revoked')).to.equal('409 worker_revoked');
    const answer = await admin(fixture, '/join-tokens', { body: { worker_id: 'worker-revoked' } });
    expect([answer.status, answer.body['reason']]).to.deep.equal([409, 'worker_revoked']);
    await unrevoke(fixture, revocation);
    expect((await enrol(token, 'worker-revoked')).pool).to.equal('');
  });

  it('needs no other credential and accepts none', async () => {
    for (const headers of [{}, { 'X-API-Key': fixture.adminKey }, { 'X-Worker-Token': 'x' }]) {
      const { status, body } = await send(fixture, { path: `${WORKER}/enrol`, headers });
      expect([status, body['reason']]).to.deep.equal([401, 'join_token_missing']);
    }
  });

  const refusals: ReadonlyArray<readonly [string, unknown, string]> = [
    ['no worker id', {}, 'invalid_request'],
    ['a worker id that is none', { worker_id: 'a b' }, 'worker_id_invalid'],
    ['a ttl above a day', { worker_id: WORKER, ttl: '24h0m1s' }, 'ttl_too_long'],
    ['a ttl that is none', { worker_id: WORKER, ttl: '1d' }, 'invalid_ttl'],
    ['a ttl of nothing', { worker_id: WORKER, ttl: '0' }, 'invalid_ttl'],
    ['a pool with a space', { worker_id: WORKER, pool: 'a b' }, 'invalid_request'],
    ['an unknown field', { worker_id: WORKER, uses: 2 }, 'unknown_field'],
  ];
  for (const [name, body, reason] of refusals) {
    it(`makes no token of ${name}: 400 ${reason}`, async () => {
      const answer = await admin(fixture, '/join-tokens', { body });
      expect([answer.status, answer.body['reason']], answer.text).to.deep.equal([400, reason]);
    });
  }

  it('never shows a key or a token in a log', () => {
    const text = fixture.logs.text();
    expect(text).not.to.match(/stacyvm-join-v1\.[A-Za-z0-9_-]{43}/);
    for (const id of [WORKER, 'worker-raced', 'worker-twice', 'worker-mine', 'worker-many']) {
      expect(text).not.to.contain(deriveWorkerKey(fixture.signingKey, id));
    }
  });

  it('is limited for an address that keeps guessing, and only for refused attempts', async () => {
    const guessed = await startFixture();
    try {
      const guess = () =>
        enrolWorker({
          baseUrl: guessed.url,
          workerId: WORKER,
          joinToken: `stacyvm-join-v1.${'B'.repeat(43)}`,
        }).catch((error: { reason: string }) => error.reason);
      const reasons: unknown[] = [];
      for (let n = 0; n < 62; n += 1) reasons.push(await guess());
      expect(reasons.filter((reason) => reason === 'join_token_unknown')).to.have.length(60);
      expect(reasons.slice(60)).to.deep.equal(['enrolment_limit', 'enrolment_limit']);
      const { items: entries } = await guessed.store.audit.list({ limit: 1000 });
      expect(entries).to.have.length(60);
    } finally {
      await guessed.dispose();
    }
  });
});
