import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { inspectWorkerToken, keyFingerprint } from '@stacyvm/token';
import { expect } from 'chai';
import {
  CredentialError,
  fileCredentialSource,
  keyCredentialSource,
  staticCredentialSource,
} from '../src/index.js';
import { failureOf, MASTER_KEY, WORKER } from './worker-fixture.js';

describe('keyCredentialSource', () => {
  it('signs for the control plane, five minutes, with the scopes it needs', async () => {
    const now = new Date('2026-01-01T00:00:00Z');
    const source = keyCredentialSource({ key: MASTER_KEY, workerId: WORKER, clock: () => now });
    expect(inspectWorkerToken((await source.credential()).token)).to.deep.include({
      workerId: WORKER,
      audience: 'worker:control-plane',
      scopes: ['worker:heartbeat', 'worker:lease'],
      expiresAt: new Date('2026-01-01T00:05:00Z'),
    });
  });

  it('presents one token up to half its life, then the next, and after a long sleep a fresh one', async () => {
    let now = Date.parse('2026-01-01T00:00:00Z');
    const source = keyCredentialSource({ key: MASTER_KEY, workerId: WORKER, clock: () => new Date(now) });
    const first = await source.credential();
    now += 149_000;
    expect(await source.credential()).to.deep.equal(first);
    now += 1_000;
    const second = await source.credential();
    expect(second).not.to.deep.equal(first);
    now += 86_400_000;
    const third = await source.credential();
    expect(inspectWorkerToken(third.token).expiresAt?.getTime()).to.be.greaterThan(now);
  });

  it('signs anew when the clock was set back', async () => {
    let now = Date.parse('2026-01-01T01:00:00Z');
    const source = keyCredentialSource({ key: MASTER_KEY, workerId: WORKER, clock: () => new Date(now) });
    now -= 3_600_000;
    const { token } = await source.credential();
    expect(inspectWorkerToken(token).issuedAt).to.deep.equal(new Date('2026-01-01T00:00:00Z'));
  });

  it('describes itself by the fingerprint of its key', () => {
    const source = keyCredentialSource({ key: MASTER_KEY, workerId: WORKER });
    expect(source.describe()).to.equal(`signing key ${keyFingerprint(MASTER_KEY)}`);
  });

  it('refuses a weak key and a bad worker id at once', () => {
    for (const options of [
      { key: 'short', workerId: WORKER },
      { key: MASTER_KEY, workerId: 'no/slash' },
    ]) {
      expect(() => keyCredentialSource(options))
        .to.throw(CredentialError)
        .with.property('code', 'credential_unusable');
    }
  });
});

describe('fileCredentialSource', () => {
  let directory: string;
  let path: string;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'stacyvm-token-'));
    path = join(directory, 'token');
  });
  afterEach(() => rm(directory, { recursive: true }));

  it('reads the file for every request, and drops the white space at its end', async () => {
    const source = fileCredentialSource({ path });
    await writeFile(path, 'first\n');
    expect(await source.credential()).to.deep.equal({ token: 'first' });
    await writeFile(path, 'second\r\n');
    expect(await source.credential()).to.deep.equal({ token: 'second' });
    expect(source.describe()).to.equal(`token file ${path}`);
  });

  const refused: ReadonlyArray<readonly [string, string | undefined, string]> = [
    ['a missing file', undefined, 'credential_missing'],
    ['an empty file', '', 'credential_empty'],
    ['a file of white space', ' \n', 'credential_empty'],
    ['a file over 16 KiB', 'x'.repeat(16 * 1024 + 1), 'credential_too_large'],
    ['two lines', 'secret-one\nsecret-two\n', 'credential_malformed'],
    ['what no header can carry', 'sécret', 'credential_malformed'],
  ];
  for (const [what, content, code] of refused) {
    it(`refuses ${what}: names the path, never the content`, async () => {
      if (content !== undefined) await writeFile(path, content);
      const failure = await failureOf(fileCredentialSource({ path }).credential());
      expect(failure).to.be.instanceOf(CredentialError);
      expect(failure['code']).to.equal(code);
      expect(failure.message)
        .to.include(path)
        .and.not.to.match(/s.cret|xxx/);
    });
  }

  it('accepts exactly 16 KiB', async () => {
    await writeFile(path, 'x'.repeat(16 * 1024));
    expect((await fileCredentialSource({ path }).credential()).token).to.have.length(16 * 1024);
  });

  it('refuses a directory, and a named pipe without waiting for a writer', async () => {
    await promisify(execFile)('mkfifo', [path]);
    for (const unreadable of [directory, path]) {
      const failure = await failureOf(fileCredentialSource({ path: unreadable }).credential());
      expect(failure['code']).to.equal('credential_unreadable');
    }
  });
});

describe('staticCredentialSource', () => {
  it('presents its token and does not show it otherwise', async () => {
    const source = staticCredentialSource({ token: 'secret\n' });
    expect(await source.credential()).to.deep.equal({ token: 'secret' });
    expect(source.describe()).to.equal('static token');
  });

  it('refuses an empty token', () => {
    expect(() => staticCredentialSource({ token: ' ' }))
      .to.throw(CredentialError)
      .with.property('code', 'credential_empty');
  });
});
