import { deriveWorkerKey, keyFingerprint } from '@stacyvm/token';
import { expect } from 'chai';
import { admin, auditOf, items, revoke, unrevoke } from '../admin-calls.js';
import { type Fixture, secret, startFixture } from '../control-plane-fixture.js';
import { credential, send, WORKER, workerToken } from '../worker-calls.js';

const OTHER = 'worker-2';

describe('revocations of worker credentials', () => {
  let fixture: Fixture;
  const staticToken = secret();
  before(async () => {
    fixture = await startFixture({
      'auth.worker_token': staticToken,
      'auth.worker_revoked_token_ids': [' jti-of-config ', 'not a token id'],
    });
  });
  after(() => fixture?.dispose());
  afterEach(async () => {
    const { items: revocations } = await fixture.store.tokenRevocations.list();
    for (const { id } of revocations) await unrevoke(fixture, id);
  });

  const outcome = async (token: string, id = WORKER): Promise<string> => {
    const { status, body } = await send(fixture, {
      path: `${id}/heartbeat`,
      headers: credential(token, id),
    });
    return status === 200 ? 'accepted' : `${status} ${body['reason']}`;
  };
  const minted = (options: Parameters<typeof workerToken>[1] = {}) => workerToken(fixture, options);
  const ago = (milliseconds: number) => new Date(Date.now() - milliseconds);

  it('of a token concern that token alone, and end with it', async () => {
    const { body } = await admin(fixture, '/worker-tokens', { body: { worker_id: WORKER, ttl: '10m' } });
    const token = String(body['token']);
    expect(await outcome(token)).to.equal('accepted');
    const id = await revoke(fixture, { token_id: body['token_id'] });
    expect(await outcome(token)).to.equal('401 token_revoked');
    expect(await outcome(minted())).to.equal('accepted');
    const expiresAt = (await fixture.store.tokenRevocations.get(id))?.expiresAt?.getTime();
    expect(expiresAt).to.equal(Date.parse(String(body['expires_at'])) + 30_000);
    await unrevoke(fixture, id);
    expect(await outcome(token)).to.equal('accepted');
  });

  it('of a token that was issued elsewhere last as long as any token that exists now', async () => {
    const id = await revoke(fixture, { token_id: 'made-by-the-worker-itself' });
    expect(await outcome(minted({ tokenId: 'made-by-the-worker-itself' }))).to.equal('401 token_revoked');
    const remaining = Number((await fixture.store.tokenRevocations.get(id))?.expiresAt) - Date.now();
    expect(remaining).to.be.within(920_000, 930_000);
  });

  it('of a worker concern all of its tokens, future ones and static ones too, and no other worker', async () => {
    const id = await revoke(fixture, { worker_id: WORKER });
    expect(await outcome(minted())).to.equal('401 token_revoked');
    expect(await outcome(minted({ at: ago(-20_000) }))).to.equal('401 token_revoked');
    expect(await outcome(minted({ key: fixture.signingKey }))).to.equal('401 token_revoked');
    expect(await outcome(staticToken)).to.equal('401 token_revoked');
    expect(await outcome(minted({ id: OTHER }), OTHER)).to.equal('accepted');
    expect(await outcome(staticToken, OTHER)).to.equal('accepted');
    const [listed] = items(await admin(fixture, '/worker-revocations'));
    expect(listed).to.include({ id, kind: 'worker', subject: WORKER, reason: 'a test' });
    expect(listed).not.to.have.any.keys('issued_before', 'expires_at');
    await unrevoke(fixture, id);
    expect(await outcome(minted())).to.equal('accepted');
    expect(await outcome(staticToken)).to.equal('accepted');
  });

  it('of a worker up to a moment let newer tokens pass', async () => {
    const moment = ago(20_000);
    const id = await revoke(fixture, { worker_id: WORKER, issued_before: moment.toISOString() });
    expect(await outcome(minted({ at: ago(22_000) }))).to.equal('401 token_revoked');
    expect(await outcome(minted({ at: ago(18_000) }))).to.equal('accepted');
    const record = await fixture.store.tokenRevocations.get(id);
    expect(record?.issuedBefore?.getTime()).to.equal(moment.getTime());
    expect(record?.expiresAt?.getTime()).to.equal(moment.getTime() + 930_000);
  });

  it('of a worker up to now go by the clock of the control plane', async () => {
    const old = minted({ at: ago(2_000) });
    const { status, body } = await admin(fixture, '/worker-revocations', {
      body: { worker_id: WORKER, issued_before: 'now', reason: 'a test' },
    });
    expect(status).to.equal(201);
    expect(Date.parse(String(body['issued_before']))).to.be.closeTo(Date.now(), 5_000);
    expect(await outcome(old)).to.equal('401 token_revoked');
    expect(await outcome(minted({ at: ago(-2_000) }))).to.equal('accepted');
  });

  it('of a key concern what it and the keys derived from it signed', async () => {
    await revoke(fixture, { key_fingerprint: keyFingerprint(fixture.signingKey) });
    expect(await outcome(minted())).to.equal('401 token_revoked');
    expect(await outcome(minted({ key: fixture.signingKey }))).to.equal('401 token_revoked');
    expect(await outcome(minted({ id: OTHER }), OTHER)).to.equal('401 token_revoked');
    expect(await outcome(staticToken)).to.equal('accepted');
  });

  it("of one worker's key concern that worker alone", async () => {
    await revoke(fixture, { key_fingerprint: keyFingerprint(deriveWorkerKey(fixture.signingKey, WORKER)) });
    expect(await outcome(minted())).to.equal('401 token_revoked');
    expect(await outcome(minted({ key: fixture.signingKey }))).to.equal('accepted');
    expect(await outcome(minted({ id: OTHER }), OTHER)).to.equal('accepted');
  });

  it('of the configuration count as well, without what is no token id', async () => {
    expect(await outcome(minted({ tokenId: 'jti-of-config' }))).to.equal('401 token_revoked');
    expect(fixture.logs.text()).to.contain('auth.worker_revoked_token_ids has entries that are no token ids');
  });

  it('of one thing are one revocation, which a second one widens', async () => {
    const first = await revoke(fixture, { worker_id: WORKER, issued_before: ago(60_000).toISOString() });
    const second = await revoke(fixture, { worker_id: WORKER, reason: 'worse than we thought' });
    const third = await revoke(fixture, { worker_id: WORKER, issued_before: ago(90_000).toISOString() });
    expect([second, third]).to.deep.equal([first, first]);
    const listed = items(await admin(fixture, '/worker-revocations'));
    expect(listed).to.have.length(1);
    expect(listed[0]).to.include({ reason: 'worse than we thought' });
    expect(await outcome(minted())).to.equal('401 token_revoked');
  });

  it('reach workers with the answer to a heartbeat, once for each version', async () => {
    const id = await revoke(fixture, { worker_id: OTHER });
    const beat = async (known?: unknown) =>
      (
        await send(fixture, {
          headers: credential(minted()),
          body: known === undefined ? {} : { revocation_version: known },
        })
      ).body['revocations'] as { version: number; entries: readonly unknown[] } | undefined;
    const feed = await beat();
    expect(feed?.entries).to.deep.include({
      kind: 'worker',
      subject: OTHER,
      issued_before: '9999-12-31T23:59:59Z',
    });
    expect(feed?.entries).to.deep.include({ kind: 'token', subject: 'jti-of-config' });
    expect(await beat(feed?.version)).to.equal(undefined);
    await unrevoke(fixture, id);
    const next = await beat(feed?.version);
    expect(next?.entries).to.have.length(1);
    expect(next?.version).not.to.equal(feed?.version);
  });

  it('are listed by kind and page by page', async () => {
    for (let n = 0; n < 3; n += 1) await revoke(fixture, { token_id: `listed-${n}` });
    await revoke(fixture, { worker_id: OTHER });
    const first = await admin(fixture, '/worker-revocations?kind=token&limit=2');
    const cursor = first.headers.get('x-next-cursor');
    const second = await admin(fixture, `/worker-revocations?kind=token&limit=2&cursor=${cursor}`);
    const subjects = [...items(first), ...items(second)].map(({ subject }) => subject);
    expect(subjects).to.deep.equal(['listed-2', 'listed-1', 'listed-0']);
    expect(items(await admin(fixture, '/worker-revocations?kind=key'))).to.deep.equal([]);
  });

  it('are audited, the taking back too', async () => {
    const headers = { 'X-Request-ID': 'revoke-1' };
    const body = { worker_id: OTHER, reason: 'a broken host' };
    const answer = await admin(fixture, '/worker-revocations', { body, headers });
    const id = String(answer.body['id']);
    const entry = await auditOf(fixture, 'revoke-1');
    expect(entry).to.include({ action: 'worker_revocation.create', outcome: 'success' });
    expect(entry.resource).to.equal(`worker_revocation:${id}`);
    expect(entry.detail).to.include({ kind: 'worker', subject: OTHER, reason: 'a broken host' });
    await admin(fixture, `/worker-revocations/${id}`, {
      method: 'DELETE',
      headers: { 'X-Request-ID': 'revoke-2' },
    });
    const removal = await auditOf(fixture, 'revoke-2');
    expect(removal).to.include({ action: 'worker_revocation.remove', resource: `worker_revocation:${id}` });
    expect(removal.detail).to.include({ subject: OTHER });
  });

  it('that are not there cannot be taken back: 404, audited as a failure', async () => {
    const path = '/worker-revocations/rv-000000000000000000000000';
    const headers = { 'X-Request-ID': 'revoke-3' };
    const { status, body } = await admin(fixture, path, { method: 'DELETE', headers });
    expect([status, body['reason']]).to.deep.equal([404, 'not_found']);
    expect(await auditOf(fixture, 'revoke-3')).to.include({
      outcome: 'failure',
      reason: 'not_found',
      resource: 'worker_revocation:rv-000000000000000000000000',
    });
  });

  const refusals: ReadonlyArray<readonly [string, unknown, string]> = [
    ['nothing', { reason: 'x' }, 'revocation_subject'],
    ['two things', { token_id: 'a', worker_id: WORKER, reason: 'x' }, 'revocation_subject'],
    ['no reason', { worker_id: WORKER }, 'invalid_request'],
    ['a blank reason', { worker_id: WORKER, reason: ' ' }, 'invalid_request'],
    ['a token up to a moment', { token_id: 'a', issued_before: 'now', reason: 'x' }, 'revocation_subject'],
    [
      'a moment that is none',
      { worker_id: WORKER, issued_before: 'soon', reason: 'x' },
      'issued_before_invalid',
    ],
    [
      'a date without a time',
      { worker_id: WORKER, issued_before: '2026-01-01', reason: 'x' },
      'issued_before_invalid',
    ],
    [
      'a month that is none',
      { worker_id: WORKER, issued_before: '2026-13-01T00:00:00Z', reason: 'x' },
      'issued_before_invalid',
    ],
    ['a token id that is none', { token_id: 'a b', reason: 'x' }, 'token_id_invalid'],
    ['a worker id that is none', { worker_id: 'a/b', reason: 'x' }, 'invalid_request'],
    ['a fingerprint that is too short', { key_fingerprint: 'abc', reason: 'x' }, 'invalid_request'],
    ['a fingerprint in capitals', { key_fingerprint: 'A'.repeat(16), reason: 'x' }, 'invalid_request'],
    ['an unknown field', { worker_id: WORKER, reason: 'x', until: 'now' }, 'unknown_field'],
  ];
  for (const [name, body, reason] of refusals) {
    it(`of ${name} are refused: 400 ${reason}`, async () => {
      const answer = await admin(fixture, '/worker-revocations', { body });
      expect([answer.status, answer.body['reason']], answer.text).to.deep.equal([400, reason]);
      expect((await fixture.store.tokenRevocations.list()).items).to.deep.equal([]);
    });
  }
});
