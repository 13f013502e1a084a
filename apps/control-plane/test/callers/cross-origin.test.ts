import { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { expect } from 'chai';
import { isSameOrigin } from '../../src/callers/cross-origin.js';
import { admin, auditOf } from '../admin-calls.js';
import { type Answer, type CallOptions, call } from '../api-calls.js';
import { type Fixture, startFixture } from '../control-plane-fixture.js';

const CONSOLE = 'https://console.example.com';
const FOREIGN = 'https://evil.example.com';

describe('calls from pages of a browser', () => {
  let fixture: Fixture;
  before(async () => {
    fixture = await startFixture({ 'server.cors_allowed_origins': [CONSOLE, 'http://localhost:5173'] });
  });
  after(() => fixture?.dispose());

  const from = (origin: string, path: string, options: CallOptions = {}): Promise<Answer> =>
    call(fixture, path, { ...options, headers: { origin, ...options.headers } });
  const preflight = (origin: string, path: string, method = 'POST'): Promise<Answer> =>
    from(origin, path, {
      method: 'OPTIONS',
      key: null,
      headers: {
        'access-control-request-method': method,
        'access-control-request-headers': 'x-api-key,content-type',
      },
    });
  const listed = (answer: Answer, name: string): readonly string[] =>
    (answer.headers.get(name) ?? '').toLowerCase().split(/\s*,\s*/);

  describe('a preflight', () => {
    for (const path of ['/sandboxes', '/admin/worker-keys', '/nothing/of/the/contract']) {
      it(`of an allowed origin is answered without a key: ${path}`, async () => {
        const answer = await preflight(CONSOLE, path, 'PATCH');
        expect([answer.status, answer.text]).to.deep.equal([204, '']);
        expect(answer.headers.get('access-control-allow-origin')).to.equal(CONSOLE);
        expect(listed(answer, 'vary')).to.include('origin');
        expect(listed(answer, 'access-control-allow-methods')).to.have.members([
          'get',
          'post',
          'put',
          'patch',
          'delete',
        ]);
        expect(listed(answer, 'access-control-allow-headers')).to.include.members([
          'content-type',
          'authorization',
          'x-api-key',
          'x-admin-api-key',
          'x-user-id',
          'x-tenant-id',
          'x-request-id',
        ]);
        expect(answer.headers.get('access-control-allow-credentials')).to.equal(null);
        expect(Number(answer.headers.get('access-control-max-age'))).to.be.greaterThan(0);
      });
    }

    const refused = [
      FOREIGN,
      'null',
      'http://console.example.com',
      `${CONSOLE}:8443`,
      `${CONSOLE}.evil.example`,
      `${CONSOLE}/`,
      'https://sub.console.example.com',
      'HTTPS://CONSOLE.EXAMPLE.COM',
    ];
    for (const origin of refused) {
      it(`of ${origin} is refused`, async () => {
        const { status, body, headers } = await preflight(origin, '/sandboxes');
        expect([status, body['code'], body['reason']]).to.deep.equal([
          403,
          'FORBIDDEN',
          'origin_not_allowed',
        ]);
        expect(headers.get('access-control-allow-origin')).to.equal(null);
        expect(headers.get('vary')?.toLowerCase()).to.contain('origin');
      });
    }

    it('is told from an OPTIONS that nobody sends before another request', async () => {
      const answer = await from(CONSOLE, '/sandboxes', { method: 'OPTIONS', key: null });
      expect(answer.status).to.equal(401);
    });
  });

  describe('a request', () => {
    it('of an allowed origin can be read by its page, with the headers that tell something', async () => {
      const answer = await from(CONSOLE, '/sandboxes');
      expect(answer.status).to.equal(200);
      expect(answer.headers.get('access-control-allow-origin')).to.equal(CONSOLE);
      expect(listed(answer, 'access-control-expose-headers')).to.include.members([
        'x-request-id',
        'x-ratelimit-limit',
        'x-ratelimit-remaining',
        'retry-after',
        'x-next-cursor',
        'x-policy-warning',
      ]);
      expect(listed(answer, 'vary')).to.include('origin');
    });

    it('that is refused can be read as well', async () => {
      for (const [path, key, status] of [
        ['/sandboxes', null, 401],
        ['/admin/worker-keys', fixture.apiKey, 403],
        ['/workers/none', fixture.apiKey, 404],
      ] as const) {
        const answer = await from(CONSOLE, path, { key });
        expect(answer.status).to.equal(status);
        expect(answer.headers.get('access-control-allow-origin'), path).to.equal(CONSOLE);
      }
    });

    it('of another origin is refused before it has an effect, and the refusal is audited', async () => {
      const answer = await from(FOREIGN, '/admin/join-tokens', {
        key: fixture.adminKey,
        body: { worker_id: 'never' },
        headers: { 'X-Request-ID': 'foreign-page' },
      });
      expect([answer.status, answer.body['reason']]).to.deep.equal([403, 'origin_not_allowed']);
      expect(answer.headers.get('access-control-allow-origin')).to.equal(null);
      expect((await admin(fixture, '/join-tokens')).text).to.equal('[]');
      expect(await auditOf(fixture, 'foreign-page')).to.include({
        outcome: 'denied',
        reason: 'origin_not_allowed',
      });
    });

    it('of the page that the control plane itself serves needs no setting, also behind a proxy for TLS', async () => {
      const { host } = new URL(fixture.url);
      for (const origin of [`http://${host}`, `https://${host}`]) {
        const answer = await from(origin, '/sandboxes');
        expect(answer.status, origin).to.equal(200);
        expect(answer.headers.get('access-control-allow-origin')).to.equal(null);
      }
      expect((await from('http://127.0.0.1:1', '/sandboxes')).status).to.equal(403);
    });

    it('without an origin is no matter of browsers', async () => {
      const answer = await call(fixture, '/sandboxes');
      expect(answer.status).to.equal(200);
      expect(answer.headers.get('access-control-allow-origin')).to.equal(null);
      expect(listed(answer, 'vary')).to.include('origin');
    });
  });

  it('come from the same origin by https alone where https is served', () => {
    const headers = { host: 'stacyvm.example.com' };
    const [plain, secure] = [new Socket(), new TLSSocket(new Socket())];
    try {
      for (const [socket, origin, same] of [
        [plain, 'http://stacyvm.example.com', true],
        [plain, 'https://stacyvm.example.com', true],
        [secure, 'https://stacyvm.example.com', true],
        [secure, 'http://stacyvm.example.com', false],
        [secure, 'https://other.example.com', false],
      ] as const) {
        expect(isSameOrigin({ headers, socket }, origin), origin).to.equal(same);
      }
      expect(isSameOrigin({ headers: {}, socket: plain }, 'null')).to.equal(false);
    } finally {
      plain.destroy();
      secure.destroy();
    }
  });

  describe('with other settings', () => {
    it('are let in and turned away at once', async () => {
      const live = await startFixture();
      const status = async (origin: string) =>
        (await call(live, '/sandboxes', { headers: { origin } })).status;
      try {
        expect(await status(CONSOLE)).to.equal(403);
        live.reload({ 'server.cors_allowed_origins': [CONSOLE] });
        expect(await status(CONSOLE)).to.equal(200);
        live.reload({ 'server.cors_allowed_origins': ['*'] });
        const any = await call(live, '/sandboxes', { headers: { origin: FOREIGN } });
        expect(any.status).to.equal(200);
        expect(any.headers.get('access-control-allow-origin')).to.equal('*');
        expect(any.headers.get('access-control-allow-credentials')).to.equal(null);
        expect(await status('null')).to.equal(200);
        live.reload({});
        expect(await status(CONSOLE)).to.equal(403);
      } finally {
        await live.dispose();
      }
    });

    it('stay outside while authentication is off, whatever is allowed', async () => {
      const open = await startFixture({
        'auth.enabled': false,
        'server.cors_allowed_origins': ['*', CONSOLE],
      });
      try {
        for (const method of ['GET', 'OPTIONS']) {
          const { status, body } = await call(open, '/sandboxes', {
            method,
            headers: { origin: CONSOLE, 'access-control-request-method': 'GET' },
          });
          expect([status, body['reason']]).to.deep.equal([403, 'foreign_origin']);
        }
      } finally {
        await open.dispose();
      }
    });
  });
});
