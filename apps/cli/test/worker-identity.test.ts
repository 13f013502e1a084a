import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { deriveWorkerKey, keyFingerprint, mintWorkerToken } from '@stacyvm/token';
import { expect } from 'chai';
import { at, type CommandResult, runCommand } from './command.js';
import { createSystem, eventually, type System } from './system.js';

const WORKER = 'worker-a';

describe('stacyvm worker, for administrators', function () {
  this.timeout(60_000);
  let system: System;
  before(async () => {
    system = await createSystem();
    await system.startControlPlane();
  });
  after(() => system?.stop());

  const stacyvm = (...args: readonly string[]): Promise<CommandResult> =>
    runCommand(['worker', ...args, '--server', system.url, '--api-key-file', system.adminKeyFile], {
      cwd: system.directory,
    });
  const done = async (...args: readonly string[]): Promise<string> => {
    const { code, stdout, stderr } = await stacyvm(...args);
    expect(code, stderr).to.equal(0);
    return stdout;
  };
  const json = async (...args: readonly string[]) => JSON.parse(await done(...args, '--format', 'json'));
  const heartbeat = async (): Promise<number> => {
    const { token } = mintWorkerToken({
      key: deriveWorkerKey(system.masterKey, WORKER),
      workerId: WORKER,
      audience: 'worker:control-plane',
      ttlSeconds: 60,
    });
    const response = await fetch(`${system.url}/api/v1/worker/${WORKER}/heartbeat`, {
      method: 'POST',
      headers: { connection: 'close', 'x-worker-id': WORKER, 'x-worker-token': token },
      body: '{}',
    });
    await response.arrayBuffer();
    return response.status;
  };

  describe('join-token', () => {
    it('create prints the token and nothing else to its output, and until when it must be used', async () => {
      const { code, stdout, stderr } = await stacyvm('join-token', 'create', '--worker-id', WORKER);
      expect(code).to.equal(0);
      expect(stdout).to.match(/^stacyvm-join-v1\.[\w-]{43}\n$/);
      expect(stderr).to.match(
        /^jt-[0-9a-f]{24} for worker-a must be used before \d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ\n$/,
      );
    });

    it('create writes it into a new file that only its owner can read, and not over another', async () => {
      const path = join(system.directory, 'join-token');
      const created = await json(
        ...['join-token', 'create', '--worker-id', WORKER, '--ttl', '1h', '--pool', 'eu', '--out', path],
      );
      expect(created).to.include({ worker_id: WORKER, pool: 'eu', file: path });
      expect(created).not.to.have.property('token');
      expect(statSync(path).mode & 0o777).to.equal(0o600);
      const token = readFileSync(path, 'utf8');
      expect(token).to.match(/^stacyvm-join-v1\.[\w-]{43}\n$/);
      const again = await stacyvm('join-token', 'create', '--worker-id', WORKER, '--out', path);
      expect(again.code).to.equal(1);
      expect(again.stderr).to.contain('exists; name another file');
      expect(readFileSync(path, 'utf8')).to.equal(token);
    });

    it('list shows what became of each, never a token; delete makes one useless', async () => {
      const { id, token } = await json('join-token', 'create', '--worker-id', 'worker-listed');
      const enrol = () =>
        fetch(`${system.url}/api/v1/worker/worker-listed/enrol`, {
          method: 'POST',
          headers: { connection: 'close', 'x-join-token': token },
          body: '{}',
        });
      expect((await enrol()).status).to.equal(200);
      expect((await enrol()).status).to.equal(401);
      const listed = await json('join-token', 'list', '--worker-id', 'worker-listed');
      expect(listed).to.have.length(1);
      expect(listed[0]).to.include({ id, state: 'redeemed', refused_redemptions: 1 });
      const text = await done('join-token', 'ls', '--worker-id', 'worker-listed');
      expect(text)
        .to.match(/^ID +WORKER +STATE /)
        .and.contain('redeemed');
      expect(text).not.to.contain('stacyvm-join-v1');
      expect(await done('join-token', 'delete', id)).to.equal(`${id} deleted\n`);
      expect(await done('join-token', 'list', '--worker-id', 'worker-listed')).to.equal('no join tokens\n');
      const gone = await stacyvm('join-token', 'delete', id);
      expect([gone.code, gone.stderr.includes('not_found')]).to.deep.equal([1, true]);
    });

    it('create says why there is none', async () => {
      const { code, stderr } = await stacyvm('join-token', 'create', '--worker-id', WORKER, '--ttl', '25h');
      expect(code).to.equal(1);
      expect(stderr).to.contain('24h0m0s').and.contain('ttl_too_long');
    });
  });

  describe('token revoke, revocations and unrevoke', () => {
    it('shut a worker out, list it with the reason, and let it in again', async () => {
      expect(await heartbeat()).to.equal(200);
      const said = await done('token', 'revoke', '--worker', WORKER, '--reason', 'its host is lost');
      expect(said).to.match(/^rv-[0-9a-f]{24}: worker worker-a is revoked\n$/);
      expect(await heartbeat()).to.equal(401);
      expect(await done('revocations'))
        .to.contain('its host is lost')
        .and.contain('any time');
      const [listed] = await json('revocations');
      expect(listed).to.include({ kind: 'worker', subject: WORKER, reason: 'its host is lost' });
      expect(await done('unrevoke', listed.id)).to.equal(`${listed.id} removed\n`);
      expect(await heartbeat()).to.equal(200);
      expect(await done('revocations')).to.equal('nothing is revoked\n');
    });

    const subjects: ReadonlyArray<readonly [string, readonly string[], Record<string, unknown>]> = [
      ['a token', ['some-jti'], { kind: 'token', subject: 'some-jti' }],
      ['a key', ['--key', 'a'.repeat(16)], { kind: 'key', subject: 'a'.repeat(16) }],
      [
        'what a worker got before a time',
        ['--worker', 'worker-z', '--before', '2026-01-01T00:00:00Z'],
        { kind: 'worker', subject: 'worker-z', issued_before: '2026-01-01T00:00:00.000Z' },
      ],
    ];
    for (const [name, args, expected] of subjects) {
      it(`revoke ${name}`, async () => {
        const revocation = await json('token', 'revoke', ...args, '--reason', 'a test');
        expect(revocation).to.include(expected);
        await done('unrevoke', revocation.id);
      });
    }

    it('revoke what a worker got until now', async () => {
      const revocation = await json(
        ...['token', 'revoke', '--worker', 'worker-z', '--before', 'now', '--reason', 'a test'],
      );
      expect(Date.parse(revocation.issued_before)).to.be.closeTo(Date.now(), 10_000);
      await done('unrevoke', revocation.id);
    });

    const misuses: ReadonlyArray<readonly [string, readonly string[]]> = [
      ['of nothing', ['--reason', 'x']],
      ['of two things', ['jti', '--worker', WORKER, '--reason', 'x']],
      ['of a token before a time', ['jti', '--before', 'now', '--reason', 'x']],
      ['without a reason', ['jti']],
      ['with an unknown option', ['jti', '--reason', 'x', '--forever']],
    ];
    for (const [name, args] of misuses) {
      it(`revoke ${name} is wrong use: 2`, async () => {
        expect((await stacyvm('token', 'revoke', ...args)).code).to.equal(2);
      });
    }
  });

  describe('credentials and keys', () => {
    const master = () => keyFingerprint(system.masterKey);

    it('credentials shows who used what', async () => {
      expect(await heartbeat()).to.equal(200);
      await eventually(async () => (await json('credentials', '--worker-id', WORKER)).length === 1);
      const [use] = await json('credentials', '--form', 'signed', '--key', master());
      expect(use).to.include({ worker_id: WORKER, key_role: 'derived(active)', current: true });
      expect(await done('credentials')).to.match(
        new RegExp(`signed +derived\\(active\\) +${master()} +[0-9a-f]{16} +strict`),
      );
      expect(await done('credentials', '--form', 'static')).to.equal('no credentials were used\n');
    });

    it('keys shows the state, and --check-removal fails for a key that must stay', async () => {
      const text = await done('keys');
      expect(text)
        .to.match(/^ROLE +FINGERPRINT /)
        .and.contain(master())
        .and.contain('it is the active key');
      expect(text).not.to.contain(system.masterKey);
      const active = await stacyvm('keys', '--check-removal', master());
      expect(active.code).to.equal(1);
      expect(active.stderr).to.contain('must not be removed yet: it is the active key');
      const unknown = await stacyvm('keys', '--check-removal', 'f'.repeat(16));
      expect(unknown.code).to.equal(1);
      expect((await json('keys')).keys).to.have.length(1);
    });
  });

  it('needs the admin key, and says so', async () => {
    for (const words of [['revocations'], ['keys'], ['credentials'], ['join-token', 'list']]) {
      const { code, stderr } = await runCommand(['worker', ...words, ...at(system)]);
      expect(code).to.equal(1);
      expect(stderr).to.contain('missing_scope');
    }
  });

  it('takes no other word', async () => {
    expect((await stacyvm('rotate')).code).to.equal(2);
    expect((await stacyvm('join-token')).code).to.equal(2);
    expect(existsSync(join(system.directory, 'rotate'))).to.equal(false);
  });
});
