import { chmodSync, mkdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import type { RevocationQuery } from '@stacyvm/token';
import type { RevocationFeed } from '@stacyvm/worker-rpc';
import { expect } from 'chai';
import { openWorkerRevocations } from '../src/revocations.js';
import { captureLogs } from './log-capture.js';
import { scratchDirectory } from './scratch-directory.js';

const MOMENT = new Date('2026-01-01T12:00:00Z');
const FEED: RevocationFeed = {
  version: 7,
  entries: [
    { kind: 'token', tokenId: 'jti-1' },
    { kind: 'worker', workerId: 'worker-1', issuedBefore: MOMENT },
    { kind: 'key', fingerprint: '0123456789abcdef' },
  ],
};

function query(overrides: Partial<RevocationQuery> = {}): RevocationQuery {
  return {
    tokenId: 'jti-good',
    workerId: 'worker-1',
    issuedAt: MOMENT,
    keyFingerprint: 'f'.repeat(16),
    signingKeyFingerprint: 'e'.repeat(16),
    ...overrides,
  };
}

const REVOKED: readonly RevocationQuery[] = [
  query({ tokenId: 'jti-1' }),
  query({ issuedAt: new Date(MOMENT.getTime() - 1_000) }),
  query({ signingKeyFingerprint: '0123456789abcdef' }),
];

describe('the revocations of a worker', () => {
  const scratch = scratchDirectory();
  let logs: ReturnType<typeof captureLogs>;
  beforeEach(() => {
    logs = captureLogs();
  });
  const path = () => scratch.file('state', 'identity', 'worker-1.revocations.json');
  const open = () => openWorkerRevocations({ path: path(), logger: logs.logger });

  it('are none at first, and the configured ones', () => {
    const revocations = open();
    expect(revocations.version).to.equal(undefined);
    expect(revocations.isRevoked(query())).to.equal(false);
    revocations.configure(['jti-good']);
    expect(revocations.isRevoked(query())).to.equal(true);
    revocations.configure([]);
    expect(revocations.isRevoked(query())).to.equal(false);
    expect(logs.text()).to.equal('');
  });

  it('are what the control plane told, beside the configured ones', () => {
    const revocations = open();
    revocations.configure(['jti-2']);
    revocations.replace(FEED);
    expect(revocations.version).to.equal(7);
    for (const revoked of [...REVOKED, query({ tokenId: 'jti-2' })])
      expect(revocations.isRevoked(revoked), JSON.stringify(revoked)).to.equal(true);
    expect(revocations.isRevoked(query())).to.equal(false);
    revocations.replace({ version: 8, entries: [] });
    for (const revoked of REVOKED) expect(revocations.isRevoked(revoked)).to.equal(false);
  });

  it('outlive the worker, whose next run asks for the list again all the same', async () => {
    const before = open();
    before.replace(FEED);
    await before.save();
    expect(statSync(path()).mode & 0o777).to.equal(0o600);
    const after = open();
    for (const revoked of REVOKED) expect(after.isRevoked(revoked)).to.equal(true);
    expect(after.isRevoked(query())).to.equal(false);
    expect(after.version, 'it may be another control plane').to.equal(undefined);
    after.replace({ version: 7, entries: [] });
    await after.save();
    expect(open().isRevoked(query({ tokenId: 'jti-1' }))).to.equal(false);
  });

  it('are written when they have changed, and only then', async () => {
    const revocations = open();
    await revocations.save();
    expect(() => statSync(path())).to.throw('ENOENT');
    revocations.replace(FEED);
    await revocations.save();
    const { ino } = statSync(path());
    await revocations.save();
    expect(statSync(path()).ino).to.equal(ino);
  });

  it('are in force though they cannot be kept, and are kept when they can be', async () => {
    const revocations = open();
    writeFileSync(scratch.file('state'), 'in the way');
    revocations.replace(FEED);
    await revocations.save();
    expect(logs.text()).to.contain('could not be kept; trying again');
    expect(revocations.isRevoked(query({ tokenId: 'jti-1' }))).to.equal(true);
    rmSync(scratch.file('state'));
    await revocations.save();
    expect(readFileSync(path(), 'utf8')).to.contain('jti-1');
  });

  const spoiled: readonly { name: string; make: (path: string) => void }[] = [
    { name: 'empty', make: (file) => writeFileSync(file, '') },
    { name: 'cut off', make: (file) => writeFileSync(file, '{"version":7,"entries":[{"kind":"tok') },
    { name: 'no list', make: (file) => writeFileSync(file, '[]') },
    { name: 'without entries', make: (file) => writeFileSync(file, '{"version":7}') },
    { name: 'without a version', make: (file) => writeFileSync(file, '{"entries":[]}') },
    {
      name: 'with an entry of another kind',
      make: (file) => writeFileSync(file, '{"version":7,"entries":[{"kind":"pool","pool":"a"}]}'),
    },
    {
      name: 'with a moment that is none',
      make: (file) =>
        writeFileSync(
          file,
          '{"version":7,"entries":[{"kind":"worker","workerId":"worker-1","issuedBefore":"soon"}]}',
        ),
    },
    { name: 'open to others', make: (file) => chmodSync(file, 0o644) },
  ];
  for (const { name, make } of spoiled) {
    it(`let nobody in when the kept list is ${name}, until the control plane tells`, async () => {
      const before = open();
      before.replace(FEED);
      await before.save();
      make(path());
      const after = open();
      expect(after.isRevoked(query())).to.equal(true);
      expect(logs.text()).to.match(/"level":"error".*kept revocations cannot be read/);
      after.replace({ version: 9, entries: [] });
      expect(after.isRevoked(query())).to.equal(false);
      await after.save();
      expect(open().isRevoked(query())).to.equal(false);
    });
  }

  it('let nobody in when the kept list is a link', () => {
    mkdirSync(scratch.file('state', 'identity'), { recursive: true, mode: 0o700 });
    writeFileSync(scratch.file('elsewhere'), '{"version":1,"entries":[]}', { mode: 0o600 });
    symlinkSync(scratch.file('elsewhere'), path());
    expect(open().isRevoked(query())).to.equal(true);
  });
});
