import { expect } from 'chai';
import { startControlPlane } from '../../src/control-plane.js';
import { admin } from '../admin-calls.js';
import { call } from '../api-calls.js';
import { type Fixture, type Flags, secret, settingsFor, startFixture } from '../control-plane-fixture.js';
import { captureLogs } from '../log-capture.js';

describe('auth.enabled', () => {
  const refusalOf = (fixture: Fixture, flags: Flags): string => {
    try {
      fixture.reload(flags);
    } catch (error) {
      return String(error);
    }
    return '';
  };

  describe('false, though there are keys', () => {
    let fixture: Fixture;
    beforeEach(async () => {
      fixture = await startFixture({ 'auth.enabled': false, 'server.host': '0.0.0.0' });
    });
    afterEach(() => fixture?.dispose());

    it('makes everybody on this machine administrator, whatever key they send', async () => {
      for (const key of [null, fixture.apiKey, secret()]) {
        expect((await admin(fixture, '/worker-keys', { key })).status).to.equal(200);
      }
    });

    it('is served on loopback only, and told loudly', () => {
      expect(new URL(fixture.url).hostname).to.equal('127.0.0.1');
      const [said] = fixture.logs.records(
        'authentication is switched off, and the API keys that are configured are not asked for: only this machine is served, and everybody on it is administrator',
      );
      expect(said).to.include({ level: 'warn', fix: 'remove auth.enabled, or set it to true' });
    });

    it('can become true while it runs, and not false again', async () => {
      fixture.reload({ 'auth.enabled': true });
      expect((await call(fixture, '/sandboxes', { key: null })).status).to.equal(401);
      expect((await call(fixture, '/sandboxes')).status).to.equal(200);
      expect(refusalOf(fixture, {})).to.contain('without a restart');
      expect((await call(fixture, '/sandboxes', { key: null })).status).to.equal(401);
      const [said] = fixture.logs.records('changed settings need a restart');
      expect(said?.['changed']).to.deep.equal(['auth.enabled']);
    });
  });

  it('keeps to a loopback address that is asked for', async () => {
    const fixture = await startFixture({ 'auth.enabled': false, 'server.host': '127.0.0.7' });
    try {
      expect(new URL(fixture.url).hostname).to.equal('127.0.0.7');
    } finally {
      await fixture.dispose();
    }
  });

  it('true without any credential does not start', async () => {
    const settings = settingsFor({ 'auth.enabled': true });
    const failure = await startControlPlane({ settings, logger: captureLogs().logger, version: '0' }).then(
      (running) => running.stop(),
      (error: unknown) => error,
    );
    expect(String(failure)).to.contain('auth.enabled is true, but there is no credential');
  });

  it('does not follow from an OIDC that needs a restart: what was open stays open until then', async () => {
    const open = await startFixture({ 'auth.api_key': undefined, 'auth.admin_api_key': undefined });
    try {
      open.reload({ 'auth.oidc_enabled': true, 'auth.oidc_issuer': 'https://idp.example.com' });
      expect((await call(open, '/sandboxes', { key: null })).status).to.equal(200);
      const [said] = open.logs.records('changed settings need a restart');
      expect(said?.['changed']).to.include.members(['auth.oidc_enabled', 'auth.oidc_issuer']);
    } finally {
      await open.dispose();
    }
  });
});

describe('auth.admin_fallback_enabled', () => {
  it('lets the API key administrate only while there is no admin key, and only while it is on', async () => {
    const fixture = await startFixture({ 'auth.admin_api_key': undefined });
    const status = async () => (await admin(fixture, '/worker-keys', { key: fixture.apiKey })).status;
    try {
      expect(await status()).to.equal(403);
      fixture.reload({ 'auth.admin_fallback_enabled': true });
      expect(await status()).to.equal(200);
      expect((await call(fixture, '/sandboxes')).status).to.equal(200);
      fixture.reload({ 'auth.admin_fallback_enabled': true, 'auth.admin_api_key': secret() });
      expect(await status()).to.equal(403);
      fixture.reload({ 'auth.admin_fallback_enabled': false });
      expect(await status()).to.equal(403);
    } finally {
      await fixture.dispose();
    }
  });
});
