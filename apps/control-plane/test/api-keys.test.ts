import { listOperations } from '@stacyvm/api';
import { expect } from 'chai';
import { startControlPlane } from '../src/control-plane.js';
import { call, open } from './api-calls.js';
import { type Fixture, secret, settingsFor, startFixture } from './control-plane-fixture.js';
import { captureLogs } from './log-capture.js';

const operations = listOperations().filter(({ servedBy }) => servedBy === 'control-plane');

function pathOf(path: string): string {
  return path.replaceAll(/\{\w+\}/g, 'none');
}

describe('API keys', () => {
  let fixture: Fixture;
  before(async () => {
    fixture = await startFixture();
  });
  after(() => fixture?.dispose());

  it('cover an operation list that is not empty', () => {
    expect(operations.length).to.be.greaterThan(8);
    expect(operations.filter(({ scope }) => scope === 'public').map(({ id }) => id)).to.have.members([
      'backChannelLogout',
      'getHealth',
      'getLive',
      'getReady',
    ]);
  });

  for (const { id, method, path, scope } of operations) {
    const isPublic = scope === 'public';
    const request = { method: method.toUpperCase(), ...(method === 'post' ? { body: 'not JSON' } : {}) };

    const refusals = [
      { name: 'no key', key: null, headers: {}, reason: 'api_key_missing' },
      { name: 'an empty key', key: '', headers: {}, reason: 'api_key_missing' },
      { name: 'a wrong key', key: secret(), headers: {}, reason: 'api_key_invalid' },
      {
        name: 'a wrong admin key',
        key: null,
        headers: { 'X-Admin-API-Key': secret() },
        reason: 'api_key_invalid',
      },
      {
        name: 'a bearer token',
        key: null,
        headers: { Authorization: `Bearer ${secret()}` },
        reason: 'bearer_unsupported',
      },
    ];
    for (const { name, key, headers, reason } of refusals) {
      it(`${id} with ${name}: ${isPublic ? 'served' : `401 ${reason}, before the body is looked at`}`, async () => {
        const { status, body } = await call(fixture, pathOf(path), { ...request, key, headers });
        // A logout says by its token who asks.
        if (isPublic) expect(status).to.equal(id === 'backChannelLogout' ? 400 : 200);
        else {
          expect([status, body['code'], body['reason']]).to.deep.equal([401, 'UNAUTHORIZED', reason]);
        }
      });
    }

    it(`${id} with the API key or the admin key, in either header: past authentication`, async () => {
      for (const key of [fixture.apiKey, fixture.adminKey]) {
        for (const header of ['X-API-Key', 'X-Admin-API-Key']) {
          // Streams do not end by themselves.
          const { status, body } = await open(fixture, pathOf(path), {
            ...request,
            key: null,
            headers: { [header]: key },
          });
          await body?.cancel();
          const mayPass = ['read:*', 'api:*', 'public'].includes(scope) || key === fixture.adminKey;
          expect(status, `${header}`).to.be.oneOf(mayPass ? [200, 400, 404] : [403]);
        }
      }
    });
  }

  it('a bad bearer token is refused even beside a good key', async () => {
    const { status } = await call(fixture, '/sandboxes', { headers: { Authorization: 'Bearer x' } });
    expect(status).to.equal(401);
  });

  it('are asked for before it is told which routes there are', async () => {
    for (const path of ['/nothing', '/worker', '/sandboxes/x/y/z']) {
      expect((await call(fixture, path, { key: null })).status, path).to.equal(401);
      expect((await call(fixture, path)).status, path).to.equal(404);
    }
  });

  it('are named by a fingerprint in the log, and never written, right or wrong', async () => {
    const wrong = secret();
    await call(fixture, '/sandboxes', { key: wrong });
    await call(fixture, `/workers?x=${encodeURIComponent(fixture.apiKey)}`);
    await call(fixture, '/sandboxes', { key: null, headers: { 'X-Admin-API-Key': fixture.adminKey } });
    const text = fixture.logs.text();
    for (const key of [wrong, fixture.apiKey, fixture.adminKey, fixture.signingKey]) {
      expect(text).not.to.contain(key);
      expect(text).not.to.contain(encodeURIComponent(key));
    }
    const principals = new Set(fixture.logs.records('request').map((record) => record['principal']));
    expect([...principals].filter((principal) => String(principal).startsWith('api:'))).to.have.length(1);
    expect([...principals].filter((principal) => String(principal).startsWith('admin:'))).to.have.length(1);
  });

  const refused = [
    { name: 'a placeholder', flags: { 'auth.api_key': 'change-me-change-me' }, code: 'placeholder_api_key' },
    { name: 'a short key', flags: { 'auth.admin_api_key': 'short' }, code: 'weak_api_key' },
    {
      name: 'one key for both',
      flags: { 'auth.api_key': 'k'.repeat(32), 'auth.admin_api_key': 'k'.repeat(32) },
      code: 'equal_api_keys',
    },
    { name: 'a weak signing key', flags: { 'auth.worker_signing_key': 'short' }, code: 'weak_key' },
  ];
  for (const { name, flags, code } of refused) {
    it(`the control plane does not start with ${name}`, async () => {
      const settings = settingsFor({
        'server.port': 0,
        'database.driver': 'postgres',
        'database.dsn': fixture.database.dsn,
        ...flags,
      });
      const started = startControlPlane({ settings, logger: captureLogs().logger, version: '0' });
      const failure = await started.then(
        (running) => running.stop().then(() => undefined),
        (error: unknown) => error,
      );
      expect(failure).to.include({ code });
      expect(String(failure)).not.to.contain('k'.repeat(32));
    });
  }
});
