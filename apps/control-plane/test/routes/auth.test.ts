import { expect } from 'chai';
import { admin, auditOf, items } from '../admin-calls.js';
import { type Answer, call, type Json } from '../api-calls.js';
import { type OidcProvider, startOidcProvider } from '../callers/oidc-provider.js';
import { type Fixture, startFixture } from '../control-plane-fixture.js';
import { eventually } from '../eventually.js';

describe('bearer tokens of two issuers', () => {
  let [house, corp]: [OidcProvider?, OidcProvider?] = [];
  let fixture: Fixture;
  let tokenOf = (_claims: Json = {}): string => '';
  let corpToken = (_claims: Json = {}): string => '';
  before(async () => {
    const [one, two] = [await startOidcProvider(), await startOidcProvider()];
    [house, corp] = [one, two];
    fixture = await startFixture({
      ...one.flags,
      'auth.oidc_issuers': [
        {
          name: 'corp',
          issuer: two.issuer,
          audience: 'stacyvm',
          viewer_groups: ['viewers'],
          admin_groups: ['bosses'],
        },
      ],
    });
    tokenOf = (claims = {}) => one.token({ groups: ['viewers'], ...claims });
    corpToken = (claims = {}) => two.token({ groups: ['viewers'], ...claims });
  });
  after(async () => {
    await fixture?.dispose();
    await Promise.all([house?.stop(), corp?.stop()]);
  });

  const ask = (token: string, path = '/sandboxes', url = fixture.url): Promise<Answer> =>
    call({ ...fixture, url }, path, { key: null, headers: { Authorization: `Bearer ${token}` } });
  const revoke = (body: Json): Promise<Answer> =>
    admin(fixture, '/auth/revocations', { body: { reason: 'a test', ...body } });
  const explain = async (body: Json): Promise<Json> => (await admin(fixture, '/auth/explain', { body })).body;
  const namesOf = ({ checks }: Json) => (checks as Json[]).map(({ name, ok }) => `${name} ${ok}`);

  it('let their callers in, each by its own groups', async () => {
    expect((await ask(tokenOf())).status).to.equal(200);
    expect((await ask(corpToken())).status).to.equal(200);
    expect((await ask(corpToken({ groups: ['bosses'] }), '/admin/worker-keys')).status).to.equal(200);
    expect((await ask(tokenOf({ groups: ['bosses'] }))).body['reason']).to.equal('no_role');
  });

  it('do not stand in for each other', async () => {
    const { status, body } = await ask(tokenOf({ iss: corp?.issuer }));
    expect([status, body['reason']]).to.deep.equal([401, 'bearer_bad_signature']);
  });

  it('are revoked by subject, up to now: who signs in again is let in', async () => {
    const old = Math.floor(Date.now() / 1000) - 30;
    const token = tokenOf({ sub: 'eve', iat: old });
    expect((await ask(token)).status).to.equal(200);
    const answer = await revoke({ issuer: house?.issuer, subject: 'eve' });
    expect(answer.status).to.equal(201);
    expect(answer.body).to.include({ kind: 'subject', issuer: house?.issuer, subject: 'eve' });
    const refused = await ask(token);
    expect([refused.status, refused.body['reason']]).to.deep.equal([401, 'bearer_revoked']);
    expect((await ask(tokenOf({ sub: 'eve', iat: undefined }))).body['reason']).to.equal('bearer_revoked');
    expect((await ask(tokenOf({ sub: 'eve', iat: Math.floor(Date.now() / 1000) + 5 }))).status).to.equal(200);
    expect((await ask(corpToken({ sub: 'eve', iat: old }))).status).to.equal(200);
    const removed = await admin(fixture, `/auth/revocations/${answer.body['id']}`, { method: 'DELETE' });
    expect(removed.body).to.deep.equal({ status: 'removed' });
    expect((await ask(token)).status).to.equal(200);
  });

  it('are revoked by subject, session and id, and let in again, on every control plane within two seconds', async () => {
    const other = await fixture.beside();
    const there = async (token: string) => (await ask(token, undefined, other.url)).body['reason'];
    const lags: number[] = [];
    /** From the moment at which it is asked for. */
    const timed = async (change: () => Promise<Answer>, seen: () => Promise<unknown>): Promise<Answer> => {
      const since = performance.now();
      const answer = await change();
      await eventually(seen, 5_000);
      lags.push(Math.round(performance.now() - since));
      return answer;
    };
    const named = [
      [corpToken({ sub: 'carl', iat: Math.floor(Date.now() / 1000) - 30 }), { subject: 'carl' }],
      [corpToken({ sid: 's-1' }), { session_id: 's-1', ttl: '24h' }],
      [corpToken({ jti: 'j-1' }), { token_id: 'j-1' }],
    ] as const;
    for (const [token, body] of named) {
      expect(await there(token)).to.equal(undefined);
      const { status, body: made } = await timed(
        () => revoke({ issuer: corp?.issuer, ...body }),
        async () => {
          expect(await there(token)).to.equal('bearer_revoked');
        },
      );
      expect(status).to.equal(201);
      expect('expires_at' in made).to.equal('ttl' in body);
      if ('session_id' in body) {
        const listed = items(await admin(fixture, '/auth/revocations?kind=session'));
        expect(listed.map(({ subject }) => subject)).to.deep.equal(['s-1']);
      }
      await timed(
        () => admin(fixture, `/auth/revocations/${made['id']}`, { method: 'DELETE' }),
        async () => {
          expect(await there(token)).to.equal(undefined);
        },
      );
    }
    expect(Math.max(...lags), `milliseconds: ${lags}`).to.be.below(2_000);
    expect((await ask(corpToken({ sid: 's-2', jti: 's-1' }))).status).to.equal(200);
  });

  for (const [name, body, reason] of [
    ['nothing', {}, 'revocation_subject'],
    ['two things', { subject: 'a', token_id: 'b' }, 'revocation_subject'],
    ['a session up to a time', { session_id: 'a', issued_before: 'now' }, 'revocation_subject'],
    ['no issuer of two', { subject: 'a' }, 'issuer_required'],
    ['a stranger', { subject: 'a', issuer: 'https://stranger.example' }, 'issuer_unknown'],
    ['a time that is none', { subject: 'a', issued_before: 'yesterday' }, 'issued_before_invalid'],
    ['a lifetime that is none', { subject: 'a', ttl: '1s' }, 'invalid_ttl'],
    ['a blank reason', { subject: 'a', reason: ' ' }, 'invalid_request'],
  ] as const) {
    it(`are not revoked by ${name}`, async () => {
      const needsIssuer = !['issuer_required', 'issuer_unknown'].includes(reason);
      const answer = await revoke({ ...(needsIssuer ? { issuer: corp?.issuer } : {}), ...body });
      expect([answer.status, answer.body['reason']]).to.deep.equal([400, reason]);
    });
  }

  it('stay revoked while the database cannot be asked, and over a restart', async () => {
    const token = tokenOf({ jti: 'kept' });
    await revoke({ issuer: house?.issuer, token_id: 'kept' });
    expect((await ask(token)).body['reason']).to.equal('bearer_revoked');
    await fixture.stop();
    await fixture.restart();
    expect((await ask(token)).body['reason']).to.equal('bearer_revoked');
  });

  it('are explained check by check, and are neither logged nor audited', async () => {
    const token = corpToken({ tenant_id: 'tn-1' });
    const headers = { 'X-Request-ID': 'explained' };
    const { body, headers: answered } = await admin(fixture, '/auth/explain', { body: { token }, headers });
    expect(answered.get('cache-control')).to.equal('no-store');
    expect(body['accepted']).to.equal(true);
    expect(body['principal']).to.deep.include({
      kind: 'oidc',
      id: 'oidc:corp:ann',
      role: 'viewer',
      tenant_id: 'tn-1',
      issuer: corp?.issuer,
    });
    expect(namesOf(body).join(' ')).to.equal(
      'form true key true signature true issuer true audience true lifetime true subject true revocation true tenant true groups true role true',
    );
    const entry = await auditOf(fixture, 'explained');
    expect(entry).to.include({ action: 'credential.explain', outcome: 'success' });
    for (const part of token.split('.')) {
      expect(fixture.logs.text() + JSON.stringify(entry)).not.to.contain(part);
    }
  });

  it('are explained when they are refused', async () => {
    const expired = await explain({ token: tokenOf({ exp: 1_000 }) });
    expect(expired).to.include({ accepted: false, reason: 'bearer_expired' });
    expect(namesOf(expired).at(-1)).to.equal('lifetime false');
    expect(await explain({ token: 'x' })).to.include({ accepted: false, reason: 'bearer_malformed' });
    expect(await explain({ api_key: fixture.apiKey })).to.include({ accepted: true });
    expect(await explain({ api_key: `svk_${'0'.repeat(12)}` })).to.include({ reason: 'api_key_malformed' });
    for (const body of [{}, { token: 'a', api_key: 'b' }]) {
      expect(await explain(body)).to.include({ reason: 'credential_required' });
    }
  });

  it('are explained and revoked by administrators alone', async () => {
    for (const [path, body] of [
      ['/auth/explain', { token: 'x' }],
      ['/auth/revocations', { subject: 'a', reason: 'x' }],
    ] as const) {
      expect((await admin(fixture, path, { body, key: fixture.apiKey })).status).to.equal(403);
    }
  });
});
