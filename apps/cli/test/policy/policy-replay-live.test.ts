import { expect } from 'chai';
import { type AuditedSystem, startAuditedSystem } from '../audit/audited-system.js';

describe('stacyvm policy replay, on a control plane', function () {
  this.timeout(60_000);
  let audited: AuditedSystem;
  before(async () => {
    audited = await startAuditedSystem();
    const { run, spawn, system } = audited;
    await spawn('alpine', '');
    await spawn('docker.io/library/alpine:latest', 'tn-a');
    await run('policy', 'add', 'image', 'deny', 'busybox');
    await spawn('busybox', 'tn-b');
    await spawn('debian', 'tn-b');
    system.write('next.yaml', 'rules: [{ resource_type: image, effect: deny, pattern: alpine }]');
  });
  after(() => audited?.stop());

  const replay = async (...args: readonly string[]) => {
    const { code, stdout, stderr } = await audited.run(
      ...['policy', 'replay', '--candidate', 'next.yaml', '--format', 'json', ...args],
    );
    expect([code, stderr]).to.deep.equal([0, '']);
    return JSON.parse(stdout) as Readonly<Record<string, unknown>>;
  };

  it('asks for the decisions of all tenants', async () => {
    const report = await replay('--since', '24h');
    expect(report).to.deep.include({ decisions: 4, changed: 3, newly_denied: 2, newly_allowed: 1 });
    expect(report['by_tenant']).to.have.deep.members([
      { tenant_id: '', count: 1 },
      { tenant_id: 'tn-a', count: 1 },
      { tenant_id: 'tn-b', count: 1 },
    ]);
    expect(await replay()).to.deep.include({ decisions: 4 });
    expect(await replay('--since', '1ms')).to.deep.include({ decisions: 0 });
  });

  it('asks for those of one tenant, or of the platform', async () => {
    expect(await replay('--tenant', 'tn-b')).to.deep.include({ decisions: 2, newly_allowed: 1 });
    expect(await replay('--platform')).to.deep.include({ decisions: 1, newly_denied: 1 });
    expect(await replay('--tenant', 'tn-gone')).to.deep.include({ decisions: 0 });
  });

  it('tells the same of an export, whichever it is', async () => {
    const live = await replay();
    await audited.run('audit', 'export', '--all', '--output', 'chains.ndjson');
    await audited.run('audit', 'export', '--format', 'ndjson', '--output', 'all.ndjson');
    for (const file of ['chains.ndjson', 'all.ndjson']) {
      const report = await audited.run(
        ...['policy', 'replay', '--candidate', 'next.yaml', '--file', file, '--format', 'json'],
      );
      const { decisions, changed, newly_denied, newly_allowed } = JSON.parse(report.stdout) as typeof live;
      expect({ decisions, changed, newly_denied, newly_allowed }, file).to.deep.equal({
        decisions: live['decisions'],
        changed: live['changed'],
        newly_denied: live['newly_denied'],
        newly_allowed: live['newly_allowed'],
      });
    }
  });

  it('exits with 1 when it is told to and something would change, with 2 when it is not used right', async () => {
    const change = await audited.run('policy', 'replay', '--candidate', 'next.yaml', '--fail-on-change');
    expect(change).to.deep.include({ code: 1, stderr: 'stacyvm: 3 decisions would change\n' });
    const both = await audited.run(
      ...['policy', 'replay', '--candidate', 'next.yaml', '--file', 'x', '--tenant', 'tn-a'],
    );
    expect([both.code, both.stderr]).to.satisfy(
      ([code, text]: [number, string]) => code === 2 && text.includes('--tenant'),
    );
  });
});
