import { AuthError } from '@stacyvm/auth';
import { expect } from 'chai';
import { createLiveCallers } from '../../src/callers/live-callers.js';
import { admin, auditOf, items } from '../admin-calls.js';
import { type Answer, call, type Json } from '../api-calls.js';
import { type OidcProvider, startOidcProvider } from '../callers/oidc-provider.js';
import { type Fixture, secret, settingsFor, startFixture } from '../control-plane-fixture.js';
import { eventually } from '../eventually.js';
import { captureLogs } from '../log-capture.js';

const FORM = 'application/x-www-form-urlencoded';

describe('back-channel logout where the audience of tokens is an API', () => {
  const clientIds = ['console', 'cli'];
  const forms = [
    ['auth.oidc_issuer', ({ flags }: OidcProvider) => ({ ...flags, 'auth.oidc_client_ids': clientIds })],
    [
      'auth.oidc_issuers',
      ({ issuer }: OidcProvider) => ({
        'auth.oidc_enabled': true,
        'auth.oidc_issuers': [
          { name: 'corp', issuer, audience: 'stacyvm', client_ids: clientIds, viewer_groups: ['viewers'] },
        ],
      }),
    ],
  ] as const;
  for (const [setting, flagsOf] of forms) {
    it(`heeds what is for a client id of ${setting}, and nothing else`, async () => {
      const provider = await startOidcProvider();
      const settings = settingsFor({ 'auth.admin_api_key': secret(), ...flagsOf(provider) });
      const callers = createLiveCallers(settings, captureLogs().logger, () => new Date());
      try {
        callers.connect({
          keyStore: { findApiKey: async () => undefined, findApiKeysById: async () => [] },
          keyUses: { note() {}, flush: async () => undefined, start: () => Promise.reject() as never },
          bearerRevocations: { isRevoked: () => false } as never,
          onAuthentication() {},
        });
        const authorization = `Bearer ${provider.token({ groups: ['viewers'] })}`;
        const principal = await callers.authenticate({ authorization }, { address: '::1', requestId: '' });
        expect(principal).to.include({ kind: 'oidc', role: 'viewer' });
        const reasonFor = (aud: string): Promise<string | undefined> =>
          callers.verifyLogout(provider.logoutToken({ aud }), '::1').then(
            () => undefined,
            (error: AuthError) => error.code,
          );
        for (const clientId of clientIds) expect(await reasonFor(clientId), clientId).to.equal(undefined);
        expect(await reasonFor('stacyvm'), 'the API').to.equal('logout_token_invalid');
      } finally {
        callers.close();
        await provider.stop();
      }
    });
  }
});

