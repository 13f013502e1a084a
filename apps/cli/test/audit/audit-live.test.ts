import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { at, runCommand } from '../command.js';
import { type AuditedSystem, startAuditedSystem } from './audited-system.js';

describe('stacyvm audit, on a control plane', function () {
  this.timeout(60_000);
  let audited: AuditedSystem;
  before(async () => {
    audited = await startAuditedSystem();
    await audited.spawn('alpine', 'tn-a');
    await audited.spawn('=1+1', 'tn-b');
    await audited.client.tenants.remove('tn-b');
    await audited.signed();
  });
  after(() => audited?.stop());

  const done = async (...args: readonly string[]): Promise<string> => {
    const { code, stdout, stderr } = await audited.run('audit', ...args);
    expect(code, stderr).to.equal(0);
    return stdout;
  };
  const listed = async (...args: readonly string[]) =>
    JSON.parse(await done('list', '--format', 'json', ...args)) as Record<string, unknown>[];

  it('list: shows the newest first, by tenant, action, category, outcome and time', async () => {
    const [heading = '', ...rows] = (await done('list', '--tenant', 'tn-a')).trimEnd().split('\n');
    expect(heading.split(/ {2,}/)).to.deep.equal([
      ...['TIME', 'TENANT', 'ACTOR', 'ACTION', 'RESOURCE', 'OUTCOME', 'REASON'],
    ]);
    expect(rows).to.have.length(3);
    const again = await done('list', '--tenant', 'tn-a', '--limit', '1');
    // What is read of a tenant is recorded there; a list does not begin with itself.
    expect(again).to.match(/ audit\.list +tenant:tn-a +success/);
    expect(rows[0]).to.match(/ tn-a +admin:[0-9a-f]{16} +sandbox\.spawn +- +denied +no_eligible_worker$/);
    expect(rows[1]).to.match(/ policy\.decide +image:alpine +success *$/);
    expect(rows[2]).to.match(/ sandbox\.spawn +- +intent *$/);
    expect(await listed('--limit', '2')).to.have.length(2);
    for (const event of await listed('--platform')) expect(event).to.include({ tenant_id: '' });
    const created = await listed('--action', 'tenant.create', '--outcome', 'success', '--since', '1h');
    expect(created.map(({ resource }) => resource)).to.have.members(['tenant:tn-a', 'tenant:tn-b']);
    expect(await listed('--category', 'authentication')).to.deep.equal([]);
    expect(await done('list', '--until', '2h')).to.equal('nothing is recorded that matches\n');
    expect((await audited.run('audit', 'list', '--since', 'soon')).code).to.equal(2);
  });

  it('list: has a tenant that is gone', async () => {
    expect(await listed('--tenant', 'tn-b')).to.have.length.above(2);
  });

  it('export: writes a file for its owner alone, once, that verifies offline with the key that was kept', async () => {
    const file = join(audited.system.directory, 'audit.ndjson');
    await done('export', '--all', '--output', file);
    expect(statSync(file).mode & 0o777).to.equal(0o600);
    const verified = await done('verify', '--file', file, '--public-key', audited.publicKeyFile);
    expect(verified).to.match(/\ntenant tn-a: \d+ records, up to \d+ as of .+, [2-9] signatures hold\n/);
    expect(verified).to.match(/\ntenant tn-b: \d+ records/);
    expect(verified).to.match(/\nintact\n$/);
    const again = await audited.run('audit', 'export', '--all', '--output', file);
    expect([again.code, again.stderr]).to.deep.equal([1, `stacyvm: ${file} exists; --force replaces it\n`]);
    await done('export', '--tenant', 'tn-a', '--output', file, '--force');
    expect(readFileSync(file, 'utf8').trimEnd().split('\n')).to.have.length.above(5);
  });

  it('export: writes what matches, safe for spreadsheets as CSV', async () => {
    const lines = (await done('export', '--format', 'ndjson', '--tenant', 'tn-a')).trimEnd().split('\n');
    const actions = lines.map((line) => (JSON.parse(line) as { action: string }).action);
    expect(actions.filter((action) => !action.startsWith('audit'))).to.deep.equal([
      'sandbox.spawn',
      'policy.decide',
      'sandbox.spawn',
    ]);
    const csv = await done('export', '--format', 'csv', '--tenant', 'tn-b', '--action', 'policy.decide');
    expect(csv.trimEnd().split('\n')).to.have.length(2);
    expect(csv)
      .to.contain('image:=1+1')
      .and.not.to.match(/(^|,)"?=/m);
    const filtered = await audited.run('audit', 'export', '--action', 'sandbox.spawn');
    expect([filtered.code, filtered.stderr]).to.satisfy(
      ([code, text]: [number, string]) => code === 2 && text.includes('--format ndjson'),
    );
  });

  it('verify: asks for every chain, or for one', async () => {
    const all = await audited.run('audit', 'verify');
    expect([all.code, all.stdout]).to.satisfy(
      ([code, text]: [number, string]) => code === 0 && /^platform: /.test(text) && text.endsWith('intact\n'),
    );
    expect(all.stderr).to.contain('what the control plane itself names');
    const one = JSON.parse(
      await done('verify', '--tenant', 'tn-b', '--public-key', audited.publicKeyFile, '--format', 'json'),
    ) as { chains: { tenant_id: string }[] };
    expect(one).to.include({ intact: true, signatures_checked: true });
    expect(one.chains.map(({ tenant_id: tenant }) => tenant)).to.deep.equal(['tn-b']);
    const platform = await done('verify', '--platform');
    expect(platform).to.match(/^platform: \d+ records, [^\n]+\nintact\n$/);
  });

  const wrong: ReadonlyArray<readonly [string, readonly string[], string]> = [
    ['all chains and one', ['export', '--all', '--tenant', 'tn-a'], '--all is for'],
    ['all chains and that of the platform', ['export', '--all', '--platform'], '--all is for'],
    ['all chains as CSV', ['export', '--all', '--format', 'csv'], '--all is for'],
    ['a tenant and the platform', ['list', '--platform', '--tenant', 'tn-a'], 'do not go together'],
    ['a file to replace without one', ['export', '--force'], '--force goes with --output'],
    ['a tenant of a file', ['verify', '--file', 'x', '--tenant', 'tn-a'], 'a file is read whole'],
    ['the platform of a file', ['verify', '--file', 'x', '--platform'], 'a file is read whole'],
    ['no record', ['list', '--limit', '0'], '--limit must be'],
    ['half a record', ['list', '--limit', '1.5'], '--limit must be'],
  ];
  for (const [name, args, message] of wrong) {
    it(`refuses ${name} as wrong use`, async () => {
      const { code, stderr } = await audited.run('audit', ...args);
      expect([code, stderr]).to.satisfy(
        ([exitCode, text]: [number, string]) => exitCode === 2 && text.includes(message),
      );
    });
  }

  it('needs the admin key where no tenant is named, and says who may name one', async () => {
    const { system } = audited;
    for (const word of ['list', 'export', 'verify']) {
      const { code, stderr } = await runCommand(['audit', word, ...at(system)]);
      expect(code, word).to.equal(1);
      expect(stderr, word).to.contain('missing_scope').and.to.contain('name it with --tenant');
    }
  });
});
