import { keyFingerprint } from '@stacyvm/token';
import { expect } from 'chai';
import { createSettingsReload, type ReloadedPart } from '../src/settings-reload.js';
import { admin } from './admin-calls.js';
import { call } from './api-calls.js';
import { type Fixture, type Flags, secret, settingsFor, startFixture } from './control-plane-fixture.js';
import { captureLogs } from './log-capture.js';
import { credential, send, workerToken } from './worker-calls.js';

describe('reloading settings', () => {
  describe('of a control plane that runs', () => {
    let fixture: Fixture;
    beforeEach(async () => {
      fixture = await startFixture();
    });
    afterEach(() => fixture?.dispose());

    const refusal = (flags: Flags): unknown => {
      try {
        fixture.reload(flags);
      } catch (error) {
        return error;
      }
      return undefined;
    };

    it('puts other API keys in force at once', async () => {
      const [apiKey, adminKey] = [secret(), secret()];
      fixture.reload({ 'auth.api_key': apiKey, 'auth.admin_api_key': adminKey });
      expect((await call(fixture, '/sandboxes')).status).to.equal(401);
      expect((await call(fixture, '/sandboxes', { key: apiKey })).status).to.equal(200);
      expect((await admin(fixture, '/worker-keys')).status).to.equal(401);
      expect((await admin(fixture, '/worker-keys', { key: adminKey })).status).to.equal(200);
      const [said] = fixture.logs.records('settings reloaded');
      expect(said?.['changed']).to.deep.equal(['auth.admin_api_key', 'auth.api_key']);
      for (const key of [apiKey, adminKey]) expect(fixture.logs.text()).not.to.contain(key);
    });

    it('names the signing keys that are in force by their fingerprints, when they change', () => {
      const next = secret();
      fixture.reload({ 'auth.worker_signing_key': next, 'auth.worker_signing_keys': [fixture.signingKey] });
      fixture.reload({
        'auth.worker_signing_key': next,
        'auth.worker_signing_keys': [fixture.signingKey],
        'auth.worker_key_scope': 'derived',
      });
      const said = fixture.logs.records('worker signing keys in force');
      expect(said.map(({ active, verify_only }) => [active, verify_only])).to.deep.equal([
        [keyFingerprint(fixture.signingKey), []],
        [keyFingerprint(next), [keyFingerprint(fixture.signingKey)]],
      ]);
      expect(fixture.logs.text()).not.to.contain(next);
    });

    it('takes all or nothing: a weak key beside a good one changes neither', async () => {
      const next = secret();
      expect(refusal({ 'auth.api_key': next, 'auth.worker_signing_key': 'short' })).to.include({
        code: 'weak_key',
      });
      expect(refusal({ 'auth.api_key': 'short', 'auth.worker_signing_key': next })).to.include({
        code: 'weak_api_key',
      });
      expect((await call(fixture, '/sandboxes')).status).to.equal(200);
      expect((await call(fixture, '/sandboxes', { key: next })).status).to.equal(401);
      const { status } = await send(fixture, { headers: credential(workerToken(fixture)) });
      expect(status).to.equal(200);
    });

    it('does not make everybody administrator by the loss of the last key', async () => {
      expect(String(refusal({ 'auth.api_key': undefined, 'auth.admin_api_key': undefined }))).to.contain(
        'without a restart',
      );
      expect((await call(fixture, '/sandboxes', { key: null })).status).to.equal(401);
    });

    it('names what needs a restart', () => {
      fixture.reload({ 'defaults.max_sandboxes': 7, 'auth.worker_key_scope': 'derived', 'worker.id': 'x' });
      const [said] = fixture.logs.records('changed settings need a restart');
      expect(said?.['changed']).to.include('defaults.max_sandboxes').and.not.include('worker.id');
      expect(fixture.logs.records('settings reloaded')[0]?.['changed']).to.deep.equal([
        'auth.worker_key_scope',
      ]);
    });

    it('asks for keys from the moment there are some', async () => {
      const open = await startFixture({ 'auth.api_key': undefined, 'auth.admin_api_key': undefined });
      try {
        expect((await call(open, '/sandboxes', { key: null })).status).to.equal(200);
        open.reload({ 'auth.api_key': open.apiKey });
        expect((await call(open, '/sandboxes', { key: null })).status).to.equal(401);
        expect((await call(open, '/sandboxes')).status).to.equal(200);
      } finally {
        await open.dispose();
      }
    });
  });

  describe('in parts', () => {
    const part = (log: string[], name: string, fails = false): ReloadedPart => ({
      prepare() {
        log.push(`${name} prepared`);
        if (fails) throw new Error(`${name} objects`);
        return () => log.push(`${name} in force`);
      },
    });

    it('puts nothing in force before every part has agreed', () => {
      const log: string[] = [];
      const initial = settingsFor({});
      const options = { initial, logger: captureLogs().logger };
      const good = createSettingsReload({ ...options, parts: [part(log, 'a'), part(log, 'b')] });
      const next = settingsFor({ 'auth.worker_key_scope': 'derived' });
      good.reload(next);
      expect(log).to.deep.equal(['a prepared', 'b prepared', 'a in force', 'b in force']);
      expect(good.current()['auth.worker_key_scope']).to.equal('derived');

      log.length = 0;
      const bad = createSettingsReload({ ...options, parts: [part(log, 'a'), part(log, 'b', true)] });
      expect(() => bad.reload(next)).to.throw('b objects');
      expect(log).to.deep.equal(['a prepared', 'b prepared']);
      expect(bad.current()).to.equal(initial);
      expect(bad.restartRequired()).to.deep.equal([]);
    });

    const same = secret();
    const changes: ReadonlyArray<readonly [string, Flags, Flags, readonly string[]]> = [
      ['the same secret', { 'auth.api_key': same }, { 'auth.api_key': same }, []],
      ['another secret', { 'auth.api_key': same }, { 'auth.api_key': secret() }, ['auth.api_key']],
      ['a secret that is gone', { 'auth.api_key': same }, {}, ['auth.api_key']],
      ['the same map', { 'auth.worker_tokens': { w: same } }, { 'auth.worker_tokens': { w: same } }, []],
      [
        'another key of a map',
        { 'auth.worker_tokens': { w: same } },
        { 'auth.worker_tokens': { v: same } },
        ['auth.worker_tokens'],
      ],
      [
        'another order of a list',
        { 'auth.worker_revoked_token_ids': ['a', 'b'] },
        { 'auth.worker_revoked_token_ids': ['b', 'a'] },
        ['auth.worker_revoked_token_ids'],
      ],
      [
        'a longer list of secrets',
        { 'auth.worker_signing_keys': [same] },
        { 'auth.worker_signing_keys': [same, same] },
        ['auth.worker_signing_keys'],
      ],
    ];
    for (const [name, before, after, changed] of changes) {
      it(`tells ${name} apart`, () => {
        const logs = captureLogs();
        const reload = createSettingsReload({ initial: settingsFor(before), parts: [], logger: logs.logger });
        reload.reload(settingsFor(after));
        expect(logs.records('settings reloaded').flatMap((record) => record['changed'])).to.deep.equal(
          changed,
        );
      });
    }
  });
});
