import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  chainRecord,
  EMPTY_CHAIN,
  exportLine,
  generateSigningKey,
  makeStatement,
  readSigningKey,
  type UnchainedRecord,
} from '@stacyvm/audit';
import { expect } from 'chai';
import { runCommand } from '../command.js';

const RECORD: UnchainedRecord = {
  version: 1,
  tenant: 'tn-1',
  event_id: 'ae-1',
  at: '2030-01-01T00:00:00.000Z',
  category: 'operation',
  phase: 'outcome',
  intent_id: '',
  actor_kind: 'api_key',
  actor_id: 'ann',
  actor_tenant: '',
  credential_id: 'ak-1',
  action: 'sandbox.exec',
  resource: 'sandbox:sb-1',
  outcome: 'success',
  reason: '',
  status: 200,
  method: 'POST',
  path: '/',
  request_id: 'req-1',
  source_address: '192.0.2.7',
  user_agent: '',
  duration_ms: 1,
  detail: {},
};

describe('stacyvm audit verify --file', function () {
  this.timeout(30_000);
  let directory: string;
  before(() => {
    directory = mkdtempSync(join(tmpdir(), 'audit-verify-'));
  });
  after(() => rmSync(directory, { recursive: true, force: true }));

  const write = (name: string, text: string): string => {
    const path = join(directory, name);
    writeFileSync(path, text);
    return path;
  };
  const key = readSigningKey(generateSigningKey());
  const first = chainRecord(EMPTY_CHAIN, RECORD);
  const second = chainRecord(first, RECORD);
  const { sequence, hash, at } = second;
  const head = makeStatement({ statement: 'head', tenant: 'tn-1', sequence, hash, at }, key);
  const lines = [first, second, head].map(exportLine);
  const verify = (file: string, ...args: readonly string[]) =>
    runCommand(['audit', 'verify', '--file', file, ...args], { cwd: directory, env: {} });

  it('proves an export with its public key, and says what it could not prove without', async () => {
    const file = write('whole.ndjson', `${lines.join('\n')}\n`);
    const publicKey = write('audit.pub', key.publicKeyPem);
    const proven = await verify(file, '--public-key', publicKey);
    expect(proven).to.deep.include({ code: 0, stderr: '' });
    expect(proven.stdout).to.equal(
      'tenant tn-1: 2 records, up to 2 as of 2030-01-01T00:00:00.000Z, 1 signatures hold\nintact\n',
    );
    const unproven = await verify(file);
    expect(unproven.code).to.equal(0);
    expect(unproven.stderr).to.contain('no signature was checked');
  });

  it('exits with 1 and says where something was changed', async () => {
    const file = write('changed.ndjson', [lines[0], lines[1]?.replace('ann', 'eve'), lines[2]].join('\n'));
    const { code, stdout, stderr } = await verify(file);
    expect([code, stderr]).to.deep.equal([
      1,
      'no signature was checked: whoever could write to the database could have made the chains anew\nstacyvm: the audit is not intact\n',
    ]);
    expect(stdout).to.contain('CHANGED  tenant tn-1, at 2, line 2: ');
    const json = await verify(file, '--format', 'json');
    expect(JSON.parse(json.stdout)).to.deep.include({ intact: false, problem_count: 1 });
  });

  it('finds an export that was cut, by another key, or not there', async () => {
    const cut = await verify(write('cut.ndjson', `${lines[0]}\n`));
    expect([cut.code, cut.stdout]).to.satisfy(
      ([code, out]: [number, string]) => code === 1 && out.includes('TRUNCATED'),
    );
    const other = write('other.pub', readSigningKey(generateSigningKey()).publicKeyPem);
    const foreign = await verify(write('whole.ndjson', lines.join('\n')), '--public-key', other);
    expect([foreign.code, foreign.stdout]).to.satisfy(
      ([code, out]: [number, string]) => code === 1 && out.includes('UNKNOWN_KEY'),
    );
    expect((await verify('not-there.ndjson')).stderr).to.contain('not-there.ndjson cannot be read: ENOENT');
    const secret = await verify(
      write('whole.ndjson', lines.join('\n')),
      '--public-key',
      write('k', generateSigningKey()),
    );
    expect(secret.stderr).to.contain('must be an Ed25519 public key');
  });

  describe('of a sink', () => {
    it('takes records that came twice, and half a line, and says so', async () => {
      const [one, two] = lines as [string, string, string];
      const path = write('sink.ndjson', `${[one, two, two.slice(0, 30), one, two].join('\n')}\n`);
      const { code, stdout } = await verify(path, '--sink');
      expect(code).to.equal(0);
      expect(stdout).to.contain('tenant tn-1: 2 records, 2 repeated');
      expect(stdout).to.contain('lines not written to their end: 1');
      const json = await verify(path, '--sink', '--format', 'json');
      expect(JSON.parse(json.stdout)).to.deep.include({ intact: true, torn_lines: 1 });
      const asExport = await verify(path);
      expect(asExport.code).to.equal(1);
    });

    it('finds what is missing, and tells where the file begins', async () => {
      const third = chainRecord(second, RECORD);
      const fourth = chainRecord(third, RECORD);
      const path = write('gap.ndjson', `${[second, fourth].map(exportLine).join('\n')}\n`);
      const { code, stdout } = await verify(path, '--sink');
      expect(code).to.equal(1);
      expect(stdout).to.contain('from 2 on').and.to.contain('REMOVED  tenant tn-1, at 3');
    });

    it('is asked for with a file, and without keys', async () => {
      const path = write('sink.ndjson', `${lines[0]}\n`);
      for (const args of [[], ['--file', path, '--public-key', path]]) {
        const { code, stderr } = await runCommand(['audit', 'verify', '--sink', ...args], {
          cwd: directory,
          env: {},
        });
        expect([code, stderr.includes('--sink is for a --file')]).to.deep.equal([2, true]);
      }
    });
  });
});
