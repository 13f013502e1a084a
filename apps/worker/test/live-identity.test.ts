import { chmodSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { deriveWorkerKey, inspectWorkerToken, keyFingerprint, mintWorkerToken } from '@stacyvm/token';
import { expect } from 'chai';
import { identityFile, readEnrolledKey } from '../src/enrolled-key.js';
import { createLiveIdentity, type LiveIdentity } from '../src/live-identity.js';
import { captureLogs } from './log-capture.js';
import { scratchDirectory } from './scratch-directory.js';
import { type Flags, secret, WORKER_ID, workerSettings } from './worker-fixture.js';

describe('the live identity of a worker', () => {
  const scratch = scratchDirectory();
  const [first, second, shared] = [secret(), secret(), secret()];
  let logs: ReturnType<typeof captureLogs>;
  let nowMs: number;
  beforeEach(() => {
    logs = captureLogs();
    nowMs = Date.parse('2026-01-01T00:00:00Z');
  });

  const settings = (flags: Flags) => workerSettings({ 'worker.state_dir': scratch.path, ...flags });

  function create(flags: Flags): LiveIdentity {
    return createLiveIdentity({
      settings: settings(flags),
      workerId: WORKER_ID,
      enrolledKey: readEnrolledKey(settings({}), WORKER_ID),
      isRevoked: () => false,
      logger: logs.logger,
      clock: () => new Date(nowMs),
    });
  }

  /** Whether the identity lets in what a key signs, or a static token. */
  function verdict(identity: LiveIdentity, credential: { key: string } | { token: string }): string {
    const token =
      'token' in credential
        ? credential.token
        : mintWorkerToken({
            key: credential.key,
            workerId: WORKER_ID,
            audience: 'worker:rpc',
            ttlSeconds: 60,
            now: nowMs,
          }).token;
    const caller = identity.authenticate({ 'x-worker-id': WORKER_ID, 'x-worker-token': token });
    return caller.ok ? 'accepted' : caller.reason;
  }

  const signer = (identity: LiveIdentity): string => identity.credentials.describe();

  function keepKey(key: string): void {
    const path = identityFile(settings({}), WORKER_ID, 'key');
    mkdirSync(scratch.file('identity'), { recursive: true, mode: 0o700 });
    writeFileSync(`${path}.new`, `${key}\n`, { mode: 0o600 });
    renameSync(`${path}.new`, path);
  }

  describe('when the settings change', () => {
    it('takes a new key, lets the old one verify, and falls back to it', async () => {
      const identity = create({ 'auth.worker_signing_key': first });
      identity.reload(settings({ 'auth.worker_signing_key': second, 'auth.worker_signing_keys': [first] }));
      expect(verdict(identity, { key: first })).to.equal('accepted');
      expect(verdict(identity, { key: second })).to.equal('accepted');
      expect(signer(identity)).to.equal(`signing key ${keyFingerprint(second)}`);
      const { token } = await identity.credentials.credential();
      expect(identity.credentials.refused?.('token_bad_signature', token)).to.equal(true);
      expect(signer(identity)).to.equal(`signing key ${keyFingerprint(first)}`);
    });

    it('drops a key that is not listed any more', () => {
      const identity = create({ 'auth.worker_signing_key': first });
      identity.reload(settings({ 'auth.worker_signing_key': second }));
      expect(verdict(identity, { key: first })).to.equal('token_bad_signature');
    });

    it('tries the new credential at once when the old one is refused meanwhile', async () => {
      const identity = create({ 'auth.worker_token': shared });
      const { token } = await identity.credentials.credential();
      identity.reload(settings({ 'auth.worker_signing_key': first }));
      expect(identity.credentials.refused?.('static_token_refused', token)).to.equal(true);
      const next = await identity.credentials.credential();
      expect(inspectWorkerToken(next.token).workerId).to.equal(WORKER_ID);
      expect(identity.credentials.refused?.('worker_mismatch', next.token)).to.equal(false);
    });

    it('tries a new static token at once as well, and each only once', async () => {
      const identity = create({ 'auth.worker_token': shared });
      const { token } = await identity.credentials.credential();
      const other = secret();
      identity.reload(settings({ 'auth.worker_token': other }));
      expect(identity.credentials.refused?.('static_token_mismatch', token)).to.equal(true);
      expect(await identity.credentials.credential()).to.deep.equal({ token: other });
      expect(identity.credentials.refused?.('static_token_mismatch', other)).to.equal(false);
    });

    it('says which keys are in force, by fingerprint', () => {
      const identity = create({ 'auth.worker_signing_key': first });
      identity.reload(settings({ 'auth.worker_signing_key': second, 'auth.worker_signing_keys': [first] }));
      const line = logs
        .text()
        .split('\n')
        .find((text) => text.includes('worker credentials changed'));
      expect(JSON.parse(line ?? '{}')).to.include({ active_key_fingerprint: keyFingerprint(second) });
      expect(line).to.contain(`"verify_only_fingerprints":["${keyFingerprint(first)}"]`);
      for (const key of [first, second]) expect(logs.text()).not.to.contain(key);
    });

    const broken: readonly { name: string; flags: Flags; says: RegExp }[] = [
      { name: 'a weak key', flags: { 'auth.worker_signing_key': 'short' }, says: /fewer than 32 bytes/ },
      {
        name: 'a weak key beside a good one',
        flags: { 'auth.worker_signing_key': second, 'auth.worker_signing_keys': ['short'] },
        says: /verify-only key 0/,
      },
      { name: 'no credential', flags: {}, says: /cannot tell who calls it/ },
      {
        name: 'a static token alone, and refuses those',
        flags: { 'auth.worker_token': shared, 'auth.worker_token_migration': 'strict' },
        says: /strict refuses/,
      },
    ];
    for (const { name, flags, says } of broken) {
      it(`stays as it was when they have ${name}, and says so once`, () => {
        const identity = create({ 'auth.worker_signing_key': first });
        const bad = settings(flags);
        identity.reload(bad);
        identity.reload(bad);
        expect(verdict(identity, { key: first })).to.equal('accepted');
        expect(signer(identity)).to.equal(`signing key ${keyFingerprint(first)}`);
        const reports = logs.text().match(/.*those before stay in force.*/g) ?? [];
        expect(reports).to.have.length(1);
        expect(reports[0]).to.match(says);
        identity.reload(settings({ 'auth.worker_signing_key': second }));
        expect(verdict(identity, { key: second })).to.equal('accepted');
      });
    }
  });

  describe('when the kept key changes', () => {
    it('takes the new one', () => {
      keepKey(first);
      const identity = create({});
      keepKey(second);
      identity.reload();
      expect(verdict(identity, { key: second })).to.equal('accepted');
      expect(verdict(identity, { key: first })).to.equal('token_bad_signature');
      expect(signer(identity)).to.equal(`signing key ${keyFingerprint(second)}`);
    });

    it('does nothing when it has not', () => {
      keepKey(first);
      const identity = create({});
      const before = logs.text();
      identity.reload();
      expect(logs.text()).to.equal(before);
    });

    it('passes over it where a key is configured', () => {
      keepKey(first);
      const identity = create({ 'auth.worker_signing_key': second });
      rmSync(identityFile(settings({}), WORKER_ID, 'key'));
      identity.reload();
      expect(signer(identity)).to.equal(`signing key ${keyFingerprint(second)}`);
      expect(logs.text()).not.to.contain('"level":"error"');
    });

    const broken: readonly { name: string; make: (path: string) => void; says: RegExp }[] = [
      { name: 'is empty', make: (path) => writeFileSync(path, ''), says: /does not hold a key/ },
      { name: 'is open to others', make: (path) => chmodSync(path, 0o644), says: /mode 0644/ },
      { name: 'is gone', make: (path) => rmSync(path), says: /is gone/ },
    ];
    for (const { name, make, says } of broken) {
      it(`stays with the old one when it ${name}, and does not fall back to a static token`, () => {
        keepKey(first);
        const identity = create({ 'auth.worker_token': shared });
        make(identityFile(settings({}), WORKER_ID, 'key'));
        identity.reload();
        identity.reload();
        expect(verdict(identity, { key: first })).to.equal('accepted');
        expect(signer(identity)).to.equal(`signing key ${keyFingerprint(first)}`);
        const reports = logs.text().match(/.*those before stay in force.*/g) ?? [];
        expect(reports).to.have.length(1);
        expect(reports[0]).to.match(says);
      });
    }
  });

  it('heals by itself when everything has expired: what it presents after 20 minutes is fresh', async () => {
    const key = deriveWorkerKey(secret(), WORKER_ID);
    const identity = create({ 'auth.worker_signing_key': key });
    const before = await identity.credentials.credential();
    nowMs += 20 * 60_000;
    const after = await identity.credentials.credential();
    expect(after.token).not.to.equal(before.token);
    expect(inspectWorkerToken(after.token).issuedAt).to.deep.equal(new Date(nowMs));
    expect(verdict(identity, { key })).to.equal('accepted');
  });

  describe('in the migration mode warn', () => {
    it('says that static tokens come in, once in ten minutes', () => {
      const flags = { 'auth.worker_token': shared, 'auth.worker_token_migration': 'warn' };
      const identity = create(flags);
      const warnings = (): number => logs.text().match(/calls with a static token/g)?.length ?? 0;
      for (let call = 0; call < 3; call += 1)
        expect(verdict(identity, { token: shared })).to.equal('accepted');
      expect(verdict(identity, { token: secret() })).to.equal('static_token_mismatch');
      expect(warnings()).to.equal(1);
      nowMs += 600_000;
      verdict(identity, { token: shared });
      expect(warnings()).to.equal(2);
      identity.reload(settings({ ...flags, 'auth.worker_token_migration': 'none' }));
      nowMs += 600_000;
      verdict(identity, { token: shared });
      expect(warnings()).to.equal(2);
      expect(logs.text()).not.to.contain(shared);
    });
  });
});