describe('back-channel logout', () => {
  let provider: OidcProvider;
  let fixture: Fixture;
  before(async () => {
    provider = await startOidcProvider();
    fixture = await startFixture({ ...provider.flags, 'server.trusted_proxies': ['127.0.0.1'] });
  });
  after(async () => {
    await fixture?.dispose();
    await provider?.stop();
  });

  const tokenOf = (claims: Json = {}) => provider.token({ groups: ['viewers'], ...claims });
  const ask = (token: string, url = fixture.url): Promise<Answer> =>
    call({ ...fixture, url }, '/sandboxes', { key: null, headers: { Authorization: `Bearer ${token}` } });
  const post = (body: string | undefined, headers: Record<string, string> = {}): Promise<Answer> =>
    call(fixture, '/auth/backchannel-logout', {
      method: 'POST',
      key: null,
      headers: { 'Content-Type': FORM, ...headers },
      ...(body === undefined ? {} : { body }),
    });
  const logout = (token: string, headers: Record<string, string> = {}): Promise<Answer> =>
    post(new URLSearchParams({ logout_token: token }).toString(), headers);
  const entries = async () => (await fixture.store.audit.list({ limit: 1000 })).items.length;

  it('takes the tokens of the session out of force, on every control plane within two seconds', async () => {
    const other = await fixture.beside();
    const [token, ofOther] = [tokenOf({ sid: 's-1' }), tokenOf({ sid: 's-2' })];
    for (const url of [fixture.url, other.url]) expect((await ask(token, url)).status).to.equal(200);
    const since = performance.now();
    const { status, text, headers } = await logout(provider.logoutToken({ sid: 's-1' }));
    expect([status, text, headers.get('cache-control')]).to.deep.equal([200, '', 'no-store']);
    expect((await ask(token)).body['reason']).to.equal('bearer_revoked');
    await eventually(async () => {
      expect((await ask(token, other.url)).body['reason']).to.equal('bearer_revoked');
    }, 5_000);
    expect(performance.now() - since).to.be.below(2_000);
    expect((await ask(ofOther)).status).to.equal(200);
  });

  it('takes the tokens of the person out of force where no session is named, up to the second of the logout', async () => {
    const now = Math.floor(Date.now() / 1000);
    const [old, sameSecond, later] = [-30, 0, 1].map((seconds) =>
      tokenOf({ sub: 'bob', iat: now + seconds }),
    );
    expect((await ask(old ?? '')).status).to.equal(200);
    expect((await logout(provider.logoutToken({ sub: 'bob', iat: now }))).status).to.equal(200);
    for (const token of [old, sameSecond]) {
      expect((await ask(token ?? '')).body['reason']).to.equal('bearer_revoked');
    }
    expect((await ask(later ?? '')).status).to.equal(200);
    expect((await ask(tokenOf())).status).to.equal(200);
  });

  it('is listed with the issuer as its author, and is forgotten some day', async () => {
    expect((await logout(provider.logoutToken({ sid: 's-3' }))).status).to.equal(200);
    const [listed] = items(await admin(fixture, '/auth/revocations?kind=session'));
    expect(listed).to.include({ subject: 's-3', issuer: provider.issuer, revoked_by: provider.issuer });
    const days = (Date.parse(String(listed?.['expires_at'])) - Date.now()) / 86_400_000;
    expect(days).to.be.within(2.9, 3);
  });

  it('heeds a token once, also when two control planes get it at the same moment, and after a restart', async () => {
    const other = await fixture.beside();
    const token = provider.logoutToken({ sid: 's-4' });
    const send = async (url: string) => {
      const body = new URLSearchParams({ logout_token: token });
      const response = await fetch(`${url}/api/v1/auth/backchannel-logout`, { method: 'POST', body });
      const text = await response.text();
      return text === '' ? response.status : JSON.parse(text).reason;
    };
    const urls = [fixture.url, other.url, fixture.url, other.url];
    const outcomes = await Promise.all(urls.map(send));
    expect(outcomes.filter((outcome) => outcome === 200)).to.have.length(1);
    expect(outcomes.filter((outcome) => outcome === 'logout_token_replayed')).to.have.length(3);
    await fixture.stop();
    await fixture.restart();
    expect(await send(fixture.url)).to.equal('logout_token_replayed');
  });

  it('does not revoke again by the same token what an administrator has let in', async () => {
    const token = provider.logoutToken({ sid: 's-5' });
    await logout(token);
    const [listed] = items(await admin(fixture, '/auth/revocations?kind=session'));
    await admin(fixture, `/auth/revocations/${listed?.['id']}`, { method: 'DELETE' });
    expect((await logout(token)).body['reason']).to.equal('logout_token_replayed');
    expect((await ask(tokenOf({ sid: 's-5' }))).status).to.equal(200);
  });

  const refused: ReadonlyArray<readonly [string, () => string]> = [
    ['an ID token', () => tokenOf({ sid: 's-6' })],
    ['a token without the event', () => provider.logoutToken({ sid: 's-6', events: {} })],
    ['a token with a nonce', () => provider.logoutToken({ sid: 's-6', nonce: 'n' })],
    ['a token for another application', () => provider.logoutToken({ sid: 's-6', aud: 'other' })],
    ['an expired token', () => provider.logoutToken({ sid: 's-6', iat: 1_000, exp: 1_100 })],
    ['a token without an id', () => provider.logoutToken({ sid: 's-6', jti: undefined })],
    ['a changed token', () => provider.logoutToken({ sid: 's-6' }).replace(/.{8}$/, 'AAAAAAAA')],
    ['what is no token', () => 'x'],
  ];
  for (const [name, made] of refused) {
    it(`refuses ${name} with 400, tells no more, and changes nothing`, async () => {
      const { status, body, headers } = await logout(made(), {
        'X-Request-ID': `no ${name}`.replaceAll(' ', '-'),
      });
      expect(status).to.equal(400);
      expect(body).to.include({
        code: 'BAD_REQUEST',
        reason: 'logout_token_invalid',
        message: 'the logout token is not valid',
      });
      expect(headers.get('cache-control')).to.equal('no-store');
      expect((await ask(tokenOf({ sid: 's-6' }))).status).to.equal(200);
      expect(await auditOf(fixture, `no-${name}`.replaceAll(' ', '-'))).to.include({
        action: 'session.logout',
        category: 'authentication',
        outcome: 'failure',
        reason: 'logout_token_invalid',
        actorKind: 'anonymous',
      });
    });
  }

  const malformed: ReadonlyArray<readonly [string, () => Promise<Answer>]> = [
    ['JSON', () => post(JSON.stringify({ logout_token: 'x' }), { 'Content-Type': 'application/json' })],
    ['a body of no type', () => post('logout_token=x', { 'Content-Type': '' })],
    ['no body', () => post(undefined)],
    ['an empty form', () => post('')],
    ['an empty token', () => post('logout_token=')],
    ['two tokens', () => post('logout_token=a&logout_token=b')],
    ['a long form', () => post(`logout_token=a&more=${'x'.repeat(40_000)}`)],
    ['many members', () => post(`logout_token=a&${'x=1&'.repeat(50)}`)],
    [
      'a form in another alphabet',
      () => post('logout_token=a', { 'Content-Type': `${FORM}; charset=utf-7` }),
    ],
  ];
  for (const [name, send] of malformed) {
    it(`refuses ${name} with 400`, async () => {
      const { status, headers } = await send();
      expect([status, headers.get('cache-control')]).to.deep.equal([400, 'no-store']);
    });
  }

  it('takes other members of the form for granted', async () => {
    const form = new URLSearchParams({ logout_token: provider.logoutToken({ sid: 's-7' }), state: 'x' });
    expect((await post(form.toString(), { 'Content-Type': `${FORM};charset=UTF-8` })).status).to.equal(200);
  });

  it('is audited before and after, with the issuer as who did it, without the token', async () => {
    const token = provider.logoutToken({ sid: 's-8' });
    await logout(token, { 'X-Request-ID': 'logged-out' });
    const entry = await auditOf(fixture, 'logged-out');
    expect(entry).to.include({
      action: 'session.logout',
      category: 'authentication',
      outcome: 'success',
      status: 200,
      actorKind: 'issuer',
      actorId: provider.issuer,
    });
    expect(entry.detail).to.deep.equal({ kind: 'session', issuer: provider.issuer, subject: 's-8' });
    const all = (await fixture.store.audit.list({ limit: 1000 })).items;
    expect(
      all.filter(({ requestId }) => requestId === 'logged-out').map(({ phase }) => phase),
    ).to.have.members(['intent', 'outcome']);
    for (const part of token.split('.'))
      expect(fixture.logs.text() + JSON.stringify(all)).not.to.contain(part);
  });

  it('tells operators why it was refused', async () => {
    await logout(provider.logoutToken({ aud: 'other' }), { 'X-Request-ID': 'why' });
    const [said] = fixture.logs.records('credential refused').filter((each) => each['request_id'] === 'why');
    expect(said?.['detail']).to.match(/^bearer_wrong_audience: /);
  });

  it('writes nothing down for a replay, however often it comes', async () => {
    const token = provider.logoutToken({ sid: 's-9' });
    const from = { 'X-Forwarded-For': '192.0.2.7' };
    await logout(token, from);
    for (let n = 0; n < 61; n += 1) await logout(token, from);
    const before = await entries();
    for (let n = 0; n < 20; n += 1) expect((await logout(token, from)).status).to.equal(400);
    expect(await entries()).to.equal(before);
  });

  it('is bounded for each address by the work on signatures', async () => {
    const callers = createLiveCallers(settingsFor(provider.flags), captureLogs().logger, () => new Date());
    const reasonOf = (token: string, address: string): Promise<string> =>
      callers.verifyLogout(token, address).then(
        () => 'accepted',
        (error: unknown) => (error instanceof AuthError ? error.code : String(error)),
      );
    const bad = provider.logoutToken({ sid: 's-10' }).replace(/.{8}$/, 'AAAAAAAA');
    const reasons = new Map<string, number>();
    for (let n = 0; n < 4_000; n += 1) {
      const reason = await reasonOf(n % 2 === 0 ? bad : 'x', '192.0.2.8');
      reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
    }
    // What is no token costs nothing.
    expect([...reasons.keys()]).to.deep.equal(['logout_token_invalid']);
    let reason = '';
    for (let n = 0; n < 10_000 && reason !== 'too_many_failures'; n += 1)
      reason = await reasonOf(bad, '192.0.2.8');
    expect(reason).to.equal('too_many_failures');
    expect(await reasonOf(provider.logoutToken({ sid: 's-10' }), '192.0.2.11')).to.equal('accepted');
    callers.close();
  }).timeout(30_000);

  it('counts against its address where requests are limited, and not against others', async () => {
    fixture.reload({
      'rate_limit.enabled': true,
      'rate_limit.requests_per_minute': 1,
      'rate_limit.burst': 2,
    });
    const from = { 'X-Forwarded-For': '192.0.2.9' };
    const statuses: number[] = [];
    for (let n = 0; n < 3; n += 1) statuses.push((await logout('x', from)).status);
    expect(statuses).to.deep.equal([400, 400, 429]);
    expect(
      (await logout(provider.logoutToken({ sid: 's-11' }), { 'X-Forwarded-For': '192.0.2.10' })).status,
    ).to.equal(200);
    fixture.reload({});
  });
});

describe('back-channel logout without an issuer', () => {
  it('is refused', async () => {
    const fixture = await startFixture();
    try {
      const body = new URLSearchParams({ logout_token: 'a.b.c' });
      const response = await fetch(`${fixture.url}/api/v1/auth/backchannel-logout`, { method: 'POST', body });
      const { reason } = (await response.json()) as Json;
      expect([response.status, reason]).to.deep.equal([400, 'logout_token_invalid']);
    } finally {
      await fixture.dispose();
    }
  });
});
